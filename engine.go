package braid

import (
	"math"
	"runtime"

	"github.com/braid-go/braid/internal/seam"
)

// This file queues tasks, and sees to it that they are run and finished. Who runs
// them is in worker.go, and how several are claimed at once in batch.go.
// Goroutines are used again, yet no task ever waits for another to end, only for
// the scheduler, by one invariant:
//
//	while a task that may run has not begun, a worker that will look for it
//	has been started and has not looked yet.
//
// So a worker that takes a task and leaves more behind starts the next worker
// before it runs the task, and a worker whose task has ended takes the next
// queued one instead of ending. The workers are joined like the tasks: left
// behind, the spare one makes small groups dear and looks like a leak.
//
// Under the race detector every task gets a goroutine of its own, started by
// who spawned it: two tasks that ran one after the other on one goroutine would
// be ordered, and a race between them would go unseen. What is marked norace
// runs unseen by it; see race_on.go.

const tasksPerStarter = 32 // queued tasks for which one more starter pays

// launch is what has to be started once g.mu is free. It is small since it is on
// every stack that spawns.
type launch struct {
	direct  *direct
	worker  bool
	quiesce bool // the body and the ordinary tasks have ended already
}

// direct is tasks that get goroutines of their own.
type direct struct {
	tasks []*task
	after bool // a slot has been given back by now
}

func (l *launch) any() bool { return l.worker || l.direct != nil || l.quiesce }

// add queues t. It gives ErrClosed if the group has ended.
//
//go:norace
func (g *Group) add(t *task) error {
	g.trackAdded(t)
	told := g.cfg.attended
	if told && !g.stayOpen() { // else what is told could come after the end
		return g.refused(t)
	}
	t.happens(EventSpawned)
	g.shows(taskAdded)
	g.lockUnseen()
	if told {
		g.pending-- // from here on the task does it
	}
	if g.closed {
		g.unlockUnseen()
		return g.refused(t)
	}
	late := g.enqueue(t)
	l := g.next()
	l.quiesce = late
	g.unlockUnseen()
	g.launch(l)
	g.passes(seam.Spawned)
	return nil
}

// addFunc is add for a task without a handle, whose node may have been used.
func (g *Group) addFunc(fn runner, pc uintptr, item int, opts *taskConfig) error {
	// Under the race detector the lock would order who spawns; see race_on.go.
	if !reuse || g.cfg.attended {
		return g.addNew(fn, pc, item, opts)
	}
	g.mu.Lock()
	for !g.closed && g.free == nil { // a bundle wants a node, too
		g.makeNodes()
	}
	if g.closed {
		g.mu.Unlock()
		return g.addNew(fn, pc, item, opts)
	}
	late := false
	if g.queued < bundleFrom || !g.bundled(fn, pc, item, opts) {
		late = g.enqueue(g.spare(fn, pc, item, opts))
	}
	l := g.next()
	l.quiesce = late
	g.mu.Unlock()
	g.launch(l)
	return nil
}

//go:noinline
func (g *Group) addNew(fn runner, pc uintptr, item int, opts *taskConfig) error {
	return g.add(&task{g: g, run: fn, opts: opts, pc: pc, num: uint64(item)})
}

// enqueue reports whether t serves nobody any more: then nobody else is left to
// see to its end.
//
//go:norace
func (g *Group) enqueue(t *task) (late bool) {
	if g.limited && t.background() {
		g.insert(t, g.queue) // it needs no slot, so it waits for none
		g.queue = t
	} else {
		g.insert(t, nil)
		if g.queue == nil {
			g.queue = t
		}
	}
	g.queued++
	g.pending++
	if g.sight != nil {
		g.sight.numbered(t)
	}
	if t.background() {
		g.back++
		return g.fore == 0
	}
	g.fore++
	return false
}

// insert puts t into the list before next, or at the end if that is nil.
//
//go:norace
func (g *Group) insert(t, next *task) {
	prev := g.last
	if next != nil {
		prev = next.prev
		next.prev = t
	} else {
		g.last = t
	}
	if prev != nil {
		prev.next = t
	} else {
		g.first = t
	}
	t.prev, t.next = prev, next
}

// claim makes a queued task a running one, wherever it stands in the queue.
//
//go:norace
func (g *Group) claim(t *task) {
	t.phase.Store(uint32(Running))
	if g.limited {
		g.used += t.weight()
	}
	g.queued--
	if g.queue == t {
		g.queue = t.next
		return
	}
	// Move it to the front, so that what runs comes before what is queued.
	g.unlink(t)
	g.insert(t, g.first)
}

//go:norace
func (g *Group) unlink(t *task) {
	if t.prev != nil {
		t.prev.next = t.next
	} else {
		g.first = t.next
	}
	if t.next != nil {
		t.next.prev = t.prev
	} else {
		g.last = t.prev
	}
	t.prev, t.next = nil, nil
}

// runnable reports whether the first queued task may be taken.
//
//go:norace
func (g *Group) runnable() bool {
	t := g.queue
	return t != nil && (!g.limited || t.background() || g.noticed && !t.always() || !g.regaining() && g.fits(t.weight()))
}

