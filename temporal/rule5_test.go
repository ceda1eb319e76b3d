package temporal_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/workflow"
)

// Rules 5 to 8: cancelling, waiting, limits, panics.

func TestRule5_1_CancelIsANormalEarlyExit(t *testing.T) {
	var handle *group
	err := run(t, func(ctx wctx, g *group) error {
		handle = g
		g.Go(after(time.Hour, nil))
		g.Go(func(ctx wctx) error { g.Cancel(); g.Cancel(); return nil })
		return nil
	})
	handle.Cancel()
	if err != nil {
		t.Error(err)
	}
	err = run(t, func(ctx wctx, g *group) error {
		g.Cancel()
		return errOurs
	})
	if !errors.Is(err, errOurs) {
		t.Error("a failure is hidden", err)
	}
}

func TestRule5_2_OneTaskIsCancelledAndTheGroupGoesOn(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		one := temporal.Fork(g, func(ctx wctx) (int, error) { return 0, temporal.Sleep(ctx, time.Hour) }, temporal.Name("one"))
		two := temporal.Fork(g, func(ctx wctx) (int, error) { return 2, temporal.Sleep(ctx, time.Hour) })
		_ = temporal.Sleep(ctx, time.Second)
		one.CancelCause(errOurs)
		_, err := one.Wait(ctx)
		var c *braid.Cancellation
		if one.State() != braid.Cancelled || !errors.As(err, &c) || c.Reason() != errOurs || !strings.Contains(c.Site().String(), "rule5_test.go") {
			t.Errorf("%v: %v", one.State(), err)
		}
		v, err := two.Wait(ctx)
		if v != 2 || err != nil {
			t.Error(v, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRule5_3_TheFirstCauseWins(t *testing.T) {
	_ = run(t, func(ctx wctx, g *group) error {
		g.CancelCause(errOurs)
		first := temporal.Cause(ctx)
		g.CancelCause(errors.New("later"))
		if c := first.(*braid.Cancellation); temporal.Cause(ctx) != first || c.Reason() != errOurs || !errors.Is(first, context.Canceled) || errors.Is(first, errOurs) {
			t.Error(first)
		}
		inner, cancel := workflow.WithCancel(ctx)
		cancel()
		if temporal.Cause(inner) != first {
			t.Error("what is derived has another cause", temporal.Cause(inner))
		}
		return nil
	})
}

func TestRule6_1_WaitGivesTheResultOrTheCause(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		slow := temporal.Fork(g, func(ctx wctx) (int, error) { return 7, temporal.Sleep(ctx, time.Hour) })
		if _, err := slow.Result(); err != braid.ErrNotDone {
			t.Error(err)
		}
		err := temporal.Timeout(ctx, time.Minute, func(ctx wctx) error { _, err := slow.Wait(ctx); return err })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		v, err := slow.Wait(ctx)
		dead, cancel := workflow.WithCancel(ctx)
		cancel()
		again, err2 := slow.Wait(dead)
		if v != 7 || err != nil || again != 7 || err2 != nil || slow.Value() != 7 {
			t.Error(v, err, again, err2)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRule6_2_ARingOfWaitsIsAnErrorAtOnce(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		var a, b *temporal.Task[int]
		a = temporal.Fork(g, func(ctx wctx) (int, error) { return b.Wait(ctx) }, temporal.Name("a"))
		b = temporal.Fork(g, func(ctx wctx) (int, error) {
			return temporal.Call(ctx, func(ctx wctx, g *group) (int, error) { return a.Wait(ctx) })
		}, temporal.Name("b"))
		return nil
	})
	if !errors.Is(err, braid.ErrDeadlock) || !strings.Contains(err.Error(), "a depends on b") {
		t.Error(err)
	}
	err = run(t, func(ctx wctx, g *group) error {
		var self *temporal.Task[int]
		self = temporal.Fork(g, func(ctx wctx) (int, error) { return self.Wait(ctx) })
		return nil
	})
	if !errors.Is(err, braid.ErrDeadlock) {
		t.Error(err)
	}
}

func TestRule7_1_NoMoreRunAtOnceThanTheLimit(t *testing.T) {
	now, most, ran := 0, 0, 0
	err := run(t, func(ctx wctx, g *group) error {
		for range 20 {
			g.Go(func(ctx wctx) error {
				now++
				most = max(most, now)
				defer func() { now--; ran++ }()
				return temporal.Sleep(ctx, time.Minute)
			})
		}
		return nil
	}, temporal.Limit(3))
	if err != nil || most != 3 || ran != 20 {
		t.Error(err, most, ran)
	}
}

func TestRule7_1_AFailureSkipsWhatIsQueued(t *testing.T) {
	var last *temporal.Task[int]
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(after(time.Minute, errOurs))
		last = temporal.Fork(g, func(ctx wctx) (int, error) { t.Error("called"); return 0, nil })
		_, err := last.Wait(ctx)
		return err
	}, temporal.Limit(1))
	if len(failures(err)) != 1 || last.State() != braid.Skipped {
		t.Error(err, last.State())
	}
}

func TestRule7_3_ATaskThatWaitsForAnotherLendsItsSlot(t *testing.T) {
	order := []int{}
	err := run(t, func(ctx wctx, g *group) error {
		var nest func(depth int) func(wctx) (int, error)
		nest = func(depth int) func(wctx) (int, error) {
			return func(ctx wctx) (int, error) {
				if depth == 0 {
					return 0, nil
				}
				below, err := temporal.Fork(g, nest(depth-1)).Wait(ctx)
				order = append(order, depth)
				return below + 1, err
			}
		}
		top := temporal.Fork(g, nest(50))
		v, err := top.Wait(ctx)
		if v != 50 {
			t.Error(v)
		}
		return err
	}, temporal.Limit(1))
	if err != nil || len(order) != 50 {
		t.Error(err, order)
	}
}

func TestRule7_4_APanicGivesItsSlotBack(t *testing.T) {
	ran := 0
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(wctx) error { panic("x") })
		g.Go(func(wctx) error { runtime.Goexit(); return nil })
		g.Go(func(wctx) error { ran++; return nil })
		return nil
	}, temporal.Limit(1), temporal.Supervised)
	if ran != 1 || len(failures(err)) != 2 {
		t.Error(ran, err)
	}
}

