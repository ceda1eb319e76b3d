package temporal

import (
	"github.com/braid-go/braid"
	"go.temporal.io/sdk/workflow"
)

// This file queues tasks and runs them. What is kept: nothing starts under a
// dead context, no more tasks run than there are slots, and a task that ends
// gives its slot to the next. Coroutines of a workflow take turns, so that what
// does not block is done in one step.

// tasks is a list from which a task is taken out in one step.
type tasks struct{ first, last *task }

type link struct {
	next, prev *task
}

func (l *tasks) add(t *task) {
	t.list.prev = l.last
	if l.last == nil {
		l.first = t
	} else {
		l.last.list.next = t
	}
	l.last = t
}

func (l *tasks) remove(t *task) {
	if t.list.prev == nil {
		l.first = t.list.next
	} else {
		t.list.prev.list.next = t.list.next
	}
	if t.list.next == nil {
		l.last = t.list.prev
	} else {
		t.list.next.list.prev = t.list.prev
	}
	t.list = link{}
}

// add takes t into the group.
func (g *Group) add(t *task) error {
	if g.ctx == nil {
		panic("braid: a zero Group cannot be used; Run and Call make groups")
	}
	if g.closed {
		return braid.ErrClosed
	}
	t.g = g
	t.scope.task = t
	t.open(g.ctx)
	t.id = g.tree.next()
	g.live.add(t)
	g.pending++
	if !t.cfg.background {
		g.fore++
	}
	switch {
	case g.ctx.Err() != nil && !t.cfg.always:
		t.skip()
	case g.cfg.limit > 0 && t.weight() > 0 && !g.free():
		g.queue = append(g.queue, t)
	default:
		g.start(t)
	}
	return nil
}

// free reports whether a task that comes now gets a slot.
func (g *Group) free() bool {
	return g.used < g.cfg.limit && len(g.queue) == 0 && len(g.regain) == 0
}

// start gives t its coroutine. It is called later in the same workflow task.
func (g *Group) start(t *task) {
	g.used += t.weight()
	workflow.GoNamed(t.ctx, t.path(), t.exec)
}

// exec runs t to its end and settles it. If the coroutine is destroyed, because
// the workflow leaves a worker's cache, nothing is.
func (t *task) exec(ctx workflow.Context) {
	settled := false
	defer func() {
		if settled {
			return
		}
		v := recover()
		switch {
		case passes(v):
			panic(v)
		case v != nil:
			t.panicked(v, stack())
		case evicted(ctx):
			return
		default:
			t.exited()
		}
		t.retire()
	}()
	if t.ctx.Err() != nil && !t.cfg.always {
		t.giveBack()
		settled = true
		t.skip()
		return
	}
	t.state, t.since = braid.Running, workflow.Now(ctx)
	t.tellBegun()
	t.returned(t.run(ctx))
	settled = true
	t.retire()
}

// tellBegun tells GoWait that the task has begun, or will not.
func (t *task) tellBegun() {
	if t.begun != nil {
		t.begun.SetValue(nil)
		t.begun = nil
	}
}

// giveBack gives back the slot of a task that turned out not to start.
func (t *task) giveBack() {
	t.g.used -= t.weight()
	t.state = braid.Queued
}

// skip settles a task that is never called, and holds no slot.
func (t *task) skip() {
	t.cancelled(Cause(t.ctx), braid.Skipped)
	t.leave()
	t.g.next()
}

// retire takes a task that has run out of the group.
func (t *task) retire() {
	t.g.used -= t.weight()
	t.leave()
	t.g.next()
}

// leave tells whoever waits that the task has ended.
func (t *task) leave() {
	g := t.g
	t.run = nil
	t.tellBegun()
	t.end()
	g.live.remove(t)
	g.counted(t.state)
	if t.settle != nil {
		t.settle.SetValue(nil)
	}
	for _, fn := range t.told {
		fn()
	}
	t.told = nil
	g.pending--
	if !t.cfg.background {
		g.fore--
		g.quiesce()
	}
	if g.pending == 0 && g.joined != nil {
		g.joined.SetValue(nil)
		g.joined = nil
	}
}

// next gives the free slots away: to those that want theirs back, then to those
// that are queued.
func (g *Group) next() {
	for g.cfg.limit > 0 && g.used < g.cfg.limit {
		switch {
		case len(g.regain) > 0:
			g.used++
			g.regain[0].SetValue(nil)
			g.regain = g.regain[1:]
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

// unqueue takes t out of the queue and reports whether it was there.
func (g *Group) unqueue(t *task) bool {
	for i, q := range g.queue {
		if q == t {
			g.queue = append(g.queue[:i:i], g.queue[i+1:]...)
			return true
		}
	}
	return false
}

// drain skips what is queued in a group that is dead; tasks that run always
// stay.
func (g *Group) drain() {
	if g.ctx.Err() == nil || len(g.queue) == 0 {
		return
	}
	queue := g.queue
	g.queue = nil
	for _, t := range queue {
		if t.cfg.always {
			g.queue = append(g.queue, t)
		}
	}
	for _, t := range queue {
		if !t.cfg.always {
			t.skip()
		}
	}
}
