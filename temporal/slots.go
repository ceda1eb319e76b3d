package temporal

import (
	"slices"

	"github.com/braid-go/braid"
	"go.temporal.io/sdk/workflow"
)

// This file keeps the slots of a limited group. What is kept: a task that waits for
// another of its group lends its slot meanwhile, so that a limit cannot deadlock, and
// when its wait is over it has one again before anything that is queued.

// free reports whether a task that comes now gets a slot.
func (g *Group) free() bool {
	return g.used < g.cfg.limit && len(g.queue) == 0 && len(g.regain) == 0
}

// take gives t a slot, and release takes it away, if it has one.
func (t *task) take() {
	t.slots = t.weight()
	t.g.used += t.slots
}

func (t *task) release() {
	t.g.used -= t.slots
	t.slots = 0
}

// next gives the free slots away: to those that want theirs back, then to those
// that are queued.
func (g *Group) next() {
	for g.cfg.limit > 0 && g.used < g.cfg.limit {
		switch {
		case len(g.regain) > 0:
			t := g.regain[0]
			g.regain = slices.Delete(g.regain, 0, 1)
			t.take()
			t.goesOn()
		case len(g.queue) > 0:
			t := g.queue[0]
			g.queue[0] = nil
			g.queue = g.queue[1:]
			g.start(t)
		default:
			if g.roomy != nil {
				g.roomy.SetValue(nil)
				g.roomy = nil
			}
			return
		}
	}
}

// A loan is a slot that a task has lent for one wait. The nil loan is none.
type loan struct {
	t    *task
	done bool // the wait is over
}

// lend gives up the slot in g of the task that ctx is of, directly or through groups
// below, while it waits for something of g.
func (g *Group) lend(ctx workflow.Context) *loan {
	t := enclosing(ctx)
	for t != nil && t.g != g {
		t = t.g.inside()
	}
	if t == nil || g.cfg.limit == 0 || t.weight() == 0 || t.state != braid.Running {
		return nil
	}
	t.lent++
	t.unwant()
	if t.slots > 0 {
		t.release()
		g.next()
	}
	return &loan{t: t}
}

// over is called when the wait ends, which may be before who waited goes on: the slot
// is taken, or kept from what is queued.
func (l *loan) over() {
	if l == nil || l.done {
		return
	}
	l.done = true
	t := l.t
	if t.lent--; t.lent > 0 || t.state != braid.Running {
		return // others of its waits go on, or nobody needs it
	}
	if g := t.g; len(g.regain) == 0 && g.used < g.cfg.limit {
		t.take()
	} else {
		g.regain = append(g.regain, t)
	}
}

// back waits until the task has its slot again. Under a dead ctx it does not wait, and
// goes on over the limit: what holds the slots may end only after something that the
// task has yet to do.
func (l *loan) back(ctx workflow.Context) {
	if l == nil {
		return
	}
	l.over()
	t := l.t
	for slices.Contains(t.g.regain, t) {
		if ctx.Err() != nil {
			t.unwant()
			t.take()
			return
		}
		if t.regained == nil {
			t.regained, t.regain = workflow.NewFuture(t.g.parent)
		}
		workflow.NewNamedSelector(ctx, "slot for "+t.path()).
			AddFuture(t.regained, func(workflow.Future) {}).
			AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) {}).
			Select(ctx)
	}
}

// unwant takes t out of those that want their slots back.
func (t *task) unwant() {
	if i := slices.Index(t.g.regain, t); i >= 0 {
		t.g.regain = slices.Delete(t.g.regain, i, i+1)
		t.goesOn()
	}
}

// goesOn wakes who waits for the slot of t.
func (t *task) goesOn() {
	if t.regain != nil {
		t.regain.SetValue(nil)
		t.regained, t.regain = nil, nil
	}
}
