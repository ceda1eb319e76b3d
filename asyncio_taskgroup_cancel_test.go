package braid_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/braid-go/braid"
)

// This file holds lines 36 to 52 of the conformance list: what is left of a
// group's cancellation afterwards, and TaskGroup.cancel of Python 3.15.

// asyncio 36
func TestAsyncio36_AGroupThatFailedHasNotCancelledItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
			g.Go(aioFailAfter(time.Second, aioDivision))
			return aioUntilCancelled(ctx)
		})
		aioWantFailures(t, err, aioDivision)
		if parent.Err() != nil || context.Cause(parent) != nil {
			t.Errorf("the caller's context: %v, %v", parent.Err(), context.Cause(parent))
		}
	})
}

// asyncio 37
func TestAsyncio37_HandlingTheInnerErrorDoesNotReviveTheOuterGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(aioFailAfter(time.Second, aioValue))
			inner := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(aioFailInCleanup(aioDivision))
				return nil
			})
			aioWantFailures(t, inner, aioDivision)
			if err := braid.Sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
				t.Errorf("the body's next wait gave %v", err)
			}
			return nil
		})
		aioWantFailures(t, err, aioValue)
		aioWantElapsed(t, start, time.Second)
	})
}

// asyncio 38
func TestAsyncio38_AnOutsideCancelIsStillThereOnceTheGroupsErrorIsHandled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		parent := aioCancelAfter(time.Second, aioTest)
		err := braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { time.Sleep(time.Second); return aioDivision })
			return aioUntilCancelled(ctx)
		})
		aioWantFailures(t, err, aioDivision)
		if err := braid.Sleep(parent, time.Hour); err != aioTest {
			t.Errorf("the next wait gave %v", err)
		}
		aioWantElapsed(t, start, time.Second)
	})
}

// asyncio 39
func TestAsyncio39_AGroupThatHasEndedHoldsNoTasksAndNoErrors(t *testing.T) {
	type payload [1 << 16]byte
	// Each fills a group and gives what it must let go of. What its context
	// has as the cause, the first failure, is not among it.
	for name, fill := range map[string]func(g *braid.Group) *payload{
		"success": func(g *braid.Group) *payload {
			p := new(payload)
			g.Go(func(context.Context) error { p[0]++; return nil })
			return p
		},
		"a handle": func(g *braid.Group) *payload {
			p := new(payload)
			braid.Fork(g, func(context.Context) (*payload, error) { return p, nil })
			return p
		},
		"a second failure": func(g *braid.Group) *payload {
			p := new(payload)
			g.Go(aioFailAfter(time.Second, aioDivision))
			g.Go(aioFailInCleanup(&aioHolder[payload]{p}))
			return p
		},
		"cleanup": func(g *braid.Group) *payload {
			p := new(payload)
			_ = g.Defer(func(context.Context) error { p[0]++; return nil })
			return p
		},
		"a skipped task": func(g *braid.Group) *payload {
			p := new(payload)
			g.Cancel()
			g.Go(func(context.Context) error { p[0]++; return nil })
			return p
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var ended *braid.Group
				var held weak.Pointer[payload]
				_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
					ended = g
					held = weak.Make(fill(g))
					return nil
				})
				synctest.Wait()
				runtime.GC()
				if held.Value() != nil {
					t.Error("the group holds on to it")
				}
				runtime.KeepAlive(ended)
			})
		})
	}
	t.Run("the caller's context", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			parent, cancel := context.WithCancel(t.Context())
			defer cancel()
			counted := &aioCountingContext{Context: parent}
			var held weak.Pointer[payload]
			func() {
				p := new(payload)
				held = weak.Make(p)
				err := braid.Run(counted, func(ctx context.Context, g *braid.Group) error {
					g.Go(aioFailAfter(time.Second, &aioHolder[payload]{p}))
					g.Go(aioUntilCancelled)
					braid.AfterFunc(ctx, func() {})
					return aioUntilCancelled(ctx)
				})
				if _, ok := err.(*braid.GroupError); !ok {
					t.Errorf("got %v", err)
				}
			}()
			time.Sleep(time.Hour) // the runtime drops stopped timers when their time has come
			runtime.GC()
			if n := counted.hooked.Load(); n == 0 || n != counted.unhooked.Load() {
				t.Errorf("%d registrations with the caller's context, %d taken back", n, counted.unhooked.Load())
			}
			if held.Value() != nil {
				t.Error("the caller's context holds on to the failure")
			}
		})
	})
}

// aioHolder is an error that holds something.
type aioHolder[T any] struct{ p *T }

