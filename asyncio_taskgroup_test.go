package braid_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file holds lines 1 to 22 of the conformance list: how an
// asyncio.TaskGroup joins, fails and is cancelled. Not carried over:
//
//	21, 22  Go has no split into Exception and BaseException; a panic, which
//	        comes nearest, is in line 20.

// asyncio 1
func TestAsyncio1_ResultsAreThereAfterTheJoinAndAnErrorBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var t1, t2 *braid.Task[int]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			t1 = braid.Fork(g, func(ctx context.Context) (int, error) { return 42, braid.Sleep(ctx, time.Second) })
			t2 = braid.Fork(g, func(ctx context.Context) (int, error) { return 11, braid.Sleep(ctx, 2*time.Second) })
			synctest.Wait()
			if v, err := t1.Result(); v != 0 || err != braid.ErrNotDone {
				t.Errorf("before the join: %v, %v; want ErrNotDone", v, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if v, err := t1.Result(); v != 42 || err != nil {
			t.Errorf("first result: %v, %v", v, err)
		}
		if v, err := t2.Result(); v != 11 || err != nil {
			t.Errorf("second result: %v, %v", v, err)
		}
	})
}

// asyncio 2
func TestAsyncio2_ATaskMaySpawnLateInTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var t1, t2 *braid.Task[int]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			t1 = braid.Fork(g, func(ctx context.Context) (int, error) { return 42, braid.Sleep(ctx, time.Second) })
			if err := braid.Sleep(ctx, 3*time.Second); err != nil {
				return err
			}
			t2 = braid.Fork(g, func(ctx context.Context) (int, error) { return 11, braid.Sleep(ctx, time.Second) })
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		aioWantElapsed(t, start, 4*time.Second)
		aioWantState(t, t1, braid.Succeeded)
		aioWantState(t, t2, braid.Succeeded)
	})
}

// asyncio 3
func TestAsyncio3_CancellingOneTaskIsNoErrorAndSparesItsSiblings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var t1, t2 *braid.Task[int]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			t1 = braid.Fork(g, func(ctx context.Context) (int, error) { return 42, braid.Sleep(ctx, 10*time.Second) })
			t2 = braid.Fork(g, func(ctx context.Context) (int, error) { return 11, braid.Sleep(ctx, 2*time.Second) })
			if err := braid.Sleep(ctx, time.Second); err != nil {
				return err
			}
			t1.Cancel()
			if _, err := t1.Wait(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("the cancelled task gave %v", err)
			}
			aioWantElapsed(t, start, time.Second)
			if ctx.Err() != nil {
				t.Error("the cancel of a task reached the group")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		aioWantElapsed(t, start, 2*time.Second)
		aioWantState(t, t1, braid.Cancelled)
		if v, err := t2.Result(); v != 11 || err != nil {
			t.Errorf("the sibling: %v, %v", v, err)
		}

		// Nor does it make the group one that the caller's cancel cut short.
		err = braid.Run(aioCancelAfter(time.Second, aioTest), func(ctx context.Context, g *braid.Group) error {
			t1 = braid.Fork(g, func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, time.Hour) })
			t1.Cancel()
			time.Sleep(2 * time.Second)
			return nil
		})
		if err != nil {
			t.Errorf("nothing else was cut short, but Run gave %v", err)
		}
	})
}

// asyncio 4
func TestAsyncio4_AFailureCancelsTheSiblingAndIsAllThatComesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var t2 *braid.Task[int]
		handled, after := false, false
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(aioFailAfter(time.Second, aioDivision))
			t2 = braid.Fork(g, func(ctx context.Context) (int, error) {
				err := braid.Sleep(ctx, 10*time.Second)
				handled = err != nil
				return 0, err
			})
			if _, err := t2.Wait(ctx); err != nil {
				return err
			}
			after = true
			return nil
		})
		aioWantFailures(t, err, aioDivision)
		if errors.Is(err, context.Canceled) {
			t.Error("the sibling's cancellation is in the error")
		}
		aioWantElapsed(t, start, time.Second)
		aioWantState(t, t2, braid.Cancelled)
		if !handled || after {
			t.Errorf("sibling saw the cancel: %v, body went on: %v", handled, after)
		}
	})
}

