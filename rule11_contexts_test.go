package braid_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rules 11.2 to 11.7 of the contract: contexts. What needs the
// race detector or OS threads is in rule11_reuse_test.go.

func TestRule11_2_DerivingFromAContextOfTheLibraryCostsNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		derive := func(t *testing.T, name string, ctx context.Context) {
			synctest.Wait()
			before := goroutines()
			for range 100 {
				child, cancel := context.WithCancel(ctx)
				defer cancel()
				grandchild, cancel := context.WithTimeout(child, time.Hour)
				defer cancel()
				_ = grandchild.Done()
			}
			synctest.Wait()
			t.Log("100 children of " + name)
			settleGoroutines(t, before)
		}
		err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			derive(t, "a body's context", ctx)
			g.Go(func(ctx context.Context) error {
				derive(t, "a task's context", ctx)
				return braid.Timeout(ctx, time.Hour, func(ctx context.Context) error {
					derive(t, "a limit's context", ctx)
					var d braid.Deadline
					return braid.Timeout(ctx, time.Hour, func(ctx context.Context) error {
						derive(t, "a movable limit's context", ctx)
						return braid.Shield(ctx, time.Hour, func(ctx context.Context) error {
							derive(t, "a shield's context", ctx)
							return nil
						})
					}, &d)
				})
			})
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRule11_3_ValuesPassThrough(t *testing.T) {
	type key struct{}
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ctx = context.WithValue(ctx, key{}, "v")
		check := func(ctx context.Context) {
			for _, when := range []string{"fresh", "asked", "dead"} {
				if ctx.Value(key{}) != "v" || ctx.Value("nobody's") != nil {
					t.Errorf("%s: %v", when, ctx.Value(key{}))
				}
				_ = ctx.Done()
			}
		}
		var kept []context.Context
		_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			check(ctx)
			kept = append(kept, ctx)
			g.Go(func(ctx context.Context) error {
				check(ctx)
				kept = append(kept, ctx)
				return braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
					check(ctx)
					kept = append(kept, ctx)
					return nil
				})
			})
			return nil
		})
		for _, ctx := range kept {
			check(ctx)
		}
	})
}

// agree looks at all four sides of a context at once, as often as it can, and
// checks that none contradicts what was seen before.
func agree(t *testing.T, ctx context.Context, stop *atomic.Bool) {
	var first, cause error
	for first == nil || !stop.Load() {
		closed := false
		select {
		case <-ctx.Done():
			closed = true
		default:
		}
		err := ctx.Err()
		why := context.Cause(ctx)
		until, has := ctx.Deadline()
		switch {
		case closed && err == nil:
			t.Error("Done is closed and Err is nil")
		case first != nil && (err != first || !closed || why != cause):
			t.Errorf("it died of %v (%v), then Err is %v, Cause %v, closed %v", first, cause, err, why, closed)
		case err != nil && why == nil:
			t.Errorf("Err is %v without a cause", err)
		case err != nil && !errors.Is(why, err):
			t.Errorf("Err is %v, the cause %v", err, why)
		case err == context.DeadlineExceeded && (!has || time.Now().Before(until)):
			t.Errorf("the deadline was exceeded before %v", until)
		}
		if first == nil && err != nil {
			first, cause = err, why
			select {
			case <-ctx.Done():
			default:
				t.Error("Err is set and Done is open")
			}
		}
		if t.Failed() {
			return
		}
		runtime.Gosched()
	}
}

func TestRule11_3_DeadlineErrDoneAndCauseAgreeAtEveryMoment(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 50
	}
	for round := range rounds {
		var d braid.Deadline
		var stop atomic.Bool
		var watchers sync.WaitGroup
		watch := func(ctx context.Context) {
			for range 2 {
				watchers.Go(func() { agree(t, ctx, &stop) })
			}
		}
		var opts []braid.ScopeOption
		if round%3 == 0 {
			opts = append(opts, &d)
		}
		outer, cancel := context.WithCancel(context.Background())
		_ = braid.Timeout(outer, time.Duration(1+round%5)*100*time.Microsecond, func(ctx context.Context) error {
			watch(ctx)
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				watch(ctx)
				task := braid.Fork(g, func(ctx context.Context) (int, error) {
					watch(ctx)
					below, cancel := context.WithTimeout(ctx, time.Hour)
					defer cancel()
					watch(below)
					return 0, untilDead(below)
				})
				switch round % 4 {
				case 0:
					g.Cancel()
				case 1:
					task.Cancel()
				case 2:
					go cancel()
				}
				return nil
			})
		}, opts...)
		cancel()
		stop.Store(true)
		watchers.Wait()
		if t.Failed() {
			return
		}
	}
}