func (e *aioHolder[T]) Error() string { return "holder" }

// aioCountingContext counts who registers with it and who leaves.
type aioCountingContext struct {
	context.Context
	hooked, unhooked atomic.Int32
}

func (c *aioCountingContext) AfterFunc(f func()) func() bool {
	c.hooked.Add(1)
	stop := context.AfterFunc(c.Context, f)
	return func() bool { c.unhooked.Add(1); return stop() }
}

// Value hides the standard context inside, which would be registered with instead.
func (c *aioCountingContext) Value(any) any { return nil }

// asyncio 40
func TestAsyncio40_NoTaskMissesAFailureThatHappensWhileItIsSpawned(t *testing.T) {
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			var tasks [4][]*braid.Task[int]
			err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
				for i := range tasks {
					g.Go(func(context.Context) error {
						for range 20 { // a task that missed the failure would block for ever
							tasks[i] = append(tasks[i], braid.Fork(g, func(ctx context.Context) (int, error) {
								return 0, aioUntilCancelled(ctx)
							}))
						}
						return nil
					})
				}
				g.Go(func(context.Context) error { return aioDivision })
				return aioUntilCancelled(ctx)
			})
			aioWantFailures(t, err, aioDivision)
			for _, spawned := range tasks {
				for _, task := range spawned {
					if s := task.State(); s != braid.Skipped && s != braid.Cancelled {
						t.Errorf("a task is %v", s)
					}
				}
			}
		})
	}
}

// asyncio 41
func TestAsyncio41_AfterAHandledFailureTheCallerGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(aioFailAfter(time.Second, aioDivision))
				return nil
			})
			aioWantFailures(t, err, aioDivision)
			return braid.Sleep(ctx, time.Second)
		})
		if err != nil {
			t.Errorf("the outer group: %v", err)
		}
		aioWantElapsed(t, start, 2*time.Second)
	})
}

// asyncio 42: asyncio repeats its tests with tasks that start eagerly; the
// scheduler's part is played here by the number of processors.
func TestAsyncio42_TheGroupsBehaveAlikeOnAnyNumberOfProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(procs)
		for _, scenario := range []func(*testing.T){
			TestAsyncio1_ResultsAreThereAfterTheJoinAndAnErrorBefore,
			TestAsyncio2_ATaskMaySpawnLateInTheBody,
			TestAsyncio3_CancellingOneTaskIsNoErrorAndSparesItsSiblings,
			TestAsyncio4_AFailureCancelsTheSiblingAndIsAllThatComesOut,
			TestAsyncio5_SeveralFailuresCancelTheBodyAndAreGathered,
			TestAsyncio6_AnOutsideCancelComesOutBareWithItsCause,
			TestAsyncio7_AnOutsideCancelReachesTheBodyToo,
			TestAsyncio8_FailuresInCleanupBeatTheOutsideCancel,
			TestAsyncio9_AFailureOfTheBodyCancelsTheTasks,
			TestAsyncio10_ABodyThatFailsAtOnceLeavesNoTaskBehind,
			TestAsyncio11_Asyncio12_NestingIsKeptWhenInnerTasksFailInCleanup,
			TestAsyncio13_AnInnerGroupCancelledByTheOuterAddsNothing,
			TestAsyncio14_AnInnerFailureComesOutAsAGroupInAGroup,
			TestAsyncio15_AFailureWhileTheBodyCleansUpBeatsTheCancel,
			TestAsyncio16_AFailureWhileTheBodyCleansUpGoesThroughAnAwaitedTask,
			TestAsyncio17_AnEmptyGroupIsCancelledFromOutside,
			TestAsyncio18_ABodyThatMakesAnErrorOfACancelHasFailed,
			TestAsyncio19_TheBodysFailureComesLast,
			TestAsyncio20_APanicOfTheBodyBeatsATasksErrorAndCarriesIt,
			TestAsyncio23_ACancelVerySoonAfterTheStartDoesNotHang,
			TestAsyncio24_AFinishedTaskIsNotRetained,
			TestAsyncio25_TasksSpawnTasksWhileTheBodyIsJoining,
			TestAsyncio26_TasksThatReplicateThemselvesConvergeAfterAFailure,
			TestAsyncio29_ATaskSpawnedAfterAFailureIsNeverCalled,
			TestAsyncio30_AFailureOfTheBodysCleanupJoinsTheTasks,
			TestAsyncio35_ARefusedFunctionIsNotCalledAndHoldsNothing,
			TestAsyncio37_HandlingTheInnerErrorDoesNotReviveTheOuterGroup,
			TestAsyncio38_AnOutsideCancelIsStillThereOnceTheGroupsErrorIsHandled,
			TestAsyncio39_AGroupThatHasEndedHoldsNoTasksAndNoErrors,
			TestAsyncio40_NoTaskMissesAFailureThatHappensWhileItIsSpawned,
			TestAsyncio41_AfterAHandledFailureTheCallerGoesOn,
			TestAsyncio43_CancelEndsTheGroupWithoutAnError,
			TestAsyncio47_ATaskThatCancelsItsGroupAtOnceIsCancelledItself,
			TestAsyncio48_AnOutsideCancelComesOutOfAGroupThatCancelledItself,
			TestAsyncio49_FailuresAndTasksThatComeAfterTheCancelConverge,
			TestAsyncio50_AFailureThatOthersAwaitAppearsOnce,
			TestAsyncio52_ABodyMaySwallowTheCancelAndGoOn,
		} {
			name := runtime.FuncForPC(reflect.ValueOf(scenario).Pointer()).Name()
			_, name, _ = strings.Cut(name, ".TestAsyncio")
			t.Run(fmt.Sprintf("%d procs/%s", procs, name), scenario)
		}
	}
}

