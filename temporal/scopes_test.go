package temporal_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/workflow"
)

// Rules 9 and 11 where it is less plain: limits within limits, shields, and what
// contexts tell.

func TestRule9_1_SomebodyElsesCancellationIsNeverATimeout(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		task := temporal.Fork(g, func(ctx wctx) (int, error) {
			err := temporal.Timeout(ctx, time.Minute, func(ctx wctx) error {
				cause := untilDead(ctx)
				_ = temporal.Shield(ctx, time.Hour, after(10*time.Minute, nil)) // past the deadline
				return cause
			})
			if _, late := braid.TimedOut(err); late || !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			return 0, err
		})
		_ = temporal.Sleep(ctx, time.Second)
		task.Cancel()
		_, _ = task.Wait(ctx)
		if task.State() != braid.Cancelled {
			t.Error(task.State())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRule9_1_AValueIsKeptInTimeOrLate(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		v := 0
		err := temporal.Timeout(ctx, time.Minute, func(ctx wctx) error {
			_ = untilDead(ctx)
			v = 7
			return nil
		})
		if v != 7 || err != nil {
			t.Error(v, err)
		}
		return nil
	})
}

func TestRule9_1_ALimitOfNothingCallsNothingWhateverItsForm(t *testing.T) {
	never := func(wctx) error { t.Error("called"); return nil }
	_ = flow(t, func(ctx wctx) error {
		var d temporal.MovableDeadline
		if err := temporal.Timeout(ctx, -1, never, &d); !errors.Is(err, context.DeadlineExceeded) || !d.Expired() {
			t.Error(err, d.Expired())
		}
		if fired, err := temporal.MoveOn(ctx, 0, never); !fired || err != nil {
			t.Error(fired, err)
		}
		if err := temporal.Shield(ctx, 0, never); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		dead, cancel := workflow.WithCancel(ctx)
		cancel()
		if err := temporal.Timeout(dead, time.Hour, never); !errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		return nil
	})
}

func TestRule9_4_AShieldHasValuesItsOwnDeadlineAndCancelsInsideIt(t *testing.T) {
	type key struct{}
	_ = flow(t, func(ctx wctx) error {
		return temporal.Timeout(workflow.WithValue(ctx, key{}, "kept"), time.Minute, func(ctx wctx) error {
			return temporal.Shield(ctx, time.Hour, func(ctx wctx) error {
				if at, ok := temporal.Deadline(ctx); !ok || at != workflow.Now(ctx).Add(time.Hour) {
					t.Error("the deadline is", at, ok)
				}
				if ctx.Value(key{}) != "kept" {
					t.Error("the values are lost")
				}
				_ = temporal.Sleep(ctx, 2*time.Minute) // past the outer one
				err := temporal.Run(ctx, func(ctx wctx, g *group) error {
					g.Go(untilDead)
					_ = temporal.Sleep(ctx, time.Minute)
					g.Cancel()
					return nil
				})
				if err != nil || since(ctx) != 3*time.Minute {
					t.Error(err, since(ctx))
				}
				return err
			})
		})
	})
}

func TestRule9_5_CleanupThatCleanupRegistersRunsToo(t *testing.T) {
	var tr trail
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(after(time.Second, errOurs))
		return g.Defer(func(ctx wctx) error {
			tr.note("outer")
			return g.Defer(func(ctx wctx) error {
				tr.note("inner")
				if ctx.Err() != nil {
					t.Error("it is not shielded")
				}
				return io.EOF
			})
		})
	})
	tr.is(t, "outer", "inner")
	if fails := failures(err); len(fails) != 2 || !errors.Is(fails[1], io.EOF) || err.(*braid.GroupError).Primary() != fails[0] {
		t.Errorf("%+v", err)
	}
}

func TestRule9_5_FailuresOfCleanupAloneFailTheGroup(t *testing.T) {
	err := run(t, func(_ wctx, g *group) error { return g.Defer(func(wctx) error { return errOurs }) })
	if fails := failures(err); len(fails) != 1 || fails[0].(*braid.TaskError).AfterCancel {
		t.Errorf("%+v", err)
	}
}