func TestRule11_4_TwoBubblesInOneProcessDoNotMeet(t *testing.T) {
	for range 2 {
		t.Run("bubble", func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				err := braid.Timeout(t.Context(), time.Minute, func(ctx context.Context) error {
					return braid.Each(ctx, make([]int, 10), func(ctx context.Context, _ int) error {
						_, err := braid.Abandon(ctx, func() (int, error) { time.Sleep(time.Second); return 0, nil }, func(int, error) {})
						return err
					}, braid.Limit(2))
				})
				if err != nil {
					t.Error(err)
				}
				at(t, start, 5*time.Second, "the end")
			})
		})
	}
}

func TestRule11_4_NoGoroutineIsStartedAtImport(t *testing.T) {
	if inChild(t) {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		println("goroutines", runtime.NumGoroutine(), string(stacks))
		return
	}
	out, err := child(t)
	if err != nil || !strings.Contains(out, "goroutines 2 ") { // the test's and main's
		t.Errorf("%v\n%s", err, out)
	}
}

func TestRule11_5_ATasksContextIsDeadAfterRun(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var kept []context.Context
		var mu sync.Mutex
		keep := func(ctx context.Context) {
			mu.Lock()
			defer mu.Unlock()
			kept = append(kept, ctx)
		}
		var handed io.Closer
		err := braid.Run(ctx, func(outer context.Context, g *braid.Group) error {
			keep(outer)
			g.Go(func(ctx context.Context) error { keep(ctx); return nil })
			braid.Fork(g, func(ctx context.Context) (int, error) { keep(ctx); _ = ctx.Done(); return 0, nil })
			task := braid.Fork(g, func(ctx context.Context) (context.Context, error) { keep(ctx); return ctx, nil })
			its, err := task.Wait(outer)
			if err != nil {
				return err
			}
			if its.Err() == nil { // it is dead from its own end on
				t.Error("the task has ended and its context is alive")
			}
			handed = new(resource) // what is to outlive the group
			return nil
		})
		if err != nil || handed == nil {
			t.Error(err)
		}
		for i, ctx := range kept {
			if ctx.Err() != context.Canceled || !errors.Is(context.Cause(ctx), context.Canceled) {
				t.Errorf("context %d has %v (%v)", i, ctx.Err(), context.Cause(ctx))
			}
			<-ctx.Done()
		}
	})
}

func TestRule11_7_TheCauseIsRightInContextsOfTheLibraryAndBelow(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, _ time.Time) {
		for _, asked := range []bool{false, true} {
			ctx, cancel := context.WithCancelCause(root)
			_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				contexts := []context.Context{ctx}
				_ = braid.Timeout(ctx, time.Hour, func(limit context.Context) error {
					contexts = append(contexts, limit)
					for _, ctx := range contexts[:2] {
						below, stop := context.WithCancel(context.WithValue(ctx, limitKey{}, "v"))
						defer stop()
						contexts = append(contexts, below, pprof.WithLabels(ctx, pprof.Labels("a", "b")))
					}
					for _, ctx := range contexts {
						if asked {
							_ = ctx.Done()
						}
						if context.Cause(ctx) != nil {
							t.Errorf("alive, the cause is %v", context.Cause(ctx))
						}
					}
					cancel(errWhy)
					for i, ctx := range contexts {
						if context.Cause(ctx) != errWhy {
							t.Errorf("context %d: the cause is %v", i, context.Cause(ctx))
						}
					}
					return nil
				})
				return nil
			})
		}
	})
}
