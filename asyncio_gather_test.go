package braid_test

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file holds lines 75 to 88 of the conformance list: asyncio.shield, which
// is Shield here, and asyncio.gather, which is Map, Join2 or, with
// return_exceptions, Settle. Not carried over:
//
//	86  functions run as often as they are given; a Task is what can be awaited
//	    in several places and runs once.

// asyncio 75
func TestAsyncio75_ShieldPassesValueAndErrorThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		for _, want := range []error{nil, aioValue} {
			err := braid.Shield(t.Context(), time.Minute, func(ctx context.Context) error {
				time.Sleep(time.Second)
				return want
			})
			if err != want {
				t.Errorf("got %v, want %v", err, want)
			}
		}
		aioWantElapsed(t, start, 2*time.Second)
		// What is done already costs no time, also under a dead context.
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, func(context.Context) (int, error) { return 42, nil })
			<-task.Done()
			g.Cancel()
			return braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
				if v, err := task.Wait(ctx); v != 42 || err != nil {
					t.Errorf("the finished task gave %v, %v", v, err)
				}
				return nil
			})
		})
		if err != nil {
			t.Error(err)
		}
		aioWantElapsed(t, start, 2*time.Second)
	})
}

// asyncio 76
func TestAsyncio76_WhatIsCancelledInsideAShieldEndsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, time.Hour) })
			time.AfterFunc(time.Second, task.Cancel)
			err := braid.Shield(ctx, braid.Forever, func(ctx context.Context) error {
				_, err := task.Wait(ctx)
				return err
			})
			aioWantCancelled(t, err)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		aioWantElapsed(t, start, time.Second)
		err = braid.Shield(t.Context(), braid.Forever, func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				time.AfterFunc(time.Second, g.Cancel)
				return braid.Sleep(ctx, time.Hour)
			})
		})
		if err != nil {
			t.Error(err)
		}
		aioWantElapsed(t, start, 2*time.Second)
	})
}

// asyncio 77: asyncio's shield leaves the inner task behind; here it is waited
// for, as everything is.
func TestAsyncio77_AShieldedFunctionRunsToItsEndAndIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		type key struct{}
		parent := context.WithValue(aioCancelAfter(time.Second, aioTest), key{}, "value")
		err := braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				return braid.Shield(ctx, 10*time.Second, func(ctx context.Context) error {
					if err := braid.Sleep(ctx, 3*time.Second); err != nil {
						t.Errorf("the cancel came through: %v", err)
					}
					if v := ctx.Value(key{}); v != "value" {
						t.Errorf("inside, the value is %v", v)
					}
					return nil
				})
			})
			return nil
		})
		if err != nil || parent.Err() == nil {
			t.Errorf("nothing was cut short, but Run gave %v; the caller: %v", err, parent.Err())
		}
		aioWantElapsed(t, start, 3*time.Second)
		// The grace bounds it.
		err = braid.Shield(parent, 2*time.Second, aioUntilCancelled)
		aioWantTimeout(t, err, "", 2*time.Second)
		aioWantElapsed(t, start, 5*time.Second)
	})
}

// asyncio 78
func TestAsyncio78_ShieldAndMapComposeEitherWayRound(t *testing.T) {
	items := []int{3, 1, 2}
	work := func(ctx context.Context, n int) (int, error) {
		return 10 * n, braid.Sleep(ctx, time.Duration(n)*time.Second)
	}
	for name, both := range map[string]func(ctx context.Context) ([]int, error){
		"a shielded Map": func(ctx context.Context) (got []int, err error) {
			err = braid.Shield(ctx, time.Minute, func(ctx context.Context) (err error) {
				got, err = braid.Map(ctx, items, work)
				return err
			})
			return got, err
		},
		"a Map of shielded": func(ctx context.Context) ([]int, error) {
			return braid.Map(ctx, items, func(ctx context.Context, n int) (v int, err error) {
				err = braid.Shield(ctx, time.Minute, func(ctx context.Context) (err error) {
					v, err = work(ctx, n)
					return err
				})
				return v, err
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				got, err := both(aioCancelAfter(1500*time.Millisecond, aioTest))
				if err != nil || !slices.Equal(got, []int{30, 10, 20}) {
					t.Errorf("got %v, %v", got, err)
				}
				aioWantElapsed(t, start, 3*time.Second)
			})
		})
	}
}

