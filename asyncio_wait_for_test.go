package braid_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file holds lines 89 to 101 of the conformance list: asyncio.wait_for,
// which is Timeout around a function or around Task.Wait, and as_completed,
// which is AsCompleted. Not carried over:
//
//	90  a context cannot be revived, so there is nothing like Task.uncancel.

// asyncio 89: what asyncio's structured timeout has to keep to in five rules
// is four here, since nothing has to be uncancelled.
func TestAsyncio89_ATimeoutConvertsOnlyWhatItsOwnDeadlineBroughtAbout(t *testing.T) {
	t.Run("its own flag", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			// Somebody else's DeadlineExceeded is an error like others.
			fired, err := braid.MoveOn(t.Context(), 2*time.Second, func(ctx context.Context) error {
				ctx, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				return aioUntilCancelled(ctx)
			})
			if fired || err != context.DeadlineExceeded {
				t.Errorf("got %v, %v", fired, err)
			}
		})
	})
	t.Run("not if the caller is cancelled too", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			parent, cancel := context.WithCancelCause(t.Context())
			fired, err := braid.MoveOn(parent, time.Second, func(ctx context.Context) error {
				<-ctx.Done()
				cancel(aioTest)
				return ctx.Err()
			})
			if _, ok := braid.TimedOut(err); fired || ok || !errors.Is(err, aioTest) {
				t.Errorf("got %v, %v", fired, err)
			}
		})
	})
	t.Run("only cancellation", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			fired, err := braid.MoveOn(t.Context(), time.Second, aioFailInCleanup(aioDivision))
			if !fired || !errors.Is(err, aioDivision) {
				t.Errorf("got %v, %v", fired, err)
			}
		})
	})
	t.Run("nothing fires afterwards", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var d braid.Deadline
			for _, opts := range [][]braid.ScopeOption{nil, {&d}} {
				var kept context.Context
				err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
					kept = ctx
					return braid.Sleep(ctx, time.Second/2)
				}, opts...)
				if err != nil || kept.Err() != context.Canceled {
					t.Errorf("after the end: %v, %v", err, kept.Err())
				}
				time.Sleep(time.Minute)
				if kept.Err() != context.Canceled || d.Expired() {
					t.Errorf("a minute later: %v, expired %v", kept.Err(), d.Expired())
				}
			}
		})
	})
}

// asyncio 91
func TestAsyncio91_WithNoTimeToWaitTheFunctionIsNotStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		for _, d := range []time.Duration{0, -1} {
			err := braid.Timeout(t.Context(), d, func(ctx context.Context) error {
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					t.Error("started")
					return nil
				})
			})
			aioWantTimeout(t, err, "", 0)
			err = braid.Shield(t.Context(), d, func(context.Context) error { t.Error("started"); return nil })
			aioWantTimeout(t, err, "", 0)
		}
		aioWantElapsed(t, start, 0)
	})
}

// asyncio 92
func TestAsyncio92_WithNoTimeToWaitAFinishedTaskGivesItsValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, aioAfter(0, "done", nil))
			pending := braid.Fork(g, aioAfter(time.Hour, "late", nil))
			<-task.Done()
			for _, d := range []time.Duration{0, -1} {
				dead, cancel := context.WithTimeout(ctx, d)
				defer cancel()
				if v, err := task.Wait(dead); v != "done" || err != nil {
					t.Errorf("the finished task gave %q, %v", v, err)
				}
				if v, err := pending.Wait(dead); v != "" || err != context.DeadlineExceeded {
					t.Errorf("the running task gave %q, %v", v, err)
				}
			}
			pending.Cancel()
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		aioWantElapsed(t, start, 0)
	})
}

// asyncio 93
func TestAsyncio93_ATimeoutWaitsForSlowCleanup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var task *braid.Task[int]
		err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				task = braid.Fork(g, func(ctx context.Context) (int, error) {
					defer time.Sleep(2 * time.Second)
					return 0, aioUntilCancelled(ctx)
				})
				return nil
			})
		})
		aioWantTimeout(t, err, "", time.Second)
		aioWantState(t, task, braid.Cancelled)
		aioWantElapsed(t, start, 3*time.Second)
	})
}