// asyncio 5
func TestAsyncio5_SeveralFailuresCancelTheBodyAndAreGathered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			for range 3 { // asleep at the same instant: how many fail is a race
				g.Go(aioFailAfter(time.Second, aioDivision))
			}
			for range 2 { // these do not look at their context and fail for sure
				g.Go(func(context.Context) error { time.Sleep(time.Second); return aioDivision })
			}
			err := braid.Sleep(ctx, 10*time.Second)
			aioWantElapsed(t, start, time.Second)
			return err
		})
		ge, ok := err.(*braid.GroupError)
		if !ok {
			t.Fatalf("got %T (%v)", err, err)
		}
		if n := len(ge.Errors()); n < 2 || n > 5 {
			t.Errorf("%d failures", n)
		}
		for path, leaf := range braid.Leaves(err) {
			if leaf != aioDivision {
				t.Errorf("%s: %v", path, leaf)
			}
		}
		if ge.Primary().AfterCancel {
			t.Error("what cancelled the group came after the cancel")
		}
	})
}

// asyncio 6
func TestAsyncio6_AnOutsideCancelComesOutBareWithItsCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		cancelled := atomic.Int32{}
		err := braid.Run(aioCancelAfter(time.Second, aioTest), func(ctx context.Context, g *braid.Group) error {
			for range 5 {
				g.Go(func(ctx context.Context) error {
					defer cancelled.Add(1)
					return aioUntilCancelled(ctx)
				})
			}
			return nil
		})
		aioWantCancelled(t, err, aioTest)
		aioWantElapsed(t, start, time.Second)
		if n := cancelled.Load(); n != 5 {
			t.Errorf("%d tasks were cancelled", n)
		}
	})
}

// asyncio 7
func TestAsyncio7_AnOutsideCancelReachesTheBodyToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		num := atomic.Int32{}
		err := braid.Run(aioCancelAfter(time.Second, aioTest), func(ctx context.Context, g *braid.Group) error {
			for range 5 {
				g.Go(func(ctx context.Context) error {
					err := braid.Sleep(ctx, time.Hour)
					if err != nil {
						num.Add(1)
					}
					return err
				})
			}
			err := braid.Sleep(ctx, time.Hour)
			if err != nil {
				num.Add(10)
			}
			return err
		})
		aioWantCancelled(t, err, aioTest)
		if n := num.Load(); n != 15 {
			t.Errorf("num is %d, want 15", n)
		}
	})
}

// asyncio 8
func TestAsyncio8_FailuresInCleanupBeatTheOutsideCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent := aioCancelAfter(time.Second, aioTest)
		err := braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
			for range 5 {
				g.Go(aioFailInCleanup(aioDivision))
			}
			return aioUntilCancelled(ctx)
		})
		ge := aioWantFailures(t, err, aioDivision, aioDivision, aioDivision, aioDivision, aioDivision)
		if errors.Is(err, context.Canceled) || errors.Is(err, aioTest) {
			t.Errorf("%v matches the cancellation", err)
		}
		for _, e := range ge.Errors() {
			if !e.(*braid.TaskError).AfterCancel {
				t.Errorf("%v is not marked as after the cancel", e)
			}
		}
		if parent.Err() == nil {
			t.Error("the caller cannot see that it was cancelled")
		}
	})
}

// asyncio 9
func TestAsyncio9_AFailureOfTheBodyCancelsTheTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var task *braid.Task[int]
		var cause error
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			task = braid.Fork(g, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				cause = context.Cause(ctx)
				return 0, ctx.Err()
			})
			time.Sleep(time.Second)
			return aioDivision
		})
		ge := aioWantFailures(t, err, aioDivision)
		aioWantElapsed(t, start, time.Second)
		aioWantState(t, task, braid.Cancelled)
		c, ok := cause.(*braid.Cancellation)
		if !ok || c.Reason() != error(ge.Primary()) || !errors.Is(c.Reason(), aioDivision) {
			t.Errorf("the task was told %v, want the body's failure as the reason", cause)
		}
	})
}

// asyncio 10
func TestAsyncio10_ABodyThatFailsAtOnceLeavesNoTaskBehind(t *testing.T) {
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			var tasks []*braid.Task[int]
			err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
				for range 3 {
					tasks = append(tasks, braid.Fork(g, func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, time.Hour) }))
				}
				return aioDivision
			})
			aioWantFailures(t, err, aioDivision)
			aioWantElapsed(t, start, 0)
			for _, task := range tasks {
				if s := task.State(); s != braid.Skipped && s != braid.Cancelled {
					t.Errorf("a task is %v", s)
				}
			}
		})
	}
}

