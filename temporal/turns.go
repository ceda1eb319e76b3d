package temporal

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"
)

// This file holds back activities and child workflows. What is kept: of what the
// groups of a workflow have started no more is under way than the server bears, and
// no more is asked of it at once than one message holds. Who would exceed that waits
// in line, first come, first served, until another has ended or ctx is dead.
//
// The server refuses what a workflow schedules while it has 2,000 activities or
// 2,000 child workflows pending, and the worker would try for ever; a workflow that
// asks for more than 4 MiB in one workflow task is terminated.

// A kind is what there are lines for.
type kind int

const (
	activities kind = iota
	children
	kinds
)

// atOnce is how long a line serves: so many are under way, of each kind, and as many of
// cleanup besides. Tests make it less, to be quick.
var atOnce = Window

// turns are of one workflow, or of what is below one outermost group; see tree.go.
type turns struct {
	ctx   workflow.Context // no cancellation reaches it
	lines [kinds]struct{ ordinary, cleanup line }
	asked int // bytes, in this workflow task
	task  int // how long the history was then
	pause bool
}

// A line is for what may be under way at once. Cleanup has lines of its own: it has
// little time, and must not wait behind thousands that have all.
type line struct {
	used    int
	waiting []*turn
}

// A turn is one activity's, or one child workflow's.
type turn struct {
	all   *turns
	line  *line
	bytes int // that it asks for
	taken bool
	wake  workflow.Settable
}

// takeTurn waits until another activity or child workflow may be started. If ctx dies
// first there is no turn, nor is one needed: under a dead ctx the SDK starts nothing.
func takeTurn(ctx workflow.Context, k kind, bytes int, what string) *turn {
	tree := treeOf(ctx)
	if tree == nil || ctx.Err() != nil || ctx.Value(turnKey{}) != nil {
		return nil
	}
	t := &turn{all: &tree.turns, bytes: bytes}
	t.line = &t.all.lines[k].ordinary
	if inShelter(ctx) {
		t.line = &t.all.lines[k].cleanup
	}
	t.line.waiting = append(t.line.waiting, t)
	if t.all.serve(t.line); !t.taken && !t.queue(ctx, what) {
		return nil
	}
	return t
}

// over gives the turn to the next in line, when what was started has ended.
func (t *turn) over(ctx workflow.Context) {
	if t == nil {
		return
	}
	if t.line.used--; len(t.line.waiting) > 0 && !evicted(ctx) {
		t.all.serve(t.line)
	}
}

// overWith is over as soon as f is ready.
func (t *turn) overWith(ctx workflow.Context, f workflow.Future) {
	switch {
	case t == nil:
	case f.IsReady():
		t.over(ctx)
	default:
		workflow.GoNamed(ctx, "turn", func(ctx workflow.Context) {
			_ = f.Get(ctx, nil) // its error is whose it is
			t.over(ctx)
		})
	}
}

// queue waits for the turn, and reports whether it has come before ctx died.
func (t *turn) queue(ctx workflow.Context, what string) bool {
	defer busy(ctx, errand{what, t})()
	var woken workflow.Future
	woken, t.wake = workflow.NewFuture(ctx)
	workflow.NewNamedSelector(ctx, "in line").
		AddFuture(woken, func(workflow.Future) {}).
		AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) {}).
		Select(ctx)
	if !t.taken {
		t.line.waiting = slices.DeleteFunc(t.line.waiting, func(w *turn) bool { return w == t })
		t.all.serve(t.line) // the next one may be small enough
	}
	return t.taken
}

// behind is how many are under way or before it in line.
func (t *turn) behind() int { return t.line.used + slices.Index(t.line.waiting, t) }

// serve gives turns to those at the head of a line.
func (all *turns) serve(l *line) {
	for len(l.waiting) > 0 && l.used < atOnce {
		t := l.waiting[0]
		if !all.fits(t.bytes) {
			all.nextTask()
			return
		}
		l.waiting = slices.Delete(l.waiting, 0, 1)
		l.used++
		all.asked += t.bytes
		if t.taken = true; t.wake != nil {
			t.wake.SetValue(nil)
		}
	}
}

// fits reports whether so many bytes more can be asked for in this workflow task.
func (all *turns) fits(bytes int) bool {
	if n := workflow.GetInfo(all.ctx).GetCurrentHistoryLength(); n != all.task {
		all.task, all.asked = n, 0
	}
	return all.asked == 0 || all.asked+bytes <= MaxPayload
}

// nextTask ends the workflow task, by a timer, and goes on in the one after it.
func (all *turns) nextTask() {
	if all.pause {
		return
	}
	all.pause = true
	workflow.GoNamed(all.ctx, "next workflow task", func(ctx workflow.Context) {
		_ = workflow.NewTimer(ctx, time.Millisecond).Get(ctx, nil) // nothing cancels it
		all.pause, all.asked = false, 0
		for k := range all.lines {
			all.serve(&all.lines[k].cleanup)
			all.serve(&all.lines[k].ordinary)
		}
	})
}

// turnKey marks the context of what has had its turn.
type turnKey struct{}

func withTurn(ctx workflow.Context) workflow.Context {
	return workflow.WithValue(ctx, turnKey{}, true)
}

// treeOf gives what is known of the groups that ctx is in, or nil.
func treeOf(ctx workflow.Context) *tree {
	if g := groupOf(ctx); g != nil && g.tree != nil {
		return g.tree
	}
	t, _ := ctx.Value(treeKey{}).(*tree)
	return t
}

// inShelter reports whether ctx is within a [Shield].
func inShelter(ctx workflow.Context) bool {
	for s := scopeOf(ctx); s != nil; s = s.up {
		if s.sheltered {
			return true
		}
	}
	return false
}