// TestRule11_3: there is a third word beside the SDK's Err and Done, Cause, and a fourth,
// Deadline.
func TestRule11_3_DeadlineErrDoneAndCauseAgreeAndValuesPassThrough(t *testing.T) {
	type key struct{}
	agree := func(when string, ctx wctx, dead bool) {
		done := ctx.Done().ReceiveAsync(nil) || ctx.Err() != nil && workflow.NewNamedSelector(disconnected(ctx), "x").AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) {}).HasPending()
		if (ctx.Err() != nil) != dead || (temporal.Cause(ctx) != nil) != dead || done != dead || ctx.Value(key{}) != 1 {
			t.Errorf("%s: Err %v, Done %v, Cause %v", when, ctx.Err(), done, temporal.Cause(ctx))
		}
	}
	_ = flow(t, func(ctx wctx) error {
		return temporal.Run(workflow.WithValue(ctx, key{}, 1), func(ctx wctx, g *group) error {
			agree("in a body", ctx, false)
			fired, err := temporal.MoveOn(ctx, time.Minute, func(ctx wctx) error {
				at, _ := temporal.Deadline(ctx)
				task := temporal.Fork(g, func(inner wctx) (int, error) { agree("in a task", inner, false); return 0, nil })
				_, _ = task.Wait(ctx)
				agree("in a limit", ctx, false)
				cause := untilDead(ctx)
				agree("past the limit", ctx, true)
				var c *braid.Cancellation
				if !errors.As(cause, &c) || !errors.Is(cause, context.DeadlineExceeded) || !c.Timeout() || workflow.Now(ctx) != at {
					t.Error(cause, workflow.Now(ctx), at)
				}
				return cause
			})
			agree("beside it", ctx, false)
			if !fired || err != nil {
				t.Error(fired, err)
			}
			return nil
		})
	})
}

func TestRule11_5_ContextsAreDeadAfterTheirTaskAndTheirGroup(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		var ofTask, ofBody, ofLimit wctx
		err := temporal.Run(ctx, func(ctx wctx, g *group) error {
			ofBody = ctx
			g.Go(func(ctx wctx) error { ofTask = ctx; return nil })
			err := temporal.Timeout(ctx, time.Hour, func(ctx wctx) error { ofLimit = ctx; return nil })
			_ = temporal.Sleep(ctx, time.Second)
			if ofTask.Err() == nil || ofLimit.Err() == nil || ofBody.Err() != nil {
				t.Error(ofTask.Err(), ofLimit.Err(), ofBody.Err())
			}
			return err
		})
		if ofBody.Err() == nil || temporal.Cause(ofTask) == nil || err != nil {
			t.Error(err)
		}
		return nil
	})
}

func TestRule11_7_TheCauseIsRightInWhatIsDerived(t *testing.T) {
	type key struct{}
	_ = run(t, func(ctx wctx, g *group) error {
		task := temporal.Fork(g, func(ctx wctx) (int, error) {
			own, cancel := workflow.WithCancel(workflow.WithValue(ctx, key{}, 1))
			defer cancel()
			cause := untilDead(own)
			var c *braid.Cancellation
			if !errors.As(temporal.Cause(own), &c) || c.Reason() != errOurs || cause != temporal.Cause(ctx) {
				t.Error(cause)
			}
			return 0, cause
		})
		own, cancel := workflow.WithCancel(ctx)
		cancel() // by somebody that has no word for it
		var c *braid.Cancellation
		if cause := temporal.Cause(own); !errors.As(cause, &c) || !errors.Is(cause, context.Canceled) || temporal.Cause(ctx) != nil {
			t.Error(cause)
		}
		_ = temporal.Sleep(ctx, time.Second)
		task.CancelCause(errOurs)
		_, _ = task.Wait(ctx)
		return nil
	})
}
