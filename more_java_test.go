package braid_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// What the tests of Java's StructuredTaskScope, of Swift's task groups and of
// Ox ask, as far as it carries over: shutdown policies, forks after a shutdown,
// joins with a deadline, subtask states, races.

// ShutdownOnSuccess: the first result, the others interrupted, joined, no error
func TestRule10_3_TheFirstSuccessCountsAlthoughOthersFailedBeforeAndFailAfter(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var ended atomic.Int32
		v, err := braid.First(ctx, braid.Funcs(
			func(ctx context.Context) (int, error) { return 0, errOne },
			func(ctx context.Context) (int, error) { return 2, braid.Sleep(ctx, 2*time.Second) },
			func(ctx context.Context) (int, error) {
				<-ctx.Done()
				time.Sleep(time.Second)
				ended.Add(1)
				return 3, errTwo
			},
			func(ctx context.Context) (int, error) {
				<-ctx.Done()
				time.Sleep(2 * time.Second)
				ended.Add(1)
				return 4, nil // a success that comes too late
			}))
		if v != 2 || err != nil || ended.Load() != 2 {
			t.Error(v, err, ended.Load())
		}
		at(t, start, 4*time.Second, "the end")
	})
}

// a result that is there is kept when the caller dies while losers are joined
func TestRule10_3_ASuccessIsKeptAlthoughTheContextDiesWhileTheLosersAreJoined(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		v, err := braid.First(ctx, braid.Funcs(
			func(ctx context.Context) (int, error) { return 1, braid.Sleep(ctx, time.Second) },
			func(ctx context.Context) (int, error) {
				<-ctx.Done()
				time.Sleep(5 * time.Second)
				return 0, ctx.Err()
			}))
		if v != 1 || err != nil {
			t.Error(v, err)
		}
		at(t, start, 6*time.Second, "the end")
		_, err = braid.First(ctx, braid.Funcs(func(context.Context) (int, error) { t.Error("called"); return 0, nil }))
		wantPlainCancel(t, err, context.DeadlineExceeded)
	})
}

// fork after shutdown: the subtask is UNAVAILABLE, not run; its siblings' results stay
func TestRule2_1_AForkAfterTheFirstFailureIsSkippedAndEarlierResultsStay(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var good, late *braid.Task[int]
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			good = braid.Fork(g, func(context.Context) (int, error) { return 1, nil })
			g.Go(failAfter(time.Second, errOne))
			<-ctx.Done()
			late = braid.Fork(g, func(context.Context) (int, error) { t.Error("called"); return 2, nil })
			if _, err := late.Wait(context.Background()); !errors.Is(err, context.Canceled) || errors.Is(err, errOne) {
				t.Error(err)
			}
			return nil
		})
		wantFailures(t, err, errOne)
		if v, err := good.Result(); v != 1 || err != nil || good.State() != braid.Succeeded {
			t.Error(v, err, good.State())
		}
		if v, err := late.Result(); v != 0 || err == nil || late.State() != braid.Skipped {
			t.Error(v, err, late.State())
		}
	})
}

// joinUntil: the deadline cancels, is told, and results that are there stay
func TestRule9_1_AJoinUnderADeadlineKeepsTheResultsThatAreThere(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var quick, slow *braid.Task[int]
		err := braid.Timeout(ctx, 2*time.Second, func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				quick = braid.Fork(g, func(ctx context.Context) (int, error) { return 1, braid.Sleep(ctx, time.Second) })
				slow = braid.Fork(g, func(ctx context.Context) (int, error) { return 2, braid.Sleep(ctx, time.Hour) })
				return nil
			})
		})
		at(t, start, 2*time.Second, "the end")
		if _, ok := braid.TimedOut(err); !ok || quick.Value() != 1 || slow.State() != braid.Cancelled {
			t.Error(err, slow.State())
		}
		if _, err := slow.Result(); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

// handleComplete: the handler sees each failure before the join returns, once,
// in the order of the ends
func TestRule3_10_OnFailureSeesEachFailureOnceAndBeforeTheJoin(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var mu sync.Mutex
		var seen []error
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for i, err := range []error{errOne, errTwo, errLate} {
				g.Go(failAfter(time.Duration(3-i)*time.Second, err))
			}
			bad := braid.Fork(g, func(context.Context) (int, error) {
				time.Sleep(time.Second / 2)
				return 0, errWhy
			})
			_, err := bad.Wait(context.Background())
			return err // known already
		}, braid.OnFailure(func(te *braid.TaskError) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, te.Err)
		}))
		if !slices.Equal(seen, []error{errWhy, errLate, errTwo, errOne}) {
			t.Error(seen)
		}
		wantFailures(t, err, errWhy, errLate, errTwo, errOne)
	})
}

