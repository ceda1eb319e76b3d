package braid

import (
	"math/bits"
	"sync/atomic"
)

// This file lets a worker claim several tasks at once where many are queued: it
// meets others at the group's mutex once for all of them. It begins the tasks of
// its batch one after the other. Whoever looks for a task and finds none queued
// takes one of a batch, so a task that blocks holds up none behind it. What the
// worker has run it finishes together; that is why only tasks are claimed so
// whose end nobody waits for but the group, which the last of them keeps open.
//
// Invariant: a task of a batch is begun by who has added it to those taken. A
// batch is in the group's list from the claim until its owner, the only one to
// fill it again, has finished it; who takes from the list holds the mutex.

const (
	minBatch  = 8 // tasks; fewer do not pay for what is made to claim them, as in a tree of small groups
	maxBatch  = 32
	overdueBy = 4 // claims for each processor after which the oldest batch is helped out
)

type batch struct {
	tasks      [maxBatch]*task
	n          int32        // how many there are,
	taken      atomic.Int32 // and how many were taken, if not more
	at         int32        // the one the owner runs, or has run last
	ran        uint32       // the ones that it has run
	number     int          // of the claim
	prev, next *batch       // in the list
}

// batches are those of a group.
type batches struct {
	first, last *batch // the oldest first
	claims      int
	free        *batch    // of workers that have ended, linked by next
	empty       []*bundle // to be filled again
}

// take gives a task that has not begun, and is to begin now, or nil. Its phase
// goes from queued to how it ends: nobody is there who could ask for it.
func (b *batch) take() (*task, int32) {
	i := b.taken.Add(1) - 1
	if i >= b.n {
		return nil, 0
	}
	return b.tasks[i], i
}

func (b *batch) left() bool { return b.taken.Load() < b.n }

// claimBatch claims tasks from the front of the queue and gives the first, or
// nil if it pays for nothing, or if somebody hears of each task. g.mu is held.
func (g *Group) claimBatch(own **batch) *task {
	if g.queued < 2*minBatch { // before what takes longer to ask
		return nil
	}
	most := int(g.queued / (2 * g.maxStarters()))
	if most < minBatch || g.limited || !g.plain || g.cfg.rate != nil {
		return nil
	}
	t := g.front()
	if !t.batchable() || g.overdue() {
		return nil
	}
	if g.batches == nil {
		g.batches = new(batches)
	}
	b := *own
	if b == nil {
		if b = g.batches.free; b != nil {
			g.batches.free = b.next
		} else {
			b = new(batch)
		}
		*own = b
	}
	n := 0
	for n < min(most, maxBatch) && t != nil && t.batchable() {
		b.tasks[n] = t
		n++
		g.queue = t.next
		t = g.front()
	}
	g.queued -= int32(n)
	b.n, b.at, b.ran = int32(n), 0, 0
	b.taken.Store(1)
	g.batches.add(b)
	return b.tasks[0]
}

// batchable reports whether nobody but the group waits for the task's end, and
// nobody can cancel it alone.
func (t *task) batchable() bool {
	_, plain := t.run.(goFunc)
	return plain && t.opts == nil
}

// finishBatch finishes what the owner of b has run, and lets go of it. It may
// unlock g.mu meanwhile.
func (g *Group) finishBatch(b *batch) {
	g.batches.remove(b)
	for ran := b.ran; ran != 0; ran &= ran - 1 {
		g.finishHeld(b.tasks[bits.TrailingZeros32(ran)])
	}
	clear(b.tasks[:b.n])
	b.n = 0
}

// steal gives a task from the oldest batch that has any, or nil. g.mu is held.
//
//go:norace
func (g *Group) steal() *task {
	for b := g.oldestBatch(); b != nil; b = g.oldestBatch() {
		if t, _ := b.take(); t != nil {
			return t
		}
	}
	return nil
}

// oldestBatch gives the oldest batch that has tasks left, or nil. g.mu is held.
//
//go:norace
func (g *Group) oldestBatch() *batch {
	if g.batches == nil {
		return nil
	}
	for b := g.batches.first; b != nil; b = g.batches.first {
		if b.left() {
			return b
		}
		g.batches.remove(b)
	}
	return nil
}

// overdue reports whether so many have been claimed after the oldest batch that
// its owner seems to be stuck. g.mu is held.
//
//go:norace
func (g *Group) overdue() bool {
	if g.batches == nil || g.batches.first == nil {
		return false
	}
	b := g.oldestBatch()
	return b != nil && g.batches.claims-b.number > overdueBy*int(g.maxStarters())
}

// recall puts what has not begun of all batches back to the front of the queue.
// g.mu is held.
func (g *Group) recall() {
	if g.batches == nil {
		return
	}
	for b := g.batches.last; b != nil; b = g.batches.last {
		g.recallBatch(b)
		g.batches.remove(b)
	}
}

func (g *Group) recallBatch(b *batch) {
	first := b.taken.Swap(maxBatch)
	for i := b.n - 1; i >= first; i-- {
		t := b.tasks[i]
		g.unlink(t)
		g.insert(t, g.queue)
		g.queue = t
		g.queued++
	}
}

func (l *batches) add(b *batch) {
	b.number = l.claims
	l.claims++
	b.prev, b.next = l.last, nil
	if l.last != nil {
		l.last.next = b
	} else {
		l.first = b
	}
	l.last = b
}

// remove takes b out of the list, if it is in it.
func (l *batches) remove(b *batch) {
	if b.prev != nil {
		b.prev.next = b.next
	} else if l.first == b {
		l.first = b.next
	}
	if b.next != nil {
		b.next.prev = b.prev
	} else if l.last == b {
		l.last = b.prev
	}
	b.prev, b.next = nil, nil
}
