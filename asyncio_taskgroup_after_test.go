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

// This file holds lines 36 to 42 of the conformance list: what an
// asyncio.TaskGroup leaves behind, in its caller and in memory, and that it
// does so however it is scheduled.

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
	for name, last := range map[string]func(err error) error{
		"the caller's context after a failure": func(err error) error { return err },
		"the caller's context after success":   func(error) error { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				parent, cancel := context.WithCancel(t.Context())
				defer cancel()
				counted := &aioCountingContext{Context: parent}
				var held weak.Pointer[payload]
				func() {
					p := new(payload)
					held = weak.Make(p)
					err := braid.Run(counted, func(ctx context.Context, g *braid.Group) error {
						_ = ctx.Done()
						g.Go(func(ctx context.Context) error { return last(braid.Sleep(ctx, time.Second)) })
						g.Go(func(context.Context) error {
							time.Sleep(time.Second)
							return last(&aioHolder[payload]{p})
						})
						braid.AfterFunc(ctx, func() {})
						return nil
					})
					if (err == nil) != (last(aioTest) == nil) {
						t.Errorf("got %v", err)
					}
				}()
				time.Sleep(time.Hour) // the runtime drops stopped timers when their time has come
				runtime.GC()
				if n := counted.hooked.Load(); n == 0 || n != counted.unhooked.Load() {
					t.Errorf("%d registrations with the caller's context, %d taken back", n, counted.unhooked.Load())
				}
				if held.Value() != nil {
					t.Error("the caller's context holds on to what the group had")
				}
			})
		})
	}
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
