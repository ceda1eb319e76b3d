package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/workflow"
)

// Rules 9 and 10: time, shielding, combining.

func TestRule9_1_ATimeoutIsNamedAndOnlyItsOwn(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		began := workflow.Now(ctx)
		err := temporal.Timeout(ctx, time.Minute, after(time.Hour, nil), temporal.Name("slow"))
		te, ok := err.(*braid.TimeoutError)
		if !ok || te.Name != "slow" || te.After != time.Minute || !errors.Is(err, context.DeadlineExceeded) || workflow.Now(ctx).Sub(began) != time.Minute {
			t.Errorf("%#v", err)
		}
		if err := temporal.Timeout(ctx, time.Minute, after(time.Second, errOurs)); err != errOurs {
			t.Error(err)
		}
		if err := temporal.Timeout(ctx, time.Minute, onceDead(errOurs)); !errors.Is(err, errOurs) {
			t.Error(err)
		} else if te, ok := braid.TimedOut(err); !ok || te.After != time.Minute {
			t.Error("the timeout is not attached")
		}
		if err := temporal.Timeout(ctx, time.Minute, onceDead(nil)); err != nil {
			t.Error(err)
		}
		if err := temporal.Timeout(ctx, 0, func(wctx) error { t.Error("called"); return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		// The deadline is over when the timeout is, and shows while it runs.
		_ = temporal.Timeout(ctx, time.Minute, func(ctx wctx) error {
			if at, ok := temporal.Deadline(ctx); !ok || at != workflow.Now(ctx).Add(time.Minute) {
				t.Error(at, ok)
			}
			return nil
		})
		if _, ok := temporal.Deadline(ctx); ok {
			t.Error("a deadline is left")
		}
		return nil
	})
}

func TestRule9_1_OfNestedTimeoutsTheOutermostClaimsIt(t *testing.T) {
	for _, inner := range []time.Duration{time.Minute, 59 * time.Second} {
		_ = flow(t, func(ctx wctx) error {
			err := temporal.Timeout(ctx, time.Minute, func(ctx wctx) error {
				err := temporal.Timeout(ctx, inner, func(ctx wctx) error {
					_ = temporal.Sleep(ctx, time.Hour)
					_ = workflow.NewTimer(disconnected(ctx), time.Minute).Get(ctx, nil)
					return temporal.Cause(ctx)
				}, temporal.Name("inner"))
				if _, ours := err.(*braid.TimeoutError); ours {
					t.Errorf("the inner one claims it: %v", err)
				}
				return err
			}, temporal.Name("outer"))
			if te, ok := err.(*braid.TimeoutError); !ok || te.Name != "outer" {
				t.Error(err)
			}
			return nil
		})
	}
}

func disconnected(ctx wctx) wctx {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	return ctx
}

func TestRule9_2_MoveOnSwallowsItsOwnDeadline(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		if fired, err := temporal.MoveOn(ctx, time.Minute, after(time.Hour, nil)); !fired || err != nil {
			t.Error(fired, err)
		}
		if fired, err := temporal.MoveOn(ctx, time.Minute, after(time.Second, nil)); fired || err != nil {
			t.Error(fired, err)
		}
		if fired, err := temporal.MoveOn(ctx, time.Minute, onceDead(errOurs)); !fired || !errors.Is(err, errOurs) {
			t.Error(fired, err)
		}
		return nil
	})
}

func TestRule9_4_AShieldHoldsACancellationOff(t *testing.T) {
	var saved, cut error = errOurs, nil
	err := flow(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(func(ctx wctx) error {
				cause := temporal.Sleep(ctx, time.Hour)
				saved = temporal.Shield(ctx, time.Minute, after(30*time.Second, nil))
				cut = temporal.Shield(ctx, time.Minute, after(time.Hour, nil))
				return cause
			})
			return nil
		})
	}, cancelAfter(time.Minute))
	if saved != nil || !errors.Is(cut, context.DeadlineExceeded) || !errors.Is(err, context.Canceled) {
		t.Error(saved, cut, err)
	}
}

