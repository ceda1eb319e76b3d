package temporal

import (
	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file hands tasks over with back-pressure.

// GoWait is [Group.Go] with back-pressure, for a producer: it returns once the task has
// its slot of a [Limit]. If ctx or the group is cancelled first it returns the cause, and
// fn will not be called; with [Always] only the death of ctx counts. A task of the same
// group that calls it with its own context lends its slot meanwhile. GoWait panics if ctx
// or fn is nil or the group has ended.
func (g *Group) GoWait(ctx workflow.Context, fn func(ctx workflow.Context) error, opts ...TaskOption) error {
	switch {
	case ctx == nil:
		panic("braid: GoWait called with a nil context")
	case fn == nil:
		panic("braid: GoWait called with a nil function")
	}
	t := &task{run: fn, pc: seam.FuncPC(fn), item: -1, cfg: taskConfigOf(opts)}
	if ctx.Err() != nil {
		return Cause(ctx)
	}
	if err := g.add(t); err != nil {
		g.misused("GoWait", err)
	}
	if t.state == braid.Queued {
		lent := g.lend(ctx)
		t.awaitStart(ctx)
		lent.back(ctx)
	}
	switch {
	case t.state != braid.Skipped:
		return nil
	case ctx.Err() != nil:
		return Cause(ctx)
	}
	return Cause(t.ctx)
}

// awaitStart waits until the task has begun, and withdraws it if ctx dies before it has
// its slot.
func (t *task) awaitStart(ctx workflow.Context) {
	var begun workflow.Future
	begun, t.begun = workflow.NewFuture(ctx)
	sel := workflow.NewNamedSelector(ctx, "slot for "+t.path())
	sel.AddFuture(begun, func(workflow.Future) {})
	sel.AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) {})
	if !t.cfg.always {
		sel.AddReceive(t.g.ctx.Done(), func(workflow.ReceiveChannel, bool) { t.g.drain() })
	}
	sel.Select(ctx)
	if t.state == braid.Queued && t.g.unqueue(t) {
		t.alone = t.g.ctx.Err() == nil
		t.cancelled(Cause(ctx), braid.Skipped)
		t.leave()
		t.g.next()
	}
	_ = begun.Get(ctx, nil) // at once, or as soon as its coroutine runs
}
