package temporal

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file runs activities and child workflows so that they are joined: a
// cancel is waited for, not just asked for.

// None is the result of what has none.
type None struct{}

// Activity runs an activity, given as its function or its name, and waits for
// its result. If ctx dies the activity is told, at its next heartbeat, and
// waited for: when Activity returns it has ended.
//
// The error is as the SDK gives it, and matches context.Canceled too if the activity was
// cancelled, of which errors.As finds the [braid.Cancellation] that was the cause, and
// context.DeadlineExceeded if it ran out of time. The options are those of
// workflow.WithActivityOptions, of which WaitForCancellation is always on; the
// Summary is the task's path if they name none. Where there are many, it waits for its
// turn (see [Window]), also if all that the workflow asks for at once would be too much
// for one message; if ctx dies meanwhile, nothing is started. If the arguments are too
// large to be sent, the error matches [ErrTooLarge], and nothing is started. Activity
// panics if activity is neither a function nor a name.
func Activity[R any](ctx workflow.Context, activity any, args ...any) (R, error) {
	var r R
	checkCallee("Activity", activity)
	bytes, err := sizeOf("activity", activity, args)
	if err != nil {
		return r, err
	}
	return execute[R](ctx, "activity "+called(activity), bytes, activity, args...)
}

// execute runs an activity whose arguments have so many bytes; what is what it is to who
// looks.
func execute[R any](ctx workflow.Context, what string, bytes int, activity any, args ...any) (r R, err error) {
	opts := workflow.GetActivityOptions(ctx)
	opts.WaitForCancellation = true
	if opts.Summary == "" {
		opts.Summary = summary(ctx)
	}
	ctx = workflow.WithActivityOptions(ctx, opts)
	defer takeTurn(ctx, activities, bytes, what).over(ctx)
	defer busy(ctx, errand{what: what})()
	err = workflow.ExecuteActivity(withTurn(ctx), activity, args...).Get(ctx, &r)
	return r, matching(ctx, err)
}

// Child runs a child workflow, given as its function or its name, and waits for
// its result. If ctx dies the child is cancelled, and waited for. The error is as for
// [Activity]. The options
// are those of workflow.WithChildOptions, of which WaitForCancellation is always
// on; the StaticSummary is the task's path if they name none. It waits for its turn, and
// checks the size of the arguments, and what it is given, as [Activity] does.
func Child[R any](ctx workflow.Context, child any, args ...any) (R, error) {
	var r R
	checkCallee("Child", child)
	bytes, err := sizeOf("child workflow", child, args)
	if err != nil {
		return r, err
	}
	opts := workflow.GetChildWorkflowOptions(ctx)
	opts.WaitForCancellation = true
	if opts.StaticSummary == "" {
		opts.StaticSummary = summary(ctx)
	}
	ctx = workflow.WithChildOptions(ctx, opts)
	what := strings.TrimSpace("child workflow " + called(child) + " " + opts.WorkflowID)
	defer takeTurn(ctx, children, bytes, what).over(ctx)
	defer busy(ctx, errand{what: what})()
	err = workflow.ExecuteChildWorkflow(withTurn(ctx), child, args...).Get(ctx, &r)
	return r, matching(ctx, err)
}

// checkCallee panics unless fn is a function, or the name of one.
func checkCallee(caller string, fn any) {
	switch v := reflect.ValueOf(fn); {
	case v.Kind() == reflect.String && v.Len() > 0:
	case v.Kind() == reflect.Func && !v.IsNil():
	default:
		panic(fmt.Sprintf("braid: %s called with %#v, which is neither a function nor the name of one", caller, fn))
	}
}

// sizeOf gives how many bytes the arguments of a call have, and an error if they are
// too many. That they cannot be encoded, which another converter than the default one
// may be able to, is the SDK's to say.
func sizeOf(kind string, fn any, args []any) (int, error) {
	n, err := size(nil, "the arguments of "+kind+" "+called(fn), args)
	if errors.Is(err, ErrTooLarge) {
		return n, err
	}
	return n, nil
}

// called gives the name of an activity or workflow.
func called(fn any) string {
	if v := reflect.ValueOf(fn); v.Kind() == reflect.String { // also of a type of its own, as the SDK takes it
		return v.String()
	}
	return seam.FuncName(seam.FuncPC(fn))
}

// maxSummary is how many bytes of a path a summary has. The server takes 400.
const maxSummary = 200

// summary gives the path of the task or group that ctx is in, as a line for the
// server's pages.
func summary(ctx workflow.Context) string { return shortened(pathOf(ctx), maxSummary) }

// pathOf gives the path of the task or group that ctx is in.
func pathOf(ctx workflow.Context) string {
	s := scopeOf(ctx)
	switch {
	case s == nil:
	case s.task != nil:
		return s.task.path()
	case s.group != nil:
		return s.group.path()
	}
	return ""
}
