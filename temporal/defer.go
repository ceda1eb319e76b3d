package temporal

import (
	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file runs a group's cleanup functions.

// Defer registers cleanup that runs after the join, last in first out, however
// the group ended, on a coroutine of its own. Each function gets a context with
// the group's values that no cancellation reaches and that dies when the group's
// [Grace] is over; all of them run even if some fail or panic, and their failures
// are failures of the group.
//
// Defer returns nil. On a group that has ended it returns [braid.ErrClosed], and
// fn is the caller's to call, who alone has a context to do it with. It panics if
// fn is nil.
func (g *Group) Defer(fn func(ctx workflow.Context) error) error {
	if fn == nil {
		panic("braid: Defer called with a nil function")
	}
	if g.over {
		return braid.ErrClosed
	}
	g.defers = append(g.defers, fn)
	return nil
}

// runDefers runs each function as a task, so that a panic or Goexit in it is
// settled as in any other. The group is closed to all else.
func (g *Group) runDefers() {
	for n := len(g.defers); n > 0; n = len(g.defers) {
		fn := g.defers[n-1]
		g.defers = g.defers[:n-1]
		t := &task{pc: seam.FuncPC(fn), item: -1, cfg: taskConfig{name: "defer", always: true, background: true}}
		t.run = func(ctx workflow.Context) error { return Shield(ctx, g.cfg.grace, fn) }
		g.adopt(t)
		g.start(t)
		_ = t.ends().Get(g.parent, nil)
	}
}