// take gives the next task to run, with its slot, or nil.
//
//go:norace
func (g *Group) take() *task {
	if g.limited && !g.runnable() {
		return nil
	}
	t := g.queue
	if t == nil || g.overdue() {
		if stolen := g.steal(); stolen != nil {
			return stolen
		}
	}
	if t != nil {
		t = g.front()
		g.claim(t)
	}
	return t
}

// next says what must be started so that the invariant holds.
//
//go:norace
func (g *Group) next() (l launch) {
	if (g.queue != nil || g.batches != nil) && !(reuse && g.starting()) {
		l = g.starter()
	}
	return l
}

// starting reports whether as many workers as pay have yet to look.
//
//go:norace
func (g *Group) starting() bool {
	n := g.starters
	return n > 0 && (g.queued <= tasksPerStarter*n || n == int32(g.procs) || n >= g.maxStarters())
}

//go:norace
//go:noinline
func (g *Group) starter() (l launch) {
	if !g.runnable() && g.oldestBatch() == nil {
		return l
	}
	if !reuse {
		l.direct = &direct{after: g.freed}
		for t := g.take(); t != nil; t = g.take() {
			l.direct.tasks = append(l.direct.tasks, t)
		}
		return l
	}
	g.starters++
	g.pending++
	if g.work == nil {
		g.work = g.worker
	}
	l.worker = true
	return l
}

// maxStarters is the number of processors, asked for once: it costs a lock.
func (g *Group) maxStarters() int32 {
	if g.procs == 0 {
		g.procs = int16(min(runtime.GOMAXPROCS(0), math.MaxInt16))
	}
	return int32(g.procs)
}

func (g *Group) launch(l launch) {
	if l.any() {
		g.start(l)
	}
}

//go:noinline
func (g *Group) start(l launch) {
	if l.worker {
		go g.work()
	}
	if d := l.direct; d != nil {
		for _, t := range d.tasks {
			go g.runAlone(t, d.after)
		}
	}
	if l.quiesce {
		g.quiesce()
	}
}

// retire finishes t on a goroutine that takes no further task.
//
//go:norace
func (g *Group) retire(t *task, holds int) {
	g.trackEnded(t)
	g.shows(taskEnded)
	var e ending
	g.lockUnseen()
	g.finish(t, holds, &e)
	l := g.next()
	g.unlockUnseen()
	g.launch(l)
	g.after(&e)
}

// ending is what is left to do for a finished task once g.mu is free.
type ending struct {
	any     bool // there is something
	quiesce bool
	task    *task
	waiters []*waiter
	done    chan struct{}
	joined  chan struct{}
	resume  []*regainer
}

// finish takes an ended task out of the group, and the hold of a worker that
// ends. Both in one step, so that the group cannot end in between. What is left
// to do is put into e.
//
//go:norace
func (g *Group) finish(t *task, holds int, e *ending) {
	g.pending -= int32(holds)
	if t != nil {
		if g.sight != nil {
			g.sight.ended[t.phase.Load()]++
		}
		g.unlink(t)
		g.pending--
		if t.background() {
			g.back--
		} else if g.fore--; g.fore == 0 && g.bodyDone && g.back > 0 {
			e.quiesce, e.any = true, true
		}
		if t.more != nil || g.limited {
			g.settleUp(t, e)
		}
		g.recycle(t)
	}
	if g.pending == 0 {
		g.closed, e.any = g.closed || !g.hasHandlers(), true // else the join closes it
		if g.waits != nil {
			e.joined, g.joined = g.joined, nil
		}
	}
}

// stayOpen keeps the group from ending until letGo, unless it has.
//
//go:norace
func (g *Group) stayOpen() bool {
	g.lockUnseen()
	defer g.unlockUnseen()
	if g.closed {
		return false
	}
	g.pending++
	return true
}

// letGo gives up a hold that kept the group from ending.
func (g *Group) letGo() {
	g.mu.Lock()
	var e ending
	g.finish(nil, 1, &e)
	g.mu.Unlock()
	g.after(&e)
}

// settleUp sees to those who wait for t, and to its slots.
//
//go:norace
//go:noinline
func (g *Group) settleUp(t *task, e *ending) {
	if m := t.more; m != nil {
		t.bequeath()
		e.task, e.waiters, e.done = t, m.waiters, m.done
		m.waiters = nil
	}
	if g.limited && (t.more == nil || t.more.lent == 0 || t.more.back) {
		e.resume = g.vacate(t)
	}
	g.giveBack(e.waiters)
	e.any = e.any || e.waiters != nil || e.done != nil || e.resume != nil
}

func (g *Group) after(e *ending) {
	if !e.any {
		return
	}
	if e.quiesce { // first, so that who waited for the last ordinary task finds the context dead
		g.quiesce()
	}
	g.sees(waiterAdded)
	for _, w := range e.waiters {
		w.done <- e.task
	}
	if e.done != nil {
		close(e.done)
	}
	for _, r := range e.resume {
		close(r.slot)
	}
	if e.joined != nil {
		close(e.joined)
	}
}