// asyncio 43
func TestAsyncio43_CancelEndsTheGroupWithoutAnError(t *testing.T) {
	for name, cancel := range map[string]func(g *braid.Group){
		"from the body": func(g *braid.Group) { time.Sleep(time.Second); g.Cancel() },
		"from a task": func(g *braid.Group) {
			g.Go(func(context.Context) error { time.Sleep(time.Second); g.Cancel(); return nil })
		},
		"from outside": func(g *braid.Group) { time.AfterFunc(time.Second, g.Cancel) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var done, cut *braid.Task[int]
				err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
					done = braid.Fork(g, func(context.Context) (int, error) { return 1, nil })
					cut = braid.Fork(g, func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, time.Hour) })
					cancel(g)
					return braid.Sleep(ctx, time.Hour)
				})
				if err != nil {
					t.Errorf("got %v", err)
				}
				aioWantElapsed(t, start, time.Second)
				aioWantState(t, done, braid.Succeeded)
				aioWantState(t, cut, braid.Cancelled)
			})
		})
	}
}

// asyncio 44
func TestAsyncio44_CancelMayComeTwiceAndLateAndFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var ended *braid.Group
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			ended = g
			g.Go(aioUntilCancelled)
			g.CancelCause(aioValue)
			g.Cancel()
			if c, ok := context.Cause(ctx).(*braid.Cancellation); !ok || c.Reason() != aioValue {
				t.Errorf("the second cancel replaced the cause: %v", context.Cause(ctx))
			}
			return nil
		})
		if err != nil {
			t.Errorf("cancelled twice: %v", err)
		}
		ended.Cancel()

		g, ctx := braid.Open(t.Context())
		g.Cancel()
		if ctx.Err() == nil {
			t.Error("a group cancelled before its first task is alive")
		}
		g.Go(func(context.Context) error { t.Error("called"); return nil })
		if err := g.Wait(); err != nil {
			t.Errorf("cancelled first: %v", err)
		}
		g.Cancel()
		if err := g.Wait(); err != nil {
			t.Errorf("cancelled after the end: %v", err)
		}
		aioWantElapsed(t, start, 0)
	})
}

// asyncio 45
func TestAsyncio45_CancelHidesNoFailureThatComesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
			g.Go(aioUntilCancelled)
			g.Cancel()
			return aioValue
		})
		aioWantFailures(t, err, aioValue)
		err = braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
			g.Go(aioFailInCleanup(aioDivision))
			synctest.Wait()
			g.Cancel()
			return nil
		})
		aioWantFailures(t, err, aioDivision)
		if parent.Err() != nil {
			t.Error("the caller was cancelled")
		}
	})
}

// asyncio 46: asyncio refuses, Trio starts the task; here it is skipped, unless
// it says that it must run.
func TestAsyncio46_ATaskSpawnedAfterCancelIsSkippedUnlessAlways(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var skipped, always *braid.Task[int]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Cancel()
			skipped = braid.Fork(g, func(context.Context) (int, error) { t.Error("called"); return 0, nil })
			always = braid.Fork(g, func(ctx context.Context) (int, error) {
				if ctx.Err() == nil {
					t.Error("the context is alive")
				}
				return 7, nil
			}, braid.Always)
			return nil
		})
		if err != nil {
			t.Errorf("got %v", err)
		}
		aioWantState(t, skipped, braid.Skipped)
		if v, err := always.Result(); v != 7 || err != nil {
			t.Errorf("the task that always runs gave %v, %v", v, err)
		}
	})
}

