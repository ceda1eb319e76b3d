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
	g.adopt(t)
	switch {
	case g.ctx.Err() != nil && !t.cfg.always:
		t.skip()
	case g.cfg.limit > 0 && t.weight() > 0 && !g.free():
		g.queue = append(g.queue, t)
	default:
		g.start(t)
	}
	if t.cfg.background {
		g.quiesce() // all others may have ended
	}
	return nil
}

// adopt makes t one of the tasks that the join waits for.
func (g *Group) adopt(t *task) {
	t.g = g
	t.scope.task = t
	t.open(g.ctx)
	t.id = g.tree.next()
	g.live.add(t)
	g.pending++
	if !t.cfg.background {
		g.fore++
	}
}

// start gives t its coroutine. It is called later in the same workflow task.
func (g *Group) start(t *task) {
	t.take()
	workflow.GoNamed(t.ctx, t.path(), t.exec)
}

// exec runs t to its end and settles it. If the coroutine is destroyed, because
// the workflow leaves a worker's cache, nothing is.
func (t *task) exec(ctx workflow.Context) {
	defer func() { // also if OnFailure has ended the coroutine
		if t.ended() && t.run != nil {
			t.retire()
		}
	}()
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		switch {
		case passes(v):
			panic(v)
		case v != nil:
			t.panicked(v, stack())
		case !t.ended() && !evicted(ctx):
			t.exited()
		}
	}()
	if t.ctx.Err() != nil && !t.cfg.always {
		t.release()
		t.state = braid.Queued
		returned = true
		t.skip()
		return
	}
	t.state, t.since = braid.Running, workflow.Now(ctx)
	t.tellBegun()
	t.returned(t.run(ctx))
	returned = true
}

// tellBegun tells GoWait that the task has begun, or will not.
func (t *task) tellBegun() {
	if t.begun != nil {
		t.begun.SetValue(nil)
		t.begun = nil
	}
}

// skip settles a task that is never called, and holds no slot.
func (t *task) skip() {
	t.cancelled(Cause(t.ctx), braid.Skipped)
	t.leave()
	t.g.next()
}

// retire takes a task that has run out of the group.
func (t *task) retire() {
	t.release()
	t.leave()
	t.unwant() // a coroutine that it has left may
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
	for _, w := range t.waiters {
		w.lent.over()
	}
	t.waiters = nil
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
