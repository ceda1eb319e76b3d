package braid

// This file keeps what is queued behind many others small: functions of Go stand
// in the queue as what they are, eight bytes each. A task is made of one when it
// is its turn, with a node that another has left.
//
// Invariant: a bundle hangs in the queue in the place of the tasks that its
// functions become, and has one at least. Nobody can mean any of them before: they
// have neither a handle nor options, and nobody is told of single tasks.

const (
	bundleFrom = 2   // tasks that are queued before it pays
	alike      = 8   // how many of these have to be of its kind, if there are as many
	minBundle  = 8   // functions in the first,
	maxBundle  = 256 // and at most in those that follow full ones
	maxEmpties = 4   // bundles kept for use again, one of which may be small
)

// A bundle is functions that are queued one after the other. It is what its node
// runs, but it is never called.
type bundle struct {
	goFunc
	fns  []goFunc
	from int // the first that is left
	few  [minBundle]goFunc
}

// bundled queues a function without a node of its own, if it can be. g.mu is held.
func (g *Group) bundled(run runner, pc uintptr, item int, opts *taskConfig) bool {
	fn, ok := run.(goFunc)
	if !ok || opts != nil || item != 0 || !g.plain || pc != funcPC(fn) {
		return false
	}
	b, ok := g.last.run.(*bundle)
	if !ok || len(b.fns) == cap(b.fns) {
		if g.free == nil || !ok && !g.endsAlike() {
			return false
		}
		b = g.newBundle(b)
		g.insert(g.spare(b, 0, 0, nil), nil)
	}
	b.fns = append(b.fns, fn)
	g.queued++
	g.pending++
	g.fore++
	return true
}

// endsAlike reports whether the last queued tasks are all such as could have been
// bundled. Between tasks of other kinds a bundle would cost more than it saves.
func (g *Group) endsAlike() bool {
	t := g.last
	for range min(g.queued, alike) {
		if !t.batchable() {
			return false
		}
		t = t.prev
	}
	return true
}

// newBundle gives an empty one, to be queued behind full, if that is not nil.
//
//go:noinline
func (g *Group) newBundle(full *bundle) *bundle {
	if l := g.batches; l != nil && len(l.empty) > 0 {
		b := l.empty[len(l.empty)-1]
		if full == nil || cap(b.fns) >= cap(full.fns) {
			l.empty = l.empty[:len(l.empty)-1]
			return b
		}
	}
	b := new(bundle)
	if full == nil {
		b.fns = b.few[:0]
	} else {
		b.fns = make([]goFunc, 0, min(4*cap(full.fns), maxBundle))
	}
	return b
}

// front gives the first queued task, which it makes if there is only its function.
// g.mu is held.
//
//go:norace
func (g *Group) front() *task {
	if t := g.queue; t != nil {
		if b, ok := t.run.(*bundle); ok {
			return g.unbundle(t, b)
		}
	}
	return g.queue
}

// unbundle makes the first function of the bundle at the head of the queue a task.
// Nodes are wanting only where tasks block.
//
//go:norace
//go:noinline
func (g *Group) unbundle(at *task, b *bundle) *task {
	if g.free == nil {
		g.putNodes(make([]task, min(len(b.fns)-b.from, maxNodes)))
	}
	fn := b.fns[b.from]
	t := g.spare(fn, funcPC(fn), 0, nil)
	g.insert(t, at)
	g.queue = t
	g.drop(at, b)
	return t
}

// drop takes the first function out of the bundle, and the bundle out of the
// queue if that was the last.
//
//go:norace
func (g *Group) drop(at *task, b *bundle) {
	b.fns[b.from] = nil
	if b.from++; b.from < len(b.fns) {
		return
	}
	if g.queue == at {
		g.queue = at.next
	}
	g.unlink(at)
	g.keepNode(at)
	b.fns, b.from = b.fns[:0], 0
	g.keepBundle(b)
}

// follow has the first function of the bundle at the head of the queue follow t,
// which has ended, and reports whether it does: in its node, in its place among
// those that run, and in its slot. Beside the group and the bundle nothing is
// touched that other processors are about to use. g.mu is held.
func (g *Group) follow(t *task) bool {
	at := g.queue
	if at == nil || !g.plain || !t.batchable() || t.more != nil || t.flags.Load() != 0 {
		return false
	}
	b, ok := at.run.(*bundle)
	if !ok || g.batches != nil && g.batches.first != nil || g.limited && (g.regaining() || g.used > g.limit) {
		return false
	}
	fn := b.fns[b.from]
	t.run, t.pc, t.num = fn, funcPC(fn), 0
	t.phase.Store(uint32(Running))
	g.queued--
	g.pending--
	g.fore--
	g.drop(at, b)
	return true
}

// keepBundle keeps an empty bundle for use again, but for a group's first: many
// groups need no other.
//
//go:noinline
func (g *Group) keepBundle(b *bundle) {
	if g.batches == nil {
		if !g.bundles {
			g.bundles = true
			return
		}
		g.batches = new(batches)
	}
	if l := g.batches; len(l.empty) == 0 || cap(b.fns) == maxBundle && len(l.empty) < maxEmpties {
		l.empty = append(l.empty, b)
	}
}