// asyncio 47
func TestAsyncio47_ATaskThatCancelsItsGroupAtOnceIsCancelledItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var task *braid.Task[int]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			task = braid.Fork(g, func(ctx context.Context) (int, error) {
				g.Cancel()
				return 0, braid.Sleep(ctx, time.Hour)
			})
			return nil
		})
		if err != nil {
			t.Errorf("got %v", err)
		}
		aioWantState(t, task, braid.Cancelled)
		aioWantElapsed(t, start, 0)
	})
}

// asyncio 48
func TestAsyncio48_AnOutsideCancelComesOutOfAGroupThatCancelledItself(t *testing.T) {
	for name, order := range map[string]func(own, foreign func()){
		"own first":     func(own, foreign func()) { own(); foreign() },
		"foreign first": func(own, foreign func()) { foreign(); own() },
		"foreign during the unwinding": func(own, foreign func()) {
			own()
			time.AfterFunc(time.Second/2, foreign)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				parent, cancel := context.WithCancelCause(t.Context())
				err := braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error {
						defer time.Sleep(time.Second)
						return aioUntilCancelled(ctx)
					})
					synctest.Wait()
					order(g.Cancel, func() { cancel(aioTest) })
					return nil
				})
				aioWantCancelled(t, err, aioTest)
				aioWantElapsed(t, start, time.Second)
			})
		})
	}
}

// asyncio 49
func TestAsyncio49_FailuresAndTasksThatComeAfterTheCancelConverge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(aioFailAfter(time.Second, aioDivision))
			g.Go(func(ctx context.Context) error {
				<-ctx.Done()
				for range 3 {
					g.Go(aioUntilCancelled)
				}
				g.Go(func(context.Context) error {
					time.Sleep(time.Second)
					g.Go(aioUntilCancelled)
					return aioCleanup
				}, braid.Always)
				return aioValue
			})
			return nil
		})
		aioWantFailures(t, err, aioDivision, aioValue, aioCleanup)
		aioWantElapsed(t, start, 2*time.Second)
	})
}

// asyncio 50
func TestAsyncio50_AFailureThatOthersAwaitAppearsOnce(t *testing.T) {
	for name, wait := range map[string]func(ctx context.Context) context.Context{
		"with the own context": func(ctx context.Context) context.Context { return ctx },
		"through the cancel":   context.WithoutCancel,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
					task := braid.Fork(g, func(ctx context.Context) (int, error) {
						return 0, aioFailAfter(time.Second, aioDivision)(ctx)
					})
					g.Go(func(ctx context.Context) error {
						_, err := task.Wait(wait(ctx))
						return err
					})
					_, err := task.Wait(wait(ctx))
					return err
				})
				aioWantFailures(t, err, aioDivision)
			})
		})
	}
	t.Run("a wrapper is news", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
				task := braid.Fork(g, func(context.Context) (int, error) { return 0, aioDivision })
				_, err := task.Wait(context.WithoutCancel(ctx))
				return fmt.Errorf("dividing: %w", err)
			})
			if ge, ok := err.(*braid.GroupError); !ok || len(ge.Errors()) != 2 {
				t.Errorf("got %v, want two failures", err)
			}
		})
	})
}

// asyncio 51: to asyncio such a task is cancelled and nobody hears of it; here
// context.Canceled from a live context is a failure.
func TestAsyncio51_CanceledFromATaskThatNobodyCancelledIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var task *braid.Task[int]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			task = braid.Fork(g, func(context.Context) (int, error) {
				time.Sleep(time.Second)
				return 0, context.Canceled
			})
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) })
			return nil
		})
		aioWantFailures(t, err, context.Canceled)
		aioWantState(t, task, braid.Failed)
		aioWantElapsed(t, start, time.Second)
	})
}

// asyncio 52
func TestAsyncio52_ABodyMaySwallowTheCancelAndGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var late *braid.Task[int]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(aioFailAfter(time.Second, aioDivision))
			<-ctx.Done()
			time.Sleep(4 * time.Second)
			late = braid.Fork(g, func(context.Context) (int, error) { t.Error("called"); return 0, nil })
			return nil
		})
		aioWantFailures(t, err, aioDivision)
		aioWantElapsed(t, start, 5*time.Second)
		aioWantState(t, late, braid.Skipped)
	})
}
