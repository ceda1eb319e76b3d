package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	sdk "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// Rules 3 and 4: failing and errors.

type (
	wctx  = workflow.Context
	group = temporal.Group
)

// run runs body in a group of a workflow and gives what Run returned.
func run(t *testing.T, body func(ctx wctx, g *group) error, opts ...temporal.GroupOption) error {
	t.Helper()
	return flow(t, func(ctx wctx) error { return temporal.Run(ctx, body, opts...) })
}

// after gives a task that returns err when d has passed, or the cause before.
func after(d time.Duration, err error) func(wctx) error {
	return func(ctx wctx) error {
		if cause := temporal.Sleep(ctx, d); cause != nil {
			return cause
		}
		return err
	}
}

// once dead, a task that then returns err.
func onceDead(err error) func(wctx) error {
	return func(ctx wctx) error {
		_ = temporal.Sleep(ctx, 1000*time.Hour)
		return err
	}
}

func failures(err error) []error {
	var ge *braid.GroupError
	if !errors.As(err, &ge) {
		return nil
	}
	return ge.Errors()
}

func TestRule3_1_TheFirstFailureCancelsTheOthers(t *testing.T) {
	var cause error
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error {
			cause = temporal.Sleep(ctx, time.Hour)
			return cause
		}, temporal.Name("sleeper"))
		g.Go(after(time.Second, errOurs), temporal.Name("bomb"))
		return nil
	}, temporal.Name("job"))
	if !errors.Is(err, errOurs) || err.Error() != "job/bomb: ours" || len(failures(err)) != 1 {
		t.Error(err)
	}
	var c *braid.Cancellation
	if !errors.As(cause, &c) || c.By() != "job/bomb" || errors.Is(cause, errOurs) || !errors.Is(c.Reason(), errOurs) {
		t.Error(cause)
	}
}

func TestRule3_1_AwaitingAFailureDoesNotRescueTheGroup(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		bad := temporal.Fork(g, func(wctx) (int, error) { return 0, errOurs })
		_, _ = bad.Wait(ctx)
		return nil
	})
	if !errors.Is(err, errOurs) {
		t.Error(err)
	}
}

func TestRule3_2_WhatIsMereCancellationIsDroppedFromAMixedTree(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(after(time.Second, errOurs))
		g.Go(func(ctx wctx) error {
			cause := temporal.Sleep(ctx, time.Hour)
			return errors.Join(cause, fmt.Errorf("wrapped: %w", workflow.ErrCanceled), io.EOF)
		})
		return nil
	})
	errs := failures(err)
	if len(errs) != 2 || errors.Is(err, context.Canceled) || !errors.Is(errs[1], io.EOF) || !errs[1].(*braid.TaskError).AfterCancel {
		t.Errorf("%+v", err)
	}
}

func TestRule3_3_ACancellationWithALiveContextIsAFailure(t *testing.T) {
	for _, lost := range []error{context.Canceled, workflow.ErrCanceled} {
		err := run(t, func(ctx wctx, g *group) error {
			g.Go(func(wctx) error { return lost }, temporal.Name("quitter"))
			return nil
		})
		if len(failures(err)) != 1 {
			t.Errorf("%v is lost: %v", lost, err)
		}
		// The SDK would close the workflow as cancelled, and the failure with it.
		if sdk.IsCanceledError(err) {
			t.Errorf("%v would pass for a cancellation", err)
		}
	}
}

func TestRule3_4_CollateralIsMarkedAndNeverPrimary(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(onceDead(io.ErrClosedPipe))
		g.Go(after(time.Second, errOurs))
		return nil
	})
	ge := err.(*braid.GroupError)
	if len(ge.Errors()) != 2 || !errors.Is(ge.Primary(), errOurs) || ge.Primary().AfterCancel || !ge.Errors()[1].(*braid.TaskError).AfterCancel {
		t.Errorf("%+v", err)
	}
}

func cancelAfter(d time.Duration) func(*testsuite.TestWorkflowEnvironment) {
	return func(env *testsuite.TestWorkflowEnvironment) { env.RegisterDelayedCallback(env.CancelWorkflow, d) }
}

func TestRule3_5_RealErrorsBeatAnOutsideCancellation(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(onceDead(errOurs))
			return nil
		})
	}, cancelAfter(time.Minute))
	if !errors.Is(err, errOurs) || errors.Is(err, context.Canceled) || len(failures(err)) != 1 {
		t.Error(err)
	}
}

