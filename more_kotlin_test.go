package braid_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// What the test suite of Kotlin's coroutines asks, as far as it carries over:
// cancelAndJoin, NonCancellable, withTimeout and withTimeoutOrNull, supervisor
// scopes, exceptions of children.

// cancelAndJoin, await after it, and cancelling what has ended
func TestRule5_2_ATaskThatIsCancelledAndWaitedForHasCleanedUp(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			cleaned := false
			task := braid.Fork(g, func(ctx context.Context) (int, error) {
				defer func() {
					time.Sleep(2 * time.Second)
					cleaned = true
				}()
				return 1, untilDead(ctx)
			})
			time.Sleep(time.Second)
			task.Cancel()
			if task.State() != braid.Running {
				t.Error("Cancel waited:", task.State())
			}
			_, err := task.Wait(ctx)
			at(t, start, 3*time.Second, "Wait")
			if !cleaned || !errors.Is(err, context.Canceled) || task.State() != braid.Cancelled {
				t.Error(cleaned, err, task.State())
			}
			task.Cancel()
			if task.State() != braid.Cancelled || ctx.Err() != nil {
				t.Error(task.State(), ctx.Err())
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// a coroutine that swallows its cancellation completes normally
func TestRule5_2_ATaskThatIsCancelledAndReturnsAValueHasSucceeded(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				return 7, nil
			})
			time.Sleep(time.Second)
			task.Cancel()
			if v, err := task.Wait(ctx); v != 7 || err != nil || task.State() != braid.Succeeded {
				t.Error(v, err, task.State())
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// Job.cancel(cause): the cause is seen inside, and is no failure of the scope
func TestRule5_2_TheReasonOfOneTasksCancelIsSeenInItAndByWhoWaits(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				return 0, context.Cause(ctx)
			}, braid.Name("one"))
			time.Sleep(time.Second)
			task.CancelCause(errWhy)
			task.CancelCause(errTwo)
			_, err := task.Wait(ctx)
			var c *braid.Cancellation
			if !errors.As(err, &c) || c.Reason() != errWhy || c.By() != "one" || errors.Is(err, errWhy) {
				t.Errorf("%v", err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// withContext(NonCancellable) in finally: it may suspend, start children, and
// its own failure is one
func TestRule9_4_AGroupInAShieldInCleanupRunsUndisturbed(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ctx, cancel := context.WithTimeoutCause(ctx, time.Second, errWhy)
		defer cancel()
		var saved atomic.Int32
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				<-ctx.Done()
				if braid.Run(ctx, func(context.Context, *braid.Group) error { t.Error("ran"); return nil }) == nil {
					t.Error("a group ran under a dead context")
				}
				err := braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
					return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
						for range 3 {
							g.Go(func(ctx context.Context) error {
								if err := braid.Sleep(ctx, 2*time.Second); err != nil {
									return err
								}
								saved.Add(1)
								return nil
							}, braid.Name("save"))
						}
						g.Go(failAfter(5*time.Second, errLate))
						return nil
					}, braid.Limit(2))
				})
				if ctx.Err() == nil {
					t.Error("alive after the shield")
				}
				return err
			})
			return nil
		})
		at(t, start, 8*time.Second, "the join")
		if saved.Load() != 3 || !errors.Is(err, errLate) {
			t.Error(saved.Load(), err)
		}
		te := failures(t, err)
		if len(te) != 1 || !te[0].AfterCancel {
			t.Errorf("%+v", err)
		}
	})
}

// withTimeout in a NonCancellable block still works, and is a failure there
func TestRule9_4_ATimeLimitInAShieldInADeadContextIsItsOwn(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		err := braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
			fired, err := braid.MoveOn(ctx, time.Second, untilDead)
			if !fired || err != nil || ctx.Err() != nil {
				t.Error(fired, err, ctx.Err())
			}
			return braid.Timeout(ctx, time.Second, untilDead, braid.Name("flush"))
		})
		at(t, start, 2*time.Second, "the end")
		if te, ok := braid.TimedOut(err); !ok || te.Name != "flush" || !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

// withTimeoutOrNull: the inner one's timeout is not the outer's null
func TestRule9_2_AnOuterMoveOnDoesNotSwallowAnInnerTimeout(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		fired, err := braid.MoveOn(ctx, 2*time.Second, func(ctx context.Context) error {
			return braid.Timeout(ctx, time.Second, untilDead, braid.Name("inner"))
		})
		if te, ok := braid.TimedOut(err); fired || !ok || te.Name != "inner" {
			t.Error(fired, err)
		}
		// and the other way round: an inner MoveOn says nothing of the outer's end
		err = braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
			fired, err := braid.MoveOn(ctx, 2*time.Second, untilDead)
			if fired || err == nil {
				t.Error("inner:", fired, err)
			}
			return err
		}, braid.Name("outer"))
		if te, ok := braid.TimedOut(err); !ok || te.Name != "outer" {
			t.Error(err)
		}
	})
}