// asyncio 79
func TestAsyncio79_ResultsComeInTheOrderOfTheArguments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		got, err := braid.Map(t.Context(), []int{3, 1, 2}, func(ctx context.Context, n int) (int, error) {
			return n, braid.Sleep(ctx, time.Duration(n)*time.Second)
		})
		if err != nil || !slices.Equal(got, []int{3, 1, 2}) {
			t.Errorf("Map gave %v, %v", got, err)
		}
		aioWantElapsed(t, start, 3*time.Second) // when the last is done, and all at once
		a, b, err := braid.Join2(t.Context(),
			func(ctx context.Context) (string, error) { return "a", braid.Sleep(ctx, 2*time.Second) },
			func(ctx context.Context) (int, error) { return 2, braid.Sleep(ctx, time.Second) })
		if a != "a" || b != 2 || err != nil {
			t.Errorf("Join2 gave %v, %v, %v", a, b, err)
		}
		aioWantElapsed(t, start, 5*time.Second)
	})
}

// asyncio 80: asyncio's gather leaves the siblings alone and behind; here they
// are cancelled and joined.
func TestAsyncio80_TheFirstFailureCancelsTheOthersAndWaitsForThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		cancelled := 0
		slow := func(ctx context.Context) (int, error) {
			err := braid.Sleep(ctx, time.Hour)
			time.Sleep(time.Second) // cleanup
			cancelled++
			return 7, err
		}
		failing := func(ctx context.Context) (int, error) { return 7, aioFailAfter(time.Second, aioDivision)(ctx) }
		got, err := braid.Map(t.Context(), []func(context.Context) (int, error){slow, failing},
			func(ctx context.Context, fn func(context.Context) (int, error)) (int, error) { return fn(ctx) })
		aioWantFailures(t, err, aioDivision)
		if len(got) != 0 || cancelled != 1 {
			t.Errorf("Map gave %v, %d cancelled", got, cancelled)
		}
		aioWantElapsed(t, start, 2*time.Second)
		a, b, err := braid.Join2(t.Context(), failing, slow)
		aioWantFailures(t, err, aioDivision)
		if a != 0 || b != 0 || cancelled != 2 {
			t.Errorf("Join2 gave %v, %v, %d cancelled", a, b, cancelled)
		}
		aioWantElapsed(t, start, 4*time.Second)
	})
}

// aioAfter gives a function that returns v and err after d, or is cancelled.
func aioAfter[T any](d time.Duration, v T, err error) func(context.Context) (T, error) {
	return func(ctx context.Context) (T, error) {
		if cause := braid.Sleep(ctx, d); cause != nil {
			return v, cause
		}
		return v, err
	}
}

// asyncio 81
func TestAsyncio81_SettleReturnsErrorsInPlaceAndWaitsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		got, err := braid.Settle(t.Context(), []func(context.Context) (int, error){
			aioAfter(3*time.Second, 1, nil),
			aioAfter(time.Second, 0, aioDivision),
			func(context.Context) (int, error) { panic(aioValue) },
			aioAfter(2*time.Second, 3, nil),
		})
		if err != nil || len(got) != 4 {
			t.Fatalf("got %v, %v", got, err)
		}
		for i, want := range []braid.State{braid.Succeeded, braid.Failed, braid.Panicked, braid.Succeeded} {
			if got[i].State != want || (got[i].Err == nil) != (want == braid.Succeeded) {
				t.Errorf("outcome %d is %v with %v, want %v", i, got[i].State, got[i].Err, want)
			}
		}
		if got[0].Value != 1 || got[3].Value != 3 || !errors.Is(got[1].Err, aioDivision) || !errors.Is(got[2].Err, aioValue) {
			t.Errorf("got %v", got)
		}
		aioWantElapsed(t, start, 3*time.Second)
	})
}

// asyncio 82
func TestAsyncio82_ACancelledChildFailsTheGatherWithoutCancellingTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithCancel(t.Context())
		defer cancel()
		_, err := braid.Map(parent, []int{0, 1}, func(ctx context.Context, n int) (int, error) {
			if n == 0 {
				return 0, context.Canceled // by somebody inside
			}
			return 0, braid.Sleep(ctx, time.Hour)
		})
		aioWantFailures(t, err, context.Canceled)
		err = braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
			cancelled, other := braid.Fork(g, aioAfter(time.Hour, 0, nil)), braid.Fork(g, aioAfter(time.Second, 1, nil))
			cancelled.CancelCause(aioTest)
			_, err := cancelled.Wait(ctx)
			if c, ok := errors.AsType[*braid.Cancellation](err); !ok || c.Reason() != aioTest {
				t.Errorf("the cancelled child gave %v", err)
			}
			if v, err := other.Wait(ctx); v != 1 || err != nil {
				t.Errorf("the other gave %v, %v", v, err)
			}
			return err // and so the gathering has failed
		})
		ge, ok := err.(*braid.GroupError)
		if !ok || len(ge.Errors()) != 1 || !errors.Is(err, context.Canceled) {
			t.Errorf("got %T (%v)", err, err)
		}
		if parent.Err() != nil {
			t.Error("the caller was cancelled")
		}
	})
}