func TestRule3_6_OutsideCancellationIsOnePlainErrorAndClosesTheWorkflowAsCancelled(t *testing.T) {
	env := environment(cancelAfter(time.Minute))
	var err error
	env.ExecuteWorkflow(func(ctx wctx) error {
		err = temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(after(time.Hour, nil))
			g.Go(onceDead(workflow.ErrCanceled))
			return nil
		})
		return err
	})
	var ge *braid.GroupError
	if errors.As(err, &ge) || !errors.Is(err, context.Canceled) || !sdk.IsCanceledError(err) {
		t.Errorf("%#v", err)
	}
	if !sdk.IsCanceledError(env.GetWorkflowError()) {
		t.Error(env.GetWorkflowError())
	}
}

func TestRule3_7_AFailureIsReportedOnce(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		bad := temporal.Fork(g, func(wctx) (int, error) { return 0, errOurs })
		_, err := bad.Wait(workflow.WithValue(ctx, "a", "b"))
		return err
	})
	if len(failures(err)) != 1 {
		t.Errorf("%+v", err)
	}
	err = run(t, func(ctx wctx, g *group) error {
		bad := temporal.Fork(g, func(wctx) (int, error) { return 0, errOurs })
		_, err := bad.Wait(ctx)
		return fmt.Errorf("news: %w", err)
	})
	if len(failures(err)) != 2 {
		t.Errorf("%+v", err)
	}
	err = run(t, func(ctx wctx, g *group) error {
		g.Go(func(wctx) error { return errOurs })
		g.Go(func(wctx) error { return errOurs })
		return nil
	}, temporal.Supervised)
	if len(failures(err)) != 2 {
		t.Errorf("%+v", err)
	}
}

func TestRule3_8_AnInnerCancellationIsNoFailureOfTheOuter(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				g.Go(after(time.Hour, nil))
				return nil
			})
		})
	}, cancelAfter(time.Minute))
	if failures(err) != nil || !sdk.IsCanceledError(err) {
		t.Errorf("%+v", err)
	}
}

func TestRule3_9_AFailingGroupLeavesItsParentAlive(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		_ = temporal.Run(ctx, func(wctx, *group) error { return errOurs })
		return temporal.Cause(ctx)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRule3_10_ASupervisedGroupGoesOnAndKeepsABoundedNumber(t *testing.T) {
	seen, done := 0, 0
	err := run(t, func(ctx wctx, g *group) error {
		for i := range 5 {
			g.Go(after(time.Duration(i)*time.Second, errOurs))
		}
		g.Go(func(ctx wctx) error { done++; return temporal.Sleep(ctx, time.Hour) })
		return nil
	}, temporal.Supervised, temporal.Keep(2), temporal.OnFailure(func(*braid.TaskError) { seen++ }))
	ge := err.(*braid.GroupError)
	if len(ge.Errors()) != 2 || ge.Dropped() != 3 || seen != 5 || done != 1 {
		t.Errorf("%d kept, %d dropped, %d seen, %d done", len(ge.Errors()), ge.Dropped(), seen, done)
	}
}

func TestRule3_11_ADeadContextIsNoErrorIfNothingWasCutShort(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(onceDead(nil))
			return nil
		})
	}, cancelAfter(time.Minute))
	if err != nil {
		t.Error(err)
	}
}

func TestRule4_3_NestingAndPathsAreKept(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				g.Go(func(wctx) error { return errOurs }, temporal.Name("a"))
				g.Go(func(wctx) error { return io.EOF }, temporal.Name("b"))
				return nil
			}, temporal.Name("inner"), temporal.Supervised)
		}, temporal.Name("task"))
		return nil
	}, temporal.Name("outer"))
	if err.Error() != "outer/task/inner (2 errors): a: ours; b: EOF" {
		t.Error(err)
	}
	bad, rest := braid.Split(err, braid.Is(io.EOF))
	if bad.Error() != "outer/task/inner/b: EOF" || rest.Error() != "outer/task/inner/a: ours" {
		t.Error(bad, rest)
	}
	if site := failures(err)[0].(*braid.TaskError).Spawned(); site.Line == 0 || site.String()[:13] != "rule3_test.go" {
		t.Error(site)
	}
}

func TestABodyThatWantsToContinueAsNewIsJoinedFirst(t *testing.T) {
	var tr trail
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error { defer tr.note("done"); return temporal.Sleep(ctx, time.Hour) })
		return workflow.NewContinueAsNewError(ctx, "again")
	})
	if !workflow.IsContinueAsNewError(err) {
		t.Error(err)
	}
	tr.is(t, "done")
	err = run(t, func(ctx wctx, g *group) error {
		g.Go(after(time.Second, errOurs))
		return workflow.NewContinueAsNewError(ctx, "again")
	})
	if workflow.IsContinueAsNewError(err) || !errors.Is(err, errOurs) {
		t.Errorf("a failure is lost: %v", err)
	}
}