// asyncio 94
func TestAsyncio94_AnErrorOfTheTasksCleanupReplacesTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			_, _, err := braid.Join2(ctx, aioAfter(time.Hour, 0, nil), func(ctx context.Context) (int, error) {
				return 0, aioFailInCleanup(aioCleanup)(ctx)
			})
			return err
		})
		if _, ok := err.(*braid.TimeoutError); ok || !errors.Is(err, aioCleanup) || errors.Is(err, context.Canceled) {
			t.Errorf("got %T (%v)", err, err)
		}
		if _, ok := braid.TimedOut(err); !ok {
			t.Errorf("%v does not tell of the timeout", err)
		}
	})
}

// asyncio 95: asyncio and Trio keep the value, and so do we; Kotlin does not.
func TestAsyncio95_AValueReturnedInSpiteOfTheTimeoutIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		v := 0
		late := func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			v = 42
			return nil
		}
		if err := braid.Timeout(t.Context(), time.Second, late); err != nil || v != 42 {
			t.Errorf("got %v, %v", v, err)
		}
		aioWantElapsed(t, start, 2*time.Second)
		v = 0
		if fired, err := braid.MoveOn(t.Context(), time.Second, late); !fired || err != nil || v != 42 {
			t.Errorf("MoveOn gave %v, %v, %v", fired, v, err)
		}
		v, err := 0, error(nil)
		err = braid.Timeout(t.Context(), time.Second, func(ctx context.Context) (err error) {
			v, err = braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
				g.Go(func(ctx context.Context) error { return late(ctx) })
				return 11, nil
			})
			return err
		})
		if err != nil || v != 11 {
			t.Errorf("through a group: %v, %v", v, err)
		}
	})
}

// asyncio 96
func TestAsyncio96_AResultAtTheInstantOfTheTimeoutWins(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			err := braid.Timeout(t.Context(), time.Second, func(context.Context) error {
				time.Sleep(time.Second)
				return nil
			})
			if err != nil {
				t.Errorf("the function gave %v", err)
			}
			aioWantElapsed(t, start, time.Second)
			// A waiter for whom both are there takes the result, never the cause.
			err = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
				waiting, cancel := context.WithCancel(ctx)
				defer cancel()
				task := braid.Fork(g, aioAfter(time.Second, 42, nil))
				done := task.Done()
				waiter := braid.Fork(g, func(context.Context) (int, error) { return task.Wait(waiting) })
				<-done
				cancel()
				if v, err := waiter.Wait(ctx); v != 42 || err != nil {
					t.Errorf("the waiter got %v, %v", v, err)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// asyncio 96: the waiter is woken by the cancel, but when it gets to run the
// task has ended. On one processor that is what happens, if the scheduler does
// not step in between.
func TestAsyncio96_AResultThatIsThereWhenACancelledWaiterRunsWins(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	won := 0
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
				waiting, cancel := context.WithCancel(ctx)
				task := braid.Fork(g, func(context.Context) (int, error) {
					time.Sleep(time.Second)
					cancel()
					return 42, nil
				})
				if v, err := task.Wait(waiting); v == 42 && err == nil {
					won++
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	if won == 0 {
		t.Error("the waiter always took the cancel for its answer")
	}
}

// asyncio 97
func TestAsyncio97_CancellingWhoWaitsCancelsTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var task *braid.Task[int]
		err := braid.Timeout(aioCancelAfter(time.Second, aioTest), time.Minute, func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				task = braid.Fork(g, aioAfter(time.Hour, 0, nil))
				_, err := task.Wait(ctx)
				return err
			})
		})
		aioWantCancelled(t, err, aioTest)
		aioWantState(t, task, braid.Cancelled)
		aioWantElapsed(t, start, time.Second)
	})
}