// asyncio 11, 12
func TestAsyncio11_Asyncio12_NestingIsKeptWhenInnerTasksFailInCleanup(t *testing.T) {
	for _, sibling := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			sleeperCancelled := false
			err := braid.Run(aioCancelAfter(time.Second, aioTest), func(ctx context.Context, g *braid.Group) error {
				if sibling {
					g.Go(func(ctx context.Context) error {
						err := braid.Sleep(ctx, time.Hour)
						sleeperCancelled = err != nil
						return err
					})
				}
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					for range 3 {
						g.Go(aioFailInCleanup(aioDivision))
					}
					return nil
				})
			})
			outer, ok := err.(*braid.GroupError)
			if !ok || len(outer.Errors()) != 1 {
				t.Fatalf("got %T (%v), want a group of one", err, err)
			}
			aioWantFailures(t, outer.Primary().Err, aioDivision, aioDivision, aioDivision)
			if sleeperCancelled != sibling {
				t.Errorf("sleeping sibling cancelled: %v", sleeperCancelled)
			}
		})
	}
}

// asyncio 13
func TestAsyncio13_AnInnerGroupCancelledByTheOuterAddsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(aioFailAfter(100*time.Millisecond, aioValue))
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, 10*time.Second) })
				return nil
			})
			aioWantCancelled(t, err)
			return err
		})
		aioWantFailures(t, err, aioValue)
		aioWantElapsed(t, start, 100*time.Millisecond)
	})
}

// asyncio 14
func TestAsyncio14_AnInnerFailureComesOutAsAGroupInAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sleeper *braid.Task[int]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			sleeper = braid.Fork(g, func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, 10*time.Second) })
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(aioFailAfter(time.Second, aioValue))
				return nil
			})
		})
		outer, ok := err.(*braid.GroupError)
		if !ok || len(outer.Errors()) != 1 {
			t.Fatalf("got %T (%v), want a group of one", err, err)
		}
		aioWantFailures(t, outer.Primary().Err, aioValue)
		aioWantState(t, sleeper, braid.Cancelled)
	})
}

// failDuringCleanup is asyncio's test 15: the body cleans up after an outside
// cancel, and a task that takes no notice of the cancel fails meanwhile.
func failDuringCleanup(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error {
			time.Sleep(300 * time.Millisecond)
			return aioDivision
		})
		err := aioUntilCancelled(ctx)
		time.Sleep(500 * time.Millisecond)
		return err
	})
}

// asyncio 15
func TestAsyncio15_AFailureWhileTheBodyCleansUpBeatsTheCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := failDuringCleanup(aioCancelAfter(100*time.Millisecond, aioTest))
		aioWantFailures(t, err, aioDivision)
		aioWantElapsed(t, start, 600*time.Millisecond)
	})
}

// asyncio 16
func TestAsyncio16_AFailureWhileTheBodyCleansUpGoesThroughAnAwaitedTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := braid.Run(aioCancelAfter(100*time.Millisecond, aioTest), func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, func(ctx context.Context) (int, error) { return 0, failDuringCleanup(ctx) })
			_, err := task.Wait(context.WithoutCancel(ctx))
			return err
		})
		outer, ok := err.(*braid.GroupError)
		if !ok || len(outer.Errors()) != 1 {
			t.Fatalf("got %T (%v), want a group of one", err, err)
		}
		aioWantFailures(t, outer.Primary().Err, aioDivision)
	})
}

// asyncio 17
func TestAsyncio17_AnEmptyGroupIsCancelledFromOutside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(aioCancelAfter(time.Second, aioTest), func(ctx context.Context, g *braid.Group) error {
			return braid.Sleep(ctx, time.Hour)
		})
		aioWantCancelled(t, err, aioTest)
		aioWantElapsed(t, start, time.Second)
	})
}

// asyncio 18
func TestAsyncio18_ABodyThatMakesAnErrorOfACancelHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := braid.Run(aioCancelAfter(time.Second, aioTest), func(ctx context.Context, g *braid.Group) error {
			<-ctx.Done()
			return aioValue
		})
		aioWantFailures(t, err, aioValue)
	})
}

// asyncio 19
func TestAsyncio19_TheBodysFailureComesLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(aioFailAfter(time.Second, aioDivision))
			g.Go(func(ctx context.Context) error { // ends after the body
				<-ctx.Done()
				time.Sleep(time.Second)
				return aioCleanup
			})
			<-ctx.Done()
			return aioValue
		})
		ge := aioWantFailures(t, err, aioDivision, aioCleanup, aioValue)
		if ge.Primary().Err != aioDivision {
			t.Errorf("primary is %v", ge.Primary())
		}
	})
}

// asyncio 20
func TestAsyncio20_APanicOfTheBodyBeatsATasksErrorAndCarriesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer func() {
			pe, ok := recover().(*braid.PanicError)
			if !ok || pe.Value != "interrupt" {
				t.Fatalf("recovered %v, want the body's panic", pe)
			}
			aioWantFailures(t, pe.Siblings, aioDivision)
		}()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(aioFailAfter(time.Second, aioDivision))
			<-ctx.Done()
			panic("interrupt")
		})
		t.Errorf("Run returned %v", err)
	})
}