func TestRule9_5_CleanupRunsLastInFirstOutAndShielded(t *testing.T) {
	var tr trail
	err := flow(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			for _, name := range []string{"first", "second"} {
				_ = g.Defer(func(ctx wctx) error {
					if err := temporal.Sleep(ctx, time.Second); err != nil {
						t.Error(err)
					}
					tr.note(name)
					return nil
				})
			}
			_ = g.Defer(func(wctx) error { panic("in cleanup") })
			_ = g.Defer(func(ctx wctx) error { return temporal.Sleep(ctx, time.Hour) })
			g.Go(func(ctx wctx) error { defer tr.note("task"); return temporal.Sleep(ctx, time.Hour) })
			return nil
		}, temporal.Grace(time.Minute))
	}, cancelAfter(time.Minute))
	tr.is(t, "task", "second", "first")
	var pe *braid.PanicError
	if _, late := braid.TimedOut(err); !late || !errors.As(err, &pe) || pe.Value != "in cleanup" {
		t.Errorf("%+v", err)
	}
}

func value[T any](v T, d time.Duration, err error) func(wctx) (T, error) {
	return func(ctx wctx) (T, error) { return v, after(d, err)(ctx) }
}

func TestRule10_1_ResultsComeInOrder(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		a, b, err := temporal.Join2(ctx, value(1, time.Minute, nil), value("two", time.Second, nil))
		if a != 1 || b != "two" || err != nil {
			t.Error(a, b, err)
		}
		_, _, _, _, e, err := temporal.Join5(ctx, value(1, 0, nil), value(2, 0, nil), value(3, 0, nil), value(4, 0, nil), value(5, 0, nil))
		if e != 5 || err != nil {
			t.Error(e, err)
		}
		vs, err := temporal.All(ctx, temporal.Funcs(value(1, time.Minute, nil), value(2, time.Second, nil)))
		if !slices.Equal(vs, []int{1, 2}) || err != nil {
			t.Error(vs, err)
		}
		most, now := 0, 0
		gate, settable := workflow.NewFuture(ctx)
		open := sync.OnceFunc(func() { settable.SetValue(nil) })
		items := make([]int, 1200)
		for i := range items {
			items[i] = i
		}
		mapped, err := temporal.Map(ctx, items, func(ctx wctx, i int) (int, error) {
			now++
			most = max(most, now)
			defer func() { now-- }()
			if now == temporal.Window {
				open()
			}
			return i * i, gate.Get(ctx, nil)
		})
		if err != nil || len(mapped) != 1200 || mapped[1100] != 1100*1100 || most != temporal.Window {
			t.Error(len(mapped), err, most)
		}
		none, err := temporal.Map(ctx, nil, func(wctx, int) (int, error) { return 0, nil })
		if len(none) != 0 || err != nil {
			t.Error(none, err)
		}
		return nil
	})
}

func TestRule10_2_AfterAFailureNoItemStarts(t *testing.T) {
	started := 0
	err := flow(t, func(ctx wctx) error {
		return temporal.Each(ctx, []int{0, 1, 2, 3, 4, 5}, func(ctx wctx, i int) error {
			started++
			if i == 1 {
				return errOurs
			}
			return temporal.Sleep(ctx, time.Minute)
		}, temporal.Limit(2))
	})
	if started != 2 || len(failures(err)) != 1 || failures(err)[0].(*braid.TaskError).Item() != 1 {
		t.Error(started, err)
	}
	err = flow(t, func(ctx wctx) error {
		out, err := temporal.Map(ctx, []int{1, 2, 3}, func(ctx wctx, i int) (int, error) {
			if i == 2 {
				return 0, errOurs
			}
			return i, nil
		}, temporal.Supervised)
		if !slices.Equal(out, []int{1, 0, 3}) {
			t.Error(out)
		}
		return err
	})
	if len(failures(err)) != 1 {
		t.Error(err)
	}
}

