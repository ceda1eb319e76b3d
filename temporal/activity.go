package temporal

import (
	"go.temporal.io/sdk/workflow"
)

// This file runs activities and child workflows so that they are joined: a
// cancel is waited for, not just asked for.

// None is the result of what has none.
type None struct{}

// Activity runs an activity, given as its function or its name, and waits for
// its result. If ctx dies the activity is told, at its next heartbeat, and
// waited for: when Activity returns it has ended. The options are those of
// workflow.WithActivityOptions, of which WaitForCancellation is always on.
func Activity[R any](ctx workflow.Context, activity any, args ...any) (R, error) {
	var r R
	ctx = workflow.WithWaitForCancellation(ctx, true)
	err := workflow.ExecuteActivity(ctx, activity, args...).Get(ctx, &r)
	return r, err
}

// Child runs a child workflow, given as its function or its name, and waits for
// its result. If ctx dies the child is cancelled, and waited for. The options
// are those of workflow.WithChildOptions, of which WaitForCancellation is always
// on.
func Child[R any](ctx workflow.Context, child any, args ...any) (R, error) {
	var r R
	opts := workflow.GetChildWorkflowOptions(ctx)
	opts.WaitForCancellation = true
	ctx = workflow.WithChildOptions(ctx, opts)
	err := workflow.ExecuteChildWorkflow(ctx, child, args...).Get(ctx, &r)
	return r, err
}
