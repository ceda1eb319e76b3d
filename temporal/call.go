package temporal

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	sdk "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// This file calls a task of package engine from a workflow. What is kept: the call is
// as one of engine.Call is, to the caller and to the task; it is a batch of one.

// CallTask runs a task of package engine once, on a worker that [Serve] has made or
// [Register], and waits for its result. For a call beside others it is given to
// [Group.Go] or [Fork], for many inputs to [Map], or to [FanMap] where there are
// thousands.
//
// The task is what it is to an [Engine]: a group of its own, with the signs of life that
// bring it the cancel, its [engine.Checkpoint] and its [engine.Key], which is the same
// whenever the task is run for this call, and for no other. The error is as for
// [engine.Call]: a [*braid.GroupError] with the task's path, which begins with that of
// the caller, or the cause if ctx died and nothing failed; then the task has ended, too. It
// is final: what is to be tried again says so with [engine.Retry], on the same worker, or
// by [Retry] around the call.
//
// The options are those of workflow.WithActivityOptions, as for [Activity]: the
// HeartbeatTimeout, after which a silent worker is given up and another one is given
// the task, is 10 s if there is none; the StartToCloseTimeout bounds each run and
// is otherwise a year; the RetryPolicy is for workers that die, or do not know the task:
// ten are tried if there is none. Turns and sizes are as for Activity; the error of a
// result that is too large matches [ErrTooLarge], too. CallTask panics if ctx or t is nil.
func CallTask[In, Out any](ctx workflow.Context, t *engine.Task[In, Out], in In) (Out, error) {
	var out Out
	if ctx == nil || t == nil {
		panic("braid: CallTask called with a nil context or task")
	}
	if ctx.Err() != nil {
		return out, Cause(ctx)
	}
	input, err := inJSON.ToPayload(in)
	if err != nil {
		return out, fmt.Errorf("braid: the argument of %s cannot be written as JSON: %w", t.Name(), err)
	}
	b := batch{Task: t.Name(), Name: shortened(pathOf(ctx), treeText), Single: true, Inputs: []json.RawMessage{input.Data}}
	output, err := callBatch(ctx, b)
	if err != nil {
		return out, err
	}
	if err := inJSON.FromPayload(&commonpb.Payload{Data: output}, &out); err != nil {
		return out, fmt.Errorf("braid: the result of %s does not fit %T: %w", t.Name(), out, err)
	}
	return out, nil
}

// inJSON is package json, of which workflowcheck holds that it starts goroutines.
var inJSON converter.PayloadConverter = converter.NewJSONPayloadConverter()

// callBatch runs a batch of one input, and gives its result.
func callBatch(ctx workflow.Context, b batch) (json.RawMessage, error) {
	info := workflow.GetInfo(ctx)
	b.Run = info.WorkflowExecution.ID + "/" + info.OriginalRunID
	b.Node = waiter(ctx)
	if _, err := size(nil, "the argument of "+b.what(), []any{[]byte(b.Inputs[0])}); err != nil {
		return nil, err // before it is written a second time
	}
	bytes, err := size(nil, "the argument of "+b.what(), []any{b})
	if err != nil {
		return nil, err
	}
	opts := workflow.GetActivityOptions(ctx)
	opts.HeartbeatTimeout = cmp.Or(opts.HeartbeatTimeout, 10*time.Second)
	if opts.ScheduleToCloseTimeout == 0 {
		opts.StartToCloseTimeout = cmp.Or(opts.StartToCloseTimeout, aYear)
	}
	if opts.RetryPolicy == nil {
		opts.RetryPolicy = forDeaths(10)
	}
	opts.Summary = cmp.Or(opts.Summary, summary(ctx), b.what())
	done, err := execute[ends](workflow.WithActivityOptions(ctx, opts), "task "+b.what(), bytes, batchActivity, b)
	switch {
	case err == nil && len(done) == 1:
		return done[0].Output, nil
	case err == nil:
		return nil, fmt.Errorf("braid: a worker gave %d results for one call of %s", len(done), b.what())
	case ctx.Err() != nil && onlyCancelled(err):
		return nil, Cause(ctx)
	}
	return nil, flat([]lost{{b, err}}, b.Name)
}

// onlyCancelled reports whether err says nothing of any failure.
func onlyCancelled(err error) bool {
	var ge *braid.GroupError
	return sdk.IsCanceledError(err) && !errors.As(err, &ge)
}

// aYear stands for no bound: the SDK wants one. Tasks bound their own time, and a dead
// worker is noticed by its silence.
const aYear = 365 * 24 * time.Hour

// forDeaths is the policy for what is final when it fails: it is tried again when its
// worker has died, or did not know it.
func forDeaths(attempts int32) *sdk.RetryPolicy {
	return &sdk.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second, MaximumAttempts: attempts}
}
