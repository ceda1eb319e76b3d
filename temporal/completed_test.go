package temporal_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/workflow"
)

func sleeps(d time.Duration) func(ctx wctx) (time.Duration, error) {
	return func(ctx wctx) (time.Duration, error) { return d, temporal.Sleep(ctx, d) }
}

func TestRule6_4_AsCompletedYieldsInTheOrderOfTheEnds(t *testing.T) {
	for _, limit := range []int{1, 10} {
		_ = flow(t, func(ctx wctx) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				looks := temporal.Fork(g, func(ctx wctx) (string, error) {
					a, b, c := temporal.Fork(g, sleeps(3*time.Hour)), temporal.Fork(g, sleeps(time.Hour)), temporal.Fork(g, sleeps(2*time.Hour))
					got := ""
					for task := range temporal.AsCompleted(ctx, a, b, c, a) {
						v, err := task.Result()
						got += fmt.Sprintf("%v %v, ", v.Hours(), err)
					}
					return got, nil
				})
				want := "1 <nil>, 2 <nil>, 3 <nil>, "
				if limit == 1 { // they run one after the other
					want = "3 <nil>, 1 <nil>, 2 <nil>, "
				}
				if got, err := looks.Wait(ctx); got != want || err != nil {
					t.Errorf("limit %d: got %q, %v", limit, got, err)
				}
				return nil
			}, temporal.Limit(limit))
		})
	}
}

func TestRule6_4_LeavingTheLoopEarlyCancelsAndJoinsTheRest(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			quick, slow := temporal.Fork(g, sleeps(time.Minute)), temporal.Fork(g, sleeps(time.Hour))
			began := workflow.Now(ctx)
			for range temporal.AsCompleted(ctx, slow, quick) {
				break
			}
			if slow.State() != braid.Cancelled || quick.State() != braid.Succeeded || workflow.Now(ctx).Sub(began) != time.Minute {
				t.Error(slow.State(), quick.State(), workflow.Now(ctx).Sub(began))
			}
			return nil
		})
	})
}

func TestRule6_4_APanicOfTheLoopIsRaisedWhenTheRestHasBeenJoined(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			slow := temporal.Fork(g, func(ctx wctx) (time.Duration, error) {
				err := temporal.Sleep(ctx, time.Hour)
				return 0, errors.Join(err, temporal.Shield(ctx, time.Hour, func(ctx wctx) error { return temporal.Sleep(ctx, time.Minute) }))
			})
			began := workflow.Now(ctx)
			func() {
				defer func() {
					if pe, _ := recover().(*braid.PanicError); pe == nil || pe.Value != "in the loop" || !strings.Contains(string(pe.Stack), "TestRule6_4_APanicOfTheLoop") || slow.State() != braid.Cancelled || workflow.Now(ctx).Sub(began) != 2*time.Minute {
						t.Error(pe, slow.State(), workflow.Now(ctx).Sub(began))
					}
				}()
				for range temporal.AsCompleted(ctx, slow, temporal.Fork(g, sleeps(time.Minute))) {
					panic("in the loop")
				}
			}()
			return nil
		})
	})
}

func TestRule6_4_ADeadContextCancelsTheTasksWhichComeOut(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			slow := temporal.Fork(g, sleeps(time.Hour))
			n := 0
			_, err := temporal.MoveOn(ctx, time.Minute, func(ctx wctx) error {
				for task := range temporal.AsCompleted(ctx, slow) {
					n++
					if task.State() != braid.Cancelled {
						t.Error(task.State())
					}
				}
				return nil
			})
			if n != 1 || err != nil {
				t.Error(n, err)
			}
			return nil
		})
	})
}

func TestRule6_4_ATaskThatCannotEndBeforeTheCallerIsRefused(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			var me *temporal.Task[int]
			me = temporal.Fork(g, func(ctx wctx) (int, error) {
				for range temporal.AsCompleted(ctx, me) {
					t.Error("yielded")
				}
				return 0, nil
			})
			return nil
		})
	})
	if err == nil || !strings.Contains(err.Error(), "AsCompleted: "+braid.ErrDeadlock.Error()) {
		t.Error(err)
	}
}

func TestRule10_6_AHedgeStartsASecondAttemptAfterItsDelayAndJoinsTheLoser(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		began, calls, stopped := workflow.Now(ctx), 0, 0
		v, err := temporal.Hedge(ctx, 3, time.Minute, func(ctx wctx) (int, error) {
			calls++
			me := calls
			if err := temporal.Sleep(ctx, time.Duration(4-2*me)*time.Hour+time.Second); err != nil {
				stopped++
				return 0, err
			}
			return me, nil
		})
		if v != 2 || err != nil || calls != 2 || stopped != 1 || workflow.Now(ctx).Sub(began) != time.Minute+time.Second {
			t.Error(v, err, calls, stopped, workflow.Now(ctx).Sub(began))
		}
		return nil
	})
}

func TestRule10_6_AFailureStartsTheNextAttemptAndAPermanentOneIsTheEnd(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		began, calls := workflow.Now(ctx), 0
		_, err := temporal.Hedge(ctx, 3, time.Hour, func(ctx wctx) (int, error) { calls++; return 0, fmt.Errorf("%d: %w", calls, errOurs) })
		var ge *braid.GroupError
		if !errors.As(err, &ge) || len(ge.Errors()) != 3 || calls != 3 || workflow.Now(ctx) != began || !strings.Contains(err.Error(), "attempt 2") {
			t.Error(err, calls)
		}
		calls = 0
		_, err = temporal.Hedge(ctx, 3, time.Hour, func(ctx wctx) (int, error) { calls++; return 0, braid.Permanent(errOurs) })
		if !errors.Is(err, errOurs) || calls != 1 {
			t.Error(err, calls)
		}
		return nil
	})
}

func ExampleHedge() {
	show(func(ctx workflow.Context) error {
		calls := 0
		v, err := temporal.Hedge(ctx, 2, time.Minute, func(ctx workflow.Context) (string, error) {
			if calls++; calls == 1 {
				return "slow", temporal.Sleep(ctx, time.Hour)
			}
			return "quick", nil
		})
		fmt.Println(v)
		return err
	})
	// Output: quick
}

func ExampleAsCompleted() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			slow, quick := temporal.Fork(g, sleeps(2*time.Hour)), temporal.Fork(g, sleeps(time.Hour))
			for task := range temporal.AsCompleted(ctx, slow, quick) {
				fmt.Println(task.Result())
			}
			return nil
		})
	})
	// Output:
	// 1h0m0s <nil>
	// 2h0m0s <nil>
}