// withTimeout: a child of the block that ignores the deadline is waited for;
// the value it makes late is lost only if the block says so
func TestRule9_1_ATimeoutAroundAGroupJoinsItsTasksFirst(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var ended atomic.Int32
		err := braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				for i := range 3 {
					g.Go(func(ctx context.Context) error {
						<-ctx.Done()
						time.Sleep(time.Duration(i) * time.Second)
						ended.Add(1)
						return ctx.Err()
					})
				}
				return nil
			})
		})
		at(t, start, 3*time.Second, "the end")
		if _, ok := braid.TimedOut(err); !ok || ended.Load() != 3 {
			t.Error(err, ended.Load())
		}
		var ge *braid.GroupError
		if errors.As(err, &ge) {
			t.Errorf("a mere timeout came out as a group: %v", err)
		}
	})
}

// a loop that checks isActive/ensureActive ends at the next look
func TestRule5_4_ALoopThatLooksAtErrSeesTheCancelAtItsNextLook(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		rounds := 0
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				for ; ctx.Err() == nil; rounds++ {
					time.Sleep(time.Second)
				}
				return ctx.Err()
			})
			time.Sleep(3500 * time.Millisecond)
			g.Cancel()
			return nil
		})
		if err != nil || rounds != 4 {
			t.Error(err, rounds)
		}
		at(t, start, 4*time.Second, "the join")
	})
}

// supervisorScope: await throws what the child threw, the others go on, and a
// failing supervisor inside a scope is one failure of that scope
func TestRule3_10_ASupervisedGroupInATaskIsOneFailureOfTheGroupAround(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		done := 0
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					bad := braid.Fork(g, func(context.Context) (int, error) { return 0, errOne })
					g.Go(failAfter(2*time.Second, errTwo))
					g.Go(func(ctx context.Context) error {
						time.Sleep(3 * time.Second)
						done++
						return ctx.Err()
					})
					if _, err := bad.Wait(ctx); !errors.Is(err, errOne) || ctx.Err() != nil {
						t.Error(err, ctx.Err())
					}
					return nil
				}, braid.Supervised, braid.Name("inner"))
			}, braid.Name("supervisor"))
			g.Go(untilDead)
			return nil
		})
		at(t, start, 3*time.Second, "the join")
		outer := failures(t, err)
		if len(outer) != 1 || outer[0].Path() != "supervisor" || done != 1 {
			t.Fatalf("%+v", err)
		}
		wantFailures(t, outer[0].Err, errOne, errTwo)
	})
}

// supervisorScope: what a failed child has below it is cancelled with it
func TestRule3_10_WhatIsBelowAFailedTaskOfASupervisedGroupEndsWithItAlone(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var below, beside time.Duration
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error {
						err := braid.Sleep(ctx, time.Hour)
						below = time.Since(start)
						return err
					})
					return failAfter(time.Second, errOne)(ctx)
				})
			})
			g.Go(func(ctx context.Context) error {
				err := braid.Sleep(ctx, 5*time.Second)
				beside = time.Since(start)
				return err
			})
			return nil
		}, braid.Supervised)
		if !errors.Is(err, errOne) || below != time.Second || beside != 5*time.Second {
			t.Error(err, below, beside)
		}
	})
}

// exceptions: the first is the one that counts, those of cleanup are beside it
func TestRule4_2_FailuresInCleanupStandBesideTheFirstInTheOrderOfTheirEnds(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		inCleanup := func(d time.Duration, err error) func(context.Context) error {
			return func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(d)
				return err
			}
		}
		errThree := errors.New("three")
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(inCleanup(3*time.Second, errThree))
			g.Go(inCleanup(2*time.Second, errTwo))
			g.Go(failAfter(time.Second, errOne))
			<-ctx.Done()
			return errLate
		})
		wantFailures(t, err, errOne, errTwo, errThree, errLate)
		var ge *braid.GroupError
		errors.As(err, &ge)
		if ge.Primary() == nil || ge.Primary().Err != errOne || ge.Primary().AfterCancel {
			t.Error(ge.Primary())
		}
		for _, te := range failures(t, err)[1:] {
			if !te.AfterCancel {
				t.Error(te)
			}
		}
	})
}

// coroutineScope rethrows, and whoever catches goes on living
func TestRule3_9_WhoHandlesTheErrorOfAGroupGoesOnAndMayOpenAnother(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for range 3 {
				err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(failAfter(time.Second, errOne))
					return untilDead(ctx)
				})
				if !errors.Is(err, errOne) || ctx.Err() != nil {
					t.Error(err, ctx.Err())
				}
			}
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		at(t, start, 4*time.Second, "the end")
	})
}

// a child's CancellationException wrapped by user code is still only that
func TestRule3_2_AWrappedCancellationIsStillOnlyThat(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				<-ctx.Done()
				return fmt.Errorf("reading row 3: %w", errors.Join(ctx.Err(), context.Cause(ctx)))
			})
			g.Go(failAfter(time.Second, errOne))
			return nil
		})
		wantFailures(t, err, errOne)
	})
}