func TestRule8_1_APanicIsRaisedAfterTheJoinAndEndsTheOutermostGroupAsAnError(t *testing.T) {
	var tr trail
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error {
			defer func() {
				if r := recover(); r != nil {
					tr.note("raised")
					panic(r)
				}
			}()
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				g.Go(func(ctx wctx) error { _ = temporal.Sleep(ctx, time.Hour); tr.note("joined"); return errOurs })
				g.Go(func(ctx wctx) error { _ = temporal.Sleep(ctx, time.Second); panic("boom") }, temporal.Name("mad"))
				return nil
			}, temporal.Name("inner"))
		}, temporal.Name("t"))
		return nil
	}, temporal.Name("outer"))
	tr.is(t, "joined", "raised")
	var pe *braid.PanicError
	if !errors.As(err, &pe) || pe.Value != "boom" || pe.Path != "outer/t/inner/mad" || !errors.Is(pe.Siblings, errOurs) {
		t.Errorf("%v", err)
	}
	if !strings.Contains(string(pe.Stack), "rule5_test.go") {
		t.Errorf("%s", pe.Stack)
	}
}

func TestRule8_1_APanicOfTheBodyJoinsFirst(t *testing.T) {
	var tr trail
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error { _ = temporal.Sleep(ctx, time.Hour); tr.note("joined"); return nil })
		_ = temporal.Sleep(ctx, time.Second)
		panic(errOurs)
	})
	tr.is(t, "joined")
	if !errors.Is(err, errOurs) || len(failures(err)) != 1 {
		t.Error(err)
	}
}

func TestRule8_2_AGoexitIsAFailure(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				g.Go(after(time.Hour, nil))
				runtime.Goexit()
				return nil
			})
		}, temporal.Name("gone"))
		return nil
	})
	if !errors.Is(err, braid.ErrGoexit) || err.Error() != "gone: "+braid.ErrGoexit.Error() {
		t.Error(err)
	}
}

func TestRule8_2_AGoexitOfTheWorkflowItselfIsNotSilent(t *testing.T) {
	env := environment()
	env.ExecuteWorkflow(func(ctx wctx) error {
		return temporal.Run(ctx, func(wctx, *group) error { runtime.Goexit(); return nil })
	})
	if err := env.GetWorkflowError(); !env.IsWorkflowCompleted() || err == nil || !strings.Contains(err.Error(), "Goexit") {
		t.Error(err)
	}
}