func TestRule10_3_RacesJoinTheirLosers(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		var tr trail
		loser := func(ctx wctx) (int, error) {
			err := temporal.Sleep(ctx, time.Hour)
			tr.note("loser ended")
			return 0, err
		}
		v, err := temporal.First(ctx, temporal.Funcs(loser, value(0, time.Second, errOurs), value(2, time.Minute, nil)))
		if v != 2 || err != nil {
			t.Error(v, err)
		}
		tr.is(t, "loser ended")
		if _, err = temporal.Race(ctx, temporal.Funcs(loser, value(0, time.Second, errOurs))); !errors.Is(err, errOurs) {
			t.Error(err)
		}
		if _, err = temporal.First(ctx, temporal.Funcs(value(0, time.Second, errOurs), value(0, time.Minute, errors.New("b")))); len(failures(err)) != 2 {
			t.Error(err)
		}
		vs, err := temporal.Quorum(ctx, 2, temporal.Funcs(value(1, time.Minute, nil), value(2, time.Second, nil), loser))
		if !slices.Equal(vs, []int{1, 2}) || err != nil {
			t.Error(vs, err)
		}
		if _, err = temporal.Quorum(ctx, 2, temporal.Funcs(value(1, time.Minute, errOurs), value(2, time.Second, errOurs), loser)); len(failures(err)) != 2 {
			t.Error(err)
		}
		if _, err = temporal.First[int](ctx, nil); err != braid.ErrNoTasks {
			t.Error(err)
		}
		_, err = temporal.First(ctx, temporal.Funcs(func(wctx) (int, error) { panic("mad") }, value(1, time.Second, nil)))
		var pe *braid.PanicError
		if !errors.As(err, &pe) {
			t.Errorf("a panic is lost: %v", err)
		}
		return nil
	})
}

func TestRule10_4_SettleCancelsNone(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		out, err := temporal.Settle(ctx, temporal.Funcs(value(0, 0, errOurs), value(2, time.Minute, nil), func(wctx) (int, error) { panic("x") }))
		if err != nil || out[0].State != braid.Failed || out[1].Value != 2 || out[2].State != braid.Panicked {
			t.Error(out, err)
		}
		ctx, cancel := workflow.WithCancel(ctx)
		cancel()
		out, err = temporal.Settle(ctx, temporal.Funcs(value(1, 0, nil)))
		if !errors.Is(err, context.Canceled) || out[0].State != braid.Skipped || out[0].Err == nil {
			t.Error(out, err)
		}
		return nil
	})
}

func TestRule10_5_RetrySleepsByTheWorkflowsTimersAndKeepsEachError(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		began, tries := workflow.Now(ctx), 0
		policy := braid.Policy{Attempts: 4, Delay: time.Minute, Factor: 2}
		v, err := temporal.Retry(ctx, policy, func(wctx) (int, error) {
			if tries++; tries < 4 {
				return 0, fmt.Errorf("try %d", tries)
			}
			return tries, nil
		})
		if v != 4 || err != nil || workflow.Now(ctx).Sub(began) != 7*time.Minute {
			t.Error(v, err, workflow.Now(ctx).Sub(began))
		}
		_, err = temporal.Retry(ctx, policy, value(0, 0, errOurs))
		if errs := failures(err); len(errs) != 4 || errs[3].Error() != "attempt 4: ours" {
			t.Error(err)
		}
		_, err = temporal.Retry(ctx, policy, value(0, 0, braid.Permanent(errOurs)))
		if len(failures(err)) != 1 {
			t.Error(err)
		}
		began = workflow.Now(ctx)
		tries = 0
		_, _ = temporal.Retry(ctx, braid.Policy{Attempts: 2, Timeout: time.Second}, func(ctx wctx) (int, error) {
			tries++
			return 0, temporal.Sleep(ctx, time.Hour)
		})
		if tries != 2 || workflow.Now(ctx).Sub(began) != 2*time.Second {
			t.Error(tries, workflow.Now(ctx).Sub(began))
		}
		err = temporal.Timeout(ctx, 90*time.Second, func(ctx wctx) error {
			_, err := temporal.Retry(ctx, braid.Policy{Attempts: 9, Delay: time.Minute, Jitter: braid.FullJitter}, value(0, time.Minute, errOurs))
			return err
		})
		if _, late := braid.TimedOut(err); !late || !errors.Is(err, errOurs) {
			t.Error(err)
		}
		return nil
	})
}
