package temporal_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	enumspb "go.temporal.io/api/enums/v1"
	sdk "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// Errors of the SDK's match what those of package braid do: rule 3.6 for cancellations,
// 9.1 for what took too long.

// anHour has activities take an hour at most.
func anHour(ctx wctx) wctx {
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowRunTimeout: time.Hour})
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Hour, RetryPolicy: &sdk.RetryPolicy{MaximumAttempts: 1},
	})
}

// tooSlow has an activity that runs out of time, and a child workflow that waits for ever.
func tooSlow(env *testsuite.TestWorkflowEnvironment) {
	slowly(env)
	env.RegisterActivity(never)
	env.OnActivity("never", anything).Return(0, sdk.NewTimeoutError(enumspb.TIMEOUT_TYPE_START_TO_CLOSE, errors.New("tick")))
	env.RegisterWorkflow(long)
}

func never(context.Context) (int, error) { return 0, nil }

func long(ctx wctx) (int, error) { return 0, workflow.Sleep(ctx, 100*time.Hour) }

func TestRule3_6_AnActivityOrChildThatIsCutShortMatchesTheCancelAndItsCause(t *testing.T) {
	for name, call := range map[string]func(ctx wctx) error{
		"Activity":                func(ctx wctx) error { _, err := temporal.Activity[int](ctx, "slow"); return err },
		"Child":                   func(ctx wctx) error { _, err := temporal.Child[int](ctx, "long"); return err },
		"ExecuteActivity":         func(ctx wctx) error { return workflow.ExecuteActivity(ctx, "slow").Get(ctx, nil) },
		"ExecuteChildWorkflow":    func(ctx wctx) error { return workflow.ExecuteChildWorkflow(ctx, "long").Get(ctx, nil) },
		"under a dead context":    func(ctx wctx) error { _ = untilDead(ctx); _, err := temporal.Activity[int](ctx, "slow"); return err },
		"a child that comes late": func(ctx wctx) error { _ = untilDead(ctx); _, err := temporal.Child[int](ctx, "long"); return err },
	} {
		var result, alone error
		err := flow(t, func(ctx wctx) error {
			err := temporal.Run(anHour(ctx), func(ctx wctx, g *group) error {
				task := temporal.Fork(g, func(ctx wctx) (int, error) { alone = call(ctx); return 0, alone })
				_ = temporal.Sleep(ctx, time.Second)
				task.CancelCause(errOurs)
				_, result = task.Wait(ctx)
				if task.State() != braid.Cancelled {
					t.Errorf("%s: %v", name, task.State())
				}
				return nil
			})
			return err
		}, tooSlow)
		var c *braid.Cancellation
		if !errors.Is(result, context.Canceled) || errors.Is(result, context.DeadlineExceeded) || !sdk.IsCanceledError(result) || !errors.As(result, &c) || c.Reason() != errOurs {
			t.Errorf("%s: %v", name, result)
		}
		if ours := name[0] != 'E'; ours && !errors.Is(alone, context.Canceled) || err != nil {
			t.Errorf("%s: %v, and of the group %v", name, alone, err)
		}
	}
}

func TestRule3_6_AWorkflowThatReturnsWhatItsCancelledActivityGaveEndsAsCancelled(t *testing.T) {
	env := environment(tooSlow, cancelAfter(time.Minute))
	env.ExecuteWorkflow(func(ctx wctx) error {
		_, err := temporal.Activity[int](anHour(ctx), "slow")
		return err
	})
	if err := env.GetWorkflowError(); !sdk.IsCanceledError(err) {
		t.Error(err)
	}
}

func TestRule3_2_ADeadlineThatCutsAnActivityShortIsTheScopesAndNotTheActivitys(t *testing.T) {
	fired, err := false, error(nil)
	_ = flow(t, func(ctx wctx) error {
		fired, err = temporal.MoveOn(anHour(ctx), time.Minute, func(ctx wctx) error {
			_, err := temporal.Activity[int](ctx, "slow")
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Error("it does not tell of the deadline:", err)
			}
			return err
		})
		return nil
	}, tooSlow)
	if !fired || err != nil {
		t.Error(fired, err)
	}
	_ = flow(t, func(ctx wctx) error { // its own timeout is an error like others, also past a deadline
		fired, err = temporal.MoveOn(anHour(ctx), time.Minute, func(ctx wctx) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				_, err := temporal.Activity[int](ctx, "never")
				_ = untilDead(ctx)
				return err
			})
		})
		return nil
	}, tooSlow)
	var te *sdk.TimeoutError
	if !errors.As(err, &te) || len(failures(err)) != 1 || !errors.Is(err, context.DeadlineExceeded) {
		t.Error(fired, err)
	}
}

func TestRule9_1_AnActivityThatRunsOutOfTimeMatchesDeadlineExceeded(t *testing.T) {
	var ours, theirs, retried error
	err := flow(t, func(ctx wctx) error {
		ctx = anHour(ctx)
		_, ours = temporal.Activity[int](ctx, "never")
		theirs = temporal.Run(ctx, func(ctx wctx, g *group) error { return workflow.ExecuteActivity(ctx, "never").Get(ctx, nil) })
		_, retried = temporal.Retry(ctx, braid.Policy{Attempts: 2}, func(ctx wctx) (int, error) {
			var n int
			return n, workflow.ExecuteActivity(ctx, "never").Get(ctx, &n)
		})
		return nil
	}, tooSlow)
	for i, got := range []error{ours, theirs, retried} {
		for where, got := range map[string]error{"here": got, "elsewhere": sent(t, got)} {
			var te *sdk.TimeoutError
			var ae *sdk.ActivityError
			if !errors.Is(got, context.DeadlineExceeded) || errors.Is(got, context.Canceled) || !errors.As(got, &te) || !errors.As(got, &ae) {
				t.Errorf("%d %s: %v", i, where, got)
			}
			if match, _ := braid.Split(got, braid.Is(context.DeadlineExceeded)); match == nil {
				t.Errorf("%d %s: Split does not find it", i, where)
			}
		}
	}
	if err != nil {
		t.Error(err)
	}
}

// TestTheServerIsSentWhatTheSDKWouldHaveSent: its pages know what a timeout is.
func TestTheServerIsSentWhatTheSDKWouldHaveSent(t *testing.T) {
	env := environment(tooSlow, carrying)
	env.ExecuteWorkflow(func(ctx wctx) error {
		_, err := temporal.Activity[int](anHour(ctx), "never")
		return err
	})
	var ae *sdk.ActivityError
	var te *sdk.TimeoutError
	if err := env.GetWorkflowError(); !errors.As(err, &ae) || !errors.As(err, &te) || ae.ActivityType().GetName() != "never" {
		t.Error(err)
	}
}
