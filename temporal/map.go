package temporal

import (
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file runs one function over the items of a slice. What is kept: of the
// items that have not started there is nothing but the slice, and of those that
// run never more than a workflow can bear.

// Window is how many items [Map] and [Each] have under way at once where [Limit]
// does not say, and how many activities, and how many child workflows, the groups of a
// workflow have under way at once whatever they ask for: the server refuses what a
// workflow schedules while it has 2,000 pending, and it would try for ever. Those beyond
// wait in line, first come, first served, which their tasks' place in the tree says, and
// a cancel ends that. Cleanup, which is what runs under [Shield], has a line of its own.
//
// The groups of a workflow share the lines where the worker has an [Interceptor], and
// else those below one outermost group. Tasks that wait for each other while each
// waits for an activity or a child could so wait for ever, if there are more than 500:
// then nothing ends, and the first in line stays behind 500. Such work belongs into child
// workflows, which have lines of their own.
const Window = 500

// Map calls fn for the items, for as many at a time as [Limit] says or else
// [Window], and returns the results in the order of the items. The first failure
// cancels the rest, items that have not started are not called, and the error is
// as for [Run], each failure under the number of its item, from 0, which
// [braid.TaskError.Item] gives. No items give an empty result. It panics if ctx
// or fn is nil.
//
// With [Supervised] a failure does not stop the others, and the results are
// returned beside the error, a failed item's being whatever fn returned with its
// error.
//
// A workflow's history bears some ten thousand activities. For more items than
// that there is [FanMap].
func Map[T, R any](ctx workflow.Context, items []T, fn func(ctx workflow.Context, item T) (R, error), opts ...GroupOption) ([]R, error) {
	checkFunctions("Map", fn == nil)
	results := make([]R, len(items))
	err := deal(ctx, "Map", len(items), seam.FuncPC(fn), func(ctx workflow.Context, i int) (err error) {
		results[i], err = fn(ctx, items[i])
		return err
	}, opts)
	if err != nil && !partial(opts) {
		return nil, err
	}
	return results, err
}

// Each is [Map] without results.
func Each[T any](ctx workflow.Context, items []T, fn func(ctx workflow.Context, item T) error, opts ...GroupOption) error {
	checkFunctions("Each", fn == nil)
	return deal(ctx, "Each", len(items), seam.FuncPC(fn), func(ctx workflow.Context, i int) error { return fn(ctx, items[i]) }, opts)
}

// deal hands out n items, the next one when a slot is free.
func deal(ctx workflow.Context, caller string, n int, pc uintptr, fn func(ctx workflow.Context, i int) error, opts []GroupOption) error {
	return run(ctx, caller, pc, func(ctx workflow.Context, g *Group) error {
		for i := range n {
			if err := g.awaitSlot(ctx); err != nil {
				return err
			}
			g.addItem(i, pc, func(ctx workflow.Context) error { return fn(ctx, i) })
		}
		return nil
	}, with(opts, windowed{}))
}

// windowed is the limit of a group that was given none.
type windowed struct{}

func (windowed) applyToGroup(c *groupConfig) {
	if c.limit == 0 {
		c.limit = Window
	}
}

// awaitSlot waits until a task that is handed over would start at once. It gives
// the cause if ctx, which is the body's, dies first.
func (g *Group) awaitSlot(ctx workflow.Context) error {
	for ctx.Err() == nil && !g.free() {
		var slot workflow.Future
		slot, g.roomy = workflow.NewFuture(ctx)
		workflow.NewNamedSelector(ctx, "window").
			AddFuture(slot, func(workflow.Future) {}).
			AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) {}).
			Select(ctx)
	}
	return Cause(ctx)
}
