package braid_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rules 9.5 and 9.6 of the contract: cleanup after the join,
// and calls that are left behind.

func TestRule9_5_CleanupRunsAfterTheJoinLastInFirstOutHoweverItEnded(t *testing.T) {
	bodies := map[string]func(ctx context.Context, g *braid.Group) error{
		"success": func(context.Context, *braid.Group) error { return nil },
		"failure": func(context.Context, *braid.Group) error { return errOne },
		"panic":   func(context.Context, *braid.Group) error { panic("boom") },
		"goexit":  func(context.Context, *braid.Group) error { runtime.Goexit(); return nil },
		"cancel":  func(_ context.Context, g *braid.Group) error { g.Cancel(); return nil },
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				type key struct{}
				var order []int
				howEnded(func() error {
					return braid.Run(context.WithValue(ctx, key{}, "v"), func(ctx context.Context, g *braid.Group) error {
						for i := range 3 {
							err := g.Defer(func(ctx context.Context) error {
								at(t, start, time.Duration(5-i)*time.Second, "cleanup")
								if ctx.Err() != nil || ctx.Value(key{}) != "v" {
									t.Errorf("it is not shielded: %v, %v", ctx.Err(), ctx.Value(key{}))
								}
								order = append(order, i)
								return braid.Sleep(ctx, time.Second)
							})
							if err != nil {
								t.Error(err)
							}
						}
						begun := make(chan struct{})
						g.Go(func(context.Context) error { close(begun); time.Sleep(3 * time.Second); return nil })
						<-begun
						return body(ctx, g)
					})
				})
				if !slices.Equal(order, []int{2, 1, 0}) {
					t.Errorf("they ran in order %v", order)
				}
				at(t, start, 6*time.Second, "the end")
			})
		})
	}
}

func TestRule9_5_AllCleanupRunsEvenIfSomeFailOrPanic(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ran := 0
		cleanup := func(f func() error) func(context.Context) error {
			return func(context.Context) error { ran++; return f() }
		}
		e := howEnded(func() error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				for _, f := range []func() error{
					func() error { return nil },
					func() error { panic("boom") },
					func() error { return errOne },
					func() error { runtime.Goexit(); return nil },
					func() error { return errTwo },
				} {
					_ = g.Defer(cleanup(f))
				}
				return nil
			})
		})
		pe, ok := e.panicked.(*braid.PanicError)
		if ran != 5 || !ok || pe.Value != "boom" || !errors.Is(pe.Siblings, errOne) || !errors.Is(pe.Siblings, errTwo) {
			t.Errorf("ran %d, then %+v", ran, e)
		}
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			_ = g.Defer(cleanup(func() error { return errOne }))
			return errTwo
		})
		wantFailures(t, err, errOne, errTwo) // the body's comes last
	})
}

func TestRule9_5_CleanupIsBoundedByTheGroupsGrace(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			_ = g.Defer(untilDead)
			return g.Defer(untilDead) // each has the whole grace
		}, braid.Grace(3*time.Second))
		if tes := failures(t, err); len(tes) != 2 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		at(t, start, 6*time.Second, "the end")
	})
}

func TestRule9_5_OnAnEndedGroupCleanupRunsAtOnceAndErrClosedIsReported(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var ended *braid.Group
		_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error { ended = g; return nil })
		ran := 0
		err := ended.Defer(func(ctx context.Context) error {
			ran++
			if ctx.Err() != nil {
				t.Error("it is not shielded")
			}
			return errOne
		})
		if ran != 1 || !errors.Is(err, braid.ErrClosed) || !errors.Is(err, errOne) {
			t.Errorf("ran %d times, then %v", ran, err)
		}
		if err := ended.Defer(func(context.Context) error { return nil }); err != braid.ErrClosed {
			t.Errorf("got %v", err)
		}
	})
}

func TestRule9_6_AbandonLeavesACallThatCannotBeInterruptedAndKeepsAccount(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		listed := func() (names []string) {
			for _, c := range braid.Abandoned() {
				names = append(names, c.Path+"|"+c.Name)
			}
			return names
		}
		var late atomic.Int32
		var stall braid.Stall
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				v, err := braid.Abandon(ctx, func() (int, error) { time.Sleep(10 * time.Second); return 42, errOne },
					func(v int, err error) {
						if v != 42 || err != errOne {
							t.Errorf("the late result is %v, %v", v, err)
						}
						at(t, start, 10*time.Second, "the late result")
						late.Add(1)
					}, braid.Name("dial"))
				if v != 0 || !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, %v", v, err)
				}
				at(t, start, time.Second, "Abandon's return")
				if names := listed(); !slices.Equal(names, []string{"task|dial"}) {
					t.Errorf("listed: %v", names)
				}
				time.Sleep(5 * time.Second)
				return err
			}, braid.Name("task"))
			time.Sleep(time.Second)
			g.Cancel()
			return nil
		}, braid.Grace(time.Second), braid.OnStall(func(s braid.Stall) { stall = s }))
		if err != nil {
			t.Error(err)
		}
		at(t, start, 6*time.Second, "the join")
		if len(stall.Abandoned) != 1 || stall.Abandoned[0].Name != "dial" {
			t.Errorf("the report does not list it: %v", stall)
		}
		time.Sleep(4 * time.Second)
		synctest.Wait()
		if late.Load() != 1 || len(listed()) != 0 {
			t.Errorf("reported %d times at its end, still listed: %v", late.Load(), listed())
		}
	})
}

func TestRule9_6_ACallThatEndsInTimeIsNotAbandoned(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		never := func(int, error) { t.Error("onAbandon was called") }
		if v, err := braid.Abandon(ctx, func() (int, error) { return 42, errOne }, never); v != 42 || err != errOne {
			t.Errorf("got %v, %v", v, err)
		}
		e := howEnded(func() error {
			_, err := braid.Abandon(ctx, func() (int, error) { panic(errTwo) }, never)
			return err
		})
		if pe, ok := e.panicked.(*braid.PanicError); !ok || pe.Value != errTwo {
			t.Errorf("a panic ended as %+v", e)
		}
		e = howEnded(func() error {
			_, err := braid.Abandon(ctx, func() (int, error) { runtime.Goexit(); return 0, nil }, never)
			return err
		})
		if !e.exited {
			t.Errorf("a Goexit ended as %+v", e)
		}
		dead, cancel := context.WithCancelCause(ctx)
		cancel(errWhy)
		_, err := braid.Abandon(dead, func() (int, error) { t.Error("it was called"); return 0, nil }, never)
		if err != errWhy {
			t.Errorf("on a dead context: %v", err)
		}
	})
}