// asyncio 98
func TestAsyncio98_ACancelThatComesAsTheWorkEndsIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		parent, cancel := context.WithCancelCause(t.Context())
		err := braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, func(ctx context.Context) (int, error) {
				time.Sleep(time.Second)
				cancel(aioTest)
				return 42, nil
			})
			<-task.Done()
			if v, err := task.Wait(ctx); v != 42 || err != nil {
				t.Errorf("the value is lost: %v, %v", v, err)
			}
			return braid.Sleep(ctx, time.Hour)
		})
		aioWantCancelled(t, err, aioTest)
		aioWantElapsed(t, start, time.Second)
	})
}

// asyncio 99: giving up a wait leaves the task to its group. What is shielded
// where it is called has to be waited for, and its value is kept.
func TestAsyncio99_ATimeoutOfTheWaitLeavesTheTaskRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, aioAfter(3*time.Second, "done", nil))
			wait := func(ctx context.Context) error { _, err := task.Wait(ctx); return err }
			for _, d := range []time.Duration{0, time.Second} {
				err := braid.Timeout(ctx, d, wait)
				aioWantTimeout(t, err, "", d)
				aioWantElapsed(t, start, d)
				if _, err := task.Result(); err != braid.ErrNotDone {
					t.Errorf("after a wait of %v the task has ended: %v", d, err)
				}
			}
			if v, err := task.Wait(ctx); v != "done" || err != nil {
				t.Errorf("later the task gave %q, %v", v, err)
			}
			aioWantElapsed(t, start, 3*time.Second)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		v := ""
		err = braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			return braid.Shield(ctx, braid.Forever, func(ctx context.Context) (err error) {
				v, err = aioAfter(3*time.Second, "done", nil)(ctx)
				return err
			})
		})
		if v != "done" || err != nil {
			t.Errorf("shielded in place: %q, %v", v, err)
		}
		aioWantElapsed(t, start, 6*time.Second)
	})
}

// asyncio 100
func TestAsyncio100_AsCompletedYieldsTheTasksThemselvesAsTheyEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			slow := braid.Fork(g, aioAfter(3*time.Second, "slow", nil))
			fast := braid.Fork(g, aioAfter(time.Second, "fast", nil))
			middle := braid.Fork(g, aioAfter(2*time.Second, "middle", nil))
			want := []*braid.Task[string]{fast, middle, slow}
			for task := range braid.AsCompleted(ctx, slow, fast, middle, fast) {
				if len(want) == 0 || task != want[0] {
					t.Errorf("at %v it yields %s, out of turn", time.Since(start), task.Name())
					break
				}
				aioWantElapsed(t, start, time.Duration(4-len(want))*time.Second)
				aioWantState(t, task, braid.Succeeded)
				want = want[1:]
			}
			if len(want) != 0 {
				t.Errorf("%d tasks did not come", len(want))
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// asyncio 101: asyncio raises TimeoutError for each that is left; here those
// are cancelled and come out as such, each once, and the limit tells the rest.
func TestAsyncio101_AsCompletedUnderATimeoutEndsWithTheCancelledOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		came := map[*braid.Task[int]]int{}
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			tasks := []*braid.Task[int]{
				braid.Fork(g, aioAfter(time.Second, 1, nil)),
				braid.Fork(g, aioAfter(3*time.Second, 3, nil)),
				braid.Fork(g, aioAfter(5*time.Second, 5, nil)),
			}
			err := braid.Timeout(ctx, 2*time.Second, func(ctx context.Context) error {
				for task := range braid.AsCompleted(ctx, tasks...) {
					came[task]++
					if task == tasks[0] {
						aioWantElapsed(t, start, time.Second)
						continue
					}
					aioWantElapsed(t, start, 2*time.Second)
					_, err := task.Result()
					aioWantCancelled(t, err)
				}
				return ctx.Err()
			})
			aioWantTimeout(t, err, "", 2*time.Second)
			for i, want := range []braid.State{braid.Succeeded, braid.Cancelled, braid.Cancelled} {
				aioWantState(t, tasks[i], want)
				if came[tasks[i]] != 1 {
					t.Errorf("task %d came %d times", i, came[tasks[i]])
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		aioWantElapsed(t, start, 2*time.Second)
	})
}