// Swift: cancelAll, then addTask and addTaskUnlessCancelled; results are drained
func TestRule5_1_AfterACancelTasksThatRunMayStillSucceedAndNewOnesAreSkipped(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var states []braid.State
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			deaf := braid.Fork(g, func(context.Context) (int, error) { time.Sleep(2 * time.Second); return 1, nil })
			obeys := braid.Fork(g, func(ctx context.Context) (int, error) { return 2, untilDead(ctx) })
			time.Sleep(time.Second)
			g.Cancel()
			late := braid.Fork(g, func(context.Context) (int, error) { t.Error("called"); return 3, nil })
			if _, err := braid.TryFork(g, func(context.Context) (int, error) { t.Error("called"); return 4, nil }); err != nil {
				t.Error(err)
			}
			for task := range braid.AsCompleted(context.Background(), deaf, obeys, late) {
				states = append(states, task.State())
			}
			return nil
		})
		slices.Sort(states)
		if err != nil || !slices.Equal(states, []braid.State{braid.Succeeded, braid.Cancelled, braid.Skipped}) {
			t.Error(err, states)
		}
	})
}

// Swift: next() in a loop that adds a task for each that ends keeps n in flight
func TestRule6_4_AWindowOfTasksCanBeKeptInFlightByHand(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var running, most atomic.Int32
		next := 0
		sum := 0
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			done := make(chan int)
			add := func() {
				n := next
				next++
				g.Go(func(ctx context.Context) error {
					most.Store(max(most.Load(), running.Add(1)))
					time.Sleep(time.Second)
					running.Add(-1)
					select {
					case done <- n:
						return nil
					case <-ctx.Done():
						return ctx.Err()
					}
				})
			}
			for range 3 {
				add()
			}
			for range 12 {
				sum += <-done
				if next < 12 {
					add()
				}
			}
			return nil
		})
		if err != nil || sum != 66 || most.Load() != 3 {
			t.Error(err, sum, most.Load())
		}
		at(t, start, 4*time.Second, "the end")
	})
}

// AsCompleted: a panic, a return or a Goexit out of the loop joins the rest first
func TestRule6_4_HoweverTheLoopIsLeftTheRestIsCancelledAndJoined(t *testing.T) {
	for _, how := range []string{"break", "return", "panic", "goexit"} {
		t.Run(how, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				var ended atomic.Int32
				e := howEnded(func() error {
					return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
						tasks := []*braid.Task[int]{braid.Fork(g, func(ctx context.Context) (int, error) { return 1, braid.Sleep(ctx, time.Second) })}
						for range 3 {
							tasks = append(tasks, braid.Fork(g, func(ctx context.Context) (int, error) {
								<-ctx.Done()
								time.Sleep(time.Second)
								ended.Add(1)
								return 0, ctx.Err()
							}))
						}
						defer func() {
							if ended.Load() != 3 || ctx.Err() != nil {
								t.Error("after the loop:", ended.Load(), ctx.Err())
							}
						}()
						for range braid.AsCompleted(ctx, tasks...) {
							switch how {
							case "return":
								return nil
							case "panic":
								panic("out of the loop")
							case "goexit":
								runtime.Goexit()
							}
							break
						}
						return nil
					})
				})
				at(t, start, 2*time.Second, "the end")
				if e.err != nil || (e.panicked != nil) != (how == "panic") || e.exited != (how == "goexit") {
					t.Errorf("%+v", e)
				}
			})
		})
	}
}

// Ox: a group in a task of a race that is cancelled leaves nothing behind
func TestRule10_3_WhatALoserOpenedIsJoinedToo(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		deferred := 0
		var ended atomic.Int32
		v, err := braid.First(ctx, braid.Funcs(
			func(ctx context.Context) (string, error) { return "won", braid.Sleep(ctx, time.Second) },
			func(ctx context.Context) (string, error) {
				return "lost", braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					_ = g.Defer(func(context.Context) error { deferred++; return nil })
					for range 4 {
						g.Go(func(ctx context.Context) error {
							<-ctx.Done()
							time.Sleep(time.Second)
							ended.Add(1)
							return ctx.Err()
						})
					}
					return nil
				})
			}))
		if v != "won" || err != nil || ended.Load() != 4 || deferred != 1 {
			t.Error(v, err, ended.Load(), deferred)
		}
		at(t, start, 2*time.Second, "the end")
	})
}

// Ox: resources acquired in a scope are released last first, after its forks
func TestRule9_5_CleanupOfNestedGroupsRunsFromTheInsideOut(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var log []string
		note := func(s string) func(context.Context) error {
			return func(ctx context.Context) error {
				if ctx.Err() != nil {
					t.Error(s, "with a dead context")
				}
				log = append(log, s)
				return nil
			}
		}
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			_ = g.Defer(note("outer 1"))
			_ = g.Defer(note("outer 2"))
			g.Go(func(ctx context.Context) error {
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					_ = g.Defer(note("inner 1"))
					g.Go(func(ctx context.Context) error {
						_ = g.Defer(note("inner 2, by a task"))
						<-ctx.Done()
						time.Sleep(time.Second)
						log = append(log, "the task")
						return ctx.Err()
					})
					time.Sleep(time.Second)
					return errOne
				})
			})
			return nil
		})
		if !errors.Is(err, errOne) || !slices.Equal(log, []string{"the task", "inner 2, by a task", "inner 1", "outer 2", "outer 1"}) {
			t.Error(err, log)
		}
	})
}