// two tasks wait for one that fails: it is one failure
func TestRule3_7_OneFailureThatSeveralAwaitAndReturnIsOne(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			bad := braid.Fork(g, func(context.Context) (int, error) {
				time.Sleep(time.Second)
				return 0, errOne
			})
			for range 5 {
				g.Go(func(context.Context) error {
					_, err := bad.Wait(context.Background())
					return err
				})
			}
			_, err := bad.Wait(context.Background())
			return errors.Join(err, err)
		})
		wantFailures(t, err, errOne)
	})
}

// lazily started and cancelled before its turn: the code is never entered and
// whoever waits is told at once
func TestRule2_1_WhoWaitsForAQueuedTaskThatIsCancelledIsToldAtOnce(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, 10*time.Second) })
			queued := braid.Fork(g, func(context.Context) (int, error) { t.Error("called"); return 0, nil })
			after := braid.Fork(g, func(context.Context) (int, error) { return 3, nil })
			time.AfterFunc(time.Second, queued.Cancel)
			if _, err := queued.Wait(ctx); !errors.Is(err, context.Canceled) || queued.State() != braid.Skipped {
				t.Error(err, queued.State())
			}
			at(t, start, time.Second, "Wait")
			if v, err := after.Wait(ctx); v != 3 || err != nil {
				t.Error(v, err)
			}
			at(t, start, 10*time.Second, "the next")
			return nil
		}, braid.Limit(1))
		if err != nil {
			t.Error(err)
		}
	})
}

// the first exception is suppressed by nothing: what closing a resource says is beside it
func TestRule2_3_AnErrorOfCloseIsKeptBesideAPanicOrAGoexit(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		with := func(f func()) (failed []error, e end) {
			e = howEnded(func() error {
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					braid.GoWith(g, closerFunc(func() error { return errLate }), func(context.Context, closerFunc) error { f(); return errOne })
					return nil
				}, braid.OnFailure(func(te *braid.TaskError) { failed = append(failed, te.Err) }))
			})
			return failed, e
		}
		_, e := with(func() { panic("boom") })
		if pe, ok := e.panicked.(*braid.PanicError); !ok || pe.Value != "boom" || !errors.Is(pe.Siblings, errLate) {
			t.Errorf("%+v", e)
		}
		if failed, e := with(runtime.Goexit); !e.exited || len(failed) != 1 || !errors.Is(failed[0], errLate) || !errors.Is(failed[0], braid.ErrGoexit) {
			t.Errorf("%+v, %v", e, failed)
		}
		if _, e := with(func() {}); !errors.Is(e.err, errOne) || !errors.Is(e.err, errLate) {
			t.Errorf("%+v", e)
		}
	})
}

func TestRule2_3_AnErrorBesideAPanicOrAGoexitOfCloseIsNotLost(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		with := func(f func()) (failed []error, e end) {
			e = howEnded(func() error {
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					braid.GoWith(g, closerFunc(func() error { f(); return nil }), func(context.Context, closerFunc) error { return errOne })
					return nil
				}, braid.OnFailure(func(te *braid.TaskError) { failed = append(failed, te.Err) }))
			})
			return failed, e
		}
		_, e := with(func() { panic("boom") })
		if pe, ok := e.panicked.(*braid.PanicError); !ok || pe.Value != "boom" || !errors.Is(pe.Siblings, errOne) {
			t.Errorf("%+v", e)
		}
		if failed, e := with(runtime.Goexit); !e.exited || len(failed) != 1 || !errors.Is(failed[0], errOne) || !errors.Is(failed[0], braid.ErrGoexit) {
			t.Errorf("%+v, %v", e, failed)
		}
	})
}

// the exception of one scope cancels another: there it is a cancellation only
func TestRule3_2_TheErrorOfAGroupElsewhereMayBeTheCauseOfACancel(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		fail := func(err error, opts ...braid.GroupOption) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error {
					if err == nil {
						panic("boom")
					}
					return err
				})
				return nil
			}, opts...)
		}
		plain := fail(errOne)
		for _, why := range []error{
			plain, failures(t, plain)[0], fail(context.Canceled), fail(nil, braid.PanicsAsErrors),
			errors.Join(plain, errTwo), braid.Timeout(ctx, -1, untilDead),
		} {
			outer, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(time.Second, func() { cancel(why) })
			err := braid.Run(outer, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) })
				g.Go(func(ctx context.Context) error {
					<-ctx.Done()
					return fmt.Errorf("cut short: %w", context.Cause(ctx))
				})
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error { return untilDead(ctx) })
			})
			if _, group := err.(*braid.GroupError); group || !errors.Is(err, context.Canceled) || !errors.Is(err, why) {
				t.Errorf("%T %v of %v", err, err, why)
			}
		}
	})
}