// asyncio 83
func TestAsyncio83_SettleTellsCancelledFromFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		got, err := braid.Settle(aioCancelAfter(2*time.Second, aioTest), []func(context.Context) (int, error){
			aioAfter(time.Second, 1, nil),
			aioAfter(time.Second, 0, aioDivision),
			aioAfter(time.Second, 0, context.Canceled),
			aioAfter(time.Hour, 0, nil),
			aioAfter(time.Hour, 0, nil),
		}, braid.Limit(4))
		// The fifth started when the first slot was free, and was cut short too.
		for i, want := range []braid.State{braid.Succeeded, braid.Failed, braid.Failed, braid.Cancelled, braid.Cancelled} {
			if got[i].State != want {
				t.Errorf("outcome %d is %v with %v, want %v", i, got[i].State, got[i].Err, want)
			}
		}
		if c, ok := errors.AsType[*braid.TaskError](got[3].Err); !ok || !c.AfterCancel || !errors.Is(c, aioTest) {
			t.Errorf("the cancelled one has %v", got[3].Err)
		}
		aioWantCancelled(t, err, aioTest)
		aioWantElapsed(t, start, 2*time.Second)

		// If nothing was cut short there is no error beside the outcomes.
		got, err = braid.Settle(aioCancelAfter(2*time.Second, aioTest), []func(context.Context) (int, error){
			func(context.Context) (int, error) { time.Sleep(3 * time.Second); return 1, nil },
			aioAfter(time.Second, 0, aioDivision),
		})
		if err != nil || got[0].Value != 1 || !errors.Is(got[1].Err, aioDivision) {
			t.Errorf("nothing was cut short: %v, %v", got, err)
		}
	})
}

// asyncio 84
func TestAsyncio84_NothingToGatherGivesAnEmptyResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		none := func(context.Context, int) (int, error) { panic("called") }
		if got, err := braid.Map(t.Context(), nil, none); got == nil || len(got) != 0 || err != nil {
			t.Errorf("Map gave %v, %v", got, err)
		}
		if got, err := braid.Settle[int](t.Context(), nil); got == nil || len(got) != 0 || err != nil {
			t.Errorf("Settle gave %v, %v", got, err)
		}
		dead, cancel := context.WithCancelCause(t.Context())
		cancel(aioTest)
		got, err := braid.Map(dead, nil, none)
		if got != nil {
			t.Errorf("under a dead context Map gave %v", got)
		}
		aioWantCancelled(t, err, aioTest)
		_, err = braid.Settle[int](dead, nil)
		aioWantCancelled(t, err, aioTest)
	})
}

// asyncio 85
func TestAsyncio85_CancellingTheCallerCancelsAllChildrenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		parent, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() {
			cancel(aioTest)
			cancel(aioValue) // is too late
		})
		causes := make([]error, 4)
		_, err := braid.Map(parent, []int{0, 1, 2, 3}, func(ctx context.Context, n int) (int, error) {
			<-ctx.Done()
			causes[n] = context.Cause(ctx)
			return 0, ctx.Err()
		})
		aioWantCancelled(t, err, aioTest)
		for n, cause := range causes {
			if cause != aioTest {
				t.Errorf("child %d died of %v", n, cause)
			}
		}
		aioWantElapsed(t, start, time.Second)
	})
}

// asyncio 87
func TestAsyncio87_CancellingAFinishedTaskChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, aioAfter(0, 42, nil))
			<-task.Done()
			task.Cancel()
			task.CancelCause(aioTest)
			if v, err := task.Wait(ctx); v != 42 || err != nil {
				t.Errorf("the result is %v, %v", v, err)
			}
			aioWantState(t, task, braid.Succeeded)
			if ctx.Err() != nil {
				t.Error("the group was cancelled")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// asyncio 88
func TestAsyncio88_AFailureThatIsReturnedIsNotReportedBesides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged strings.Builder
		logger, out, flags := slog.Default(), log.Writer(), log.Flags()
		slog.SetDefault(slog.New(slog.NewTextHandler(&logged, nil)))
		defer func() {
			slog.SetDefault(logger)
			log.SetOutput(out)
			log.SetFlags(flags)
		}()
		var first, second *braid.Task[int]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			first = braid.Fork(g, aioAfter(time.Second, 0, aioDivision))
			second = braid.Fork(g, func(ctx context.Context) (int, error) { return 0, aioFailInCleanup(aioCleanup)(ctx) })
			return nil
		})
		aioWantFailures(t, err, aioDivision, aioCleanup)
		_, err = braid.Settle(t.Context(), []func(context.Context) (int, error){
			aioAfter(time.Second, 0, aioDivision), aioAfter(2*time.Second, 0, error(io.EOF)),
		})
		if err != nil {
			t.Error(err)
		}
		if logged.Len() != 0 {
			t.Errorf("reported besides: %s", logged.String())
		}
		aioWantState(t, first, braid.Failed)
		aioWantState(t, second, braid.Failed)
	})
}
