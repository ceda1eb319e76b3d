package braid_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rule 1.7 of the contract: groups that belong to an object.

func TestRule1_7_CloseCancelsAndJoins(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		g, gctx := braid.Open(ctx)
		g.Go(func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			return ctx.Err()
		})
		time.Sleep(time.Second)
		if err := g.Close(); err != nil || gctx.Err() == nil {
			t.Errorf("got %v, the context has %v", err, gctx.Err())
		}
		at(t, start, 2*time.Second, "Close's return")
	})
}

func TestRule1_7_WaitJoinsAndCancelsNothing(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		g, gctx := braid.Open(root)
		g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
		if err := g.Wait(); err != nil || gctx.Err() == nil {
			t.Errorf("got %v, the context has %v", err, gctx.Err())
		}
		at(t, start, time.Second, "Wait's return")
		if err := g.TryGo(untilDead); err != braid.ErrClosed {
			t.Errorf("TryGo gave %v", err)
		}
		ctx, cancel := context.WithCancelCause(root)
		g, _ = braid.Open(ctx)
		g.Go(untilDead)
		time.AfterFunc(time.Second, func() { cancel(errWhy) })
		wantPlainCancel(t, g.Wait(), context.Canceled, errWhy)
	})
}

func TestRule1_7_CloseAndWaitGiveTheSameErrorToAllHoweverOften(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		g, _ := braid.Open(ctx)
		g.Go(failAfter(3*time.Second, errOne))
		var mu sync.Mutex
		var errs []error
		for i := range 6 {
			go func() {
				time.Sleep(time.Duration(i) * time.Second)
				var err error
				if i%2 == 0 {
					err = g.Wait()
				} else {
					err = g.Close()
				}
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
				at(t, start, max(3, time.Duration(i))*time.Second, "a return")
			}()
		}
		time.Sleep(time.Minute)
		mu.Lock()
		defer mu.Unlock()
		errs = append(errs, g.Close(), g.Wait())
		if len(errs) != 8 {
			t.Fatalf("%d of 8 returned", len(errs))
		}
		for _, err := range errs {
			wantFailures(t, err, errOne)
			if err != errs[0] {
				t.Error("they are not the same")
			}
		}
	})
}

func TestRule1_7_AGroupOpenedInATaskOrBodyIsClosedWithItAndTheParentIsTold(t *testing.T) {
	for _, who := range []string{"task", "task that panics", "task that fails", "body"} {
		t.Run(who, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				var ended atomic.Bool
				open := func(ctx context.Context) error {
					g, _ := braid.Open(ctx)
					begun := make(chan struct{})
					g.Go(func(ctx context.Context) error {
						close(begun)
						<-ctx.Done()
						if c := causeOf(t, ctx); c.Reason() != braid.ErrNotClosed || c.At().IsZero() {
							t.Errorf("cancelled because of %v at %v", c.Reason(), c.At())
						}
						time.Sleep(time.Second)
						ended.Store(true)
						return errTwo
					})
					<-begun
					switch who {
					case "task that panics":
						panic("boom")
					case "task that fails":
						return errOne
					}
					return nil
				}
				e := howEnded(func() error {
					return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
						if who == "body" {
							return open(ctx)
						}
						g.Go(func(ctx context.Context) error {
							defer func() {
								if ended.Load() {
									t.Error("it was closed too early")
								}
							}()
							return open(ctx)
						})
						return nil
					})
				})
				at(t, start, time.Second, "the join")
				err := e.err
				if who == "task that panics" {
					err = panicError(t, e).Siblings
				}
				if !ended.Load() || !errors.Is(err, braid.ErrNotClosed) || !errors.Is(err, errTwo) || errors.Is(err, errOne) != (who == "task that fails") {
					t.Errorf("joined %v, error %v", ended.Load(), err)
				}
				if !strings.Contains(fmt.Sprintf("%+v", err), "rule1_owner_test.go:") {
					t.Errorf("%+v does not name the place", err)
				}
			})
		})
	}
}

func TestRule1_7_AGroupClosedInTimeIsNoError(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			use := func(ctx context.Context) error {
				g, _ := braid.Open(ctx)
				g.Go(untilDead)
				return g.Close()
			}
			g.Go(use)
			return use(ctx)
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRule1_7_ACancelOfTheParentReachesTheGroup(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			owned, _ := braid.Open(ctx)
			owned.Go(untilDead)
			time.AfterFunc(time.Second, g.Cancel)
			return owned.Wait()
		})
		if err != nil {
			t.Error(err)
		}
		at(t, start, time.Second, "the join")
	})
}

func TestRule1_7_ATaskThatClosesItsOwnGroupIsToldInsteadOfHanging(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		g, _ := braid.Open(ctx)
		var told atomic.Int32
		for _, leave := range []func() error{g.Close, g.Wait} {
			g.Go(func(context.Context) error {
				if errors.Is(leave(), braid.ErrDeadlock) {
					told.Add(1)
				}
				return nil
			})
		}
		synctest.Wait()
		if err := g.Close(); err != nil || told.Load() != 2 {
			t.Errorf("%v, %d of 2 were told", err, told.Load())
		}
	})
}

func TestRule1_7_AGroupThatIsCollectedUnclosedIsReportedWithItsSite(t *testing.T) {
	if inChild(t) {
		slog.SetDefault(slog.New(slog.NewTextHandler(os.Stdout, nil)))
		func() {
			g, _ := braid.Open(context.Background(), braid.Name("forgotten"))
			g.Go(func(context.Context) error { return nil })
			closed, _ := braid.Open(context.Background(), braid.Name("closed"))
			_ = closed.Close()
		}()
		for range 100 {
			runtime.GC()
			time.Sleep(time.Millisecond) // for the collector's own goroutine
		}
		return
	}
	out, err := child(t)
	if err != nil || !strings.Contains(out, "without having been closed") || !strings.Contains(out, "group=forgotten") || !strings.Contains(out, "rule1_owner_test.go:") {
		t.Errorf("%v\n%s", err, out)
	}
	if strings.Contains(out, "group=closed") {
		t.Errorf("a group that was closed is reported:\n%s", out)
	}
}
