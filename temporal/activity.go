package temporal

import (
	"errors"

	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file runs activities and child workflows so that they are joined: a
// cancel is waited for, not just asked for.

// None is the result of what has none.
type None struct{}

// Activity runs an activity, given as its function or its name, and waits for
// its result. If ctx dies the activity is told, at its next heartbeat, and
// waited for: when Activity returns it has ended. The options are those of
// workflow.WithActivityOptions, of which WaitForCancellation is always on. If the
// arguments are too large to be sent, the error matches [ErrTooLarge], and nothing
// is started.
func Activity[R any](ctx workflow.Context, activity any, args ...any) (R, error) {
	var r R
	if err := tooLarge("activity", activity, args); err != nil {
		return r, err
	}
	ctx = workflow.WithWaitForCancellation(ctx, true)
	err := workflow.ExecuteActivity(ctx, activity, args...).Get(ctx, &r)
	return r, err
}

// Child runs a child workflow, given as its function or its name, and waits for
// its result. If ctx dies the child is cancelled, and waited for. The options
// are those of workflow.WithChildOptions, of which WaitForCancellation is always
// on. If the arguments are too large to be sent, the error matches [ErrTooLarge],
// and nothing is started.
func Child[R any](ctx workflow.Context, child any, args ...any) (R, error) {
	var r R
	if err := tooLarge("child workflow", child, args); err != nil {
		return r, err
	}
	opts := workflow.GetChildWorkflowOptions(ctx)
	opts.WaitForCancellation = true
	ctx = workflow.WithChildOptions(ctx, opts)
	err := workflow.ExecuteChildWorkflow(ctx, child, args...).Get(ctx, &r)
	return r, err
}

// tooLarge gives an error if the arguments of a call are too large. That they
// cannot be encoded, which another converter than the default one may be able to,
// is the SDK's to say.
func tooLarge(kind string, fn any, args []any) error {
	name, ok := fn.(string)
	if !ok {
		name = seam.FuncName(seam.FuncPC(fn))
	}
	err := CheckSize(nil, "the arguments of "+kind+" "+name, args...)
	if errors.Is(err, ErrTooLarge) {
		return err
	}
	return nil
}
