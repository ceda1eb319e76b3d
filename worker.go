package braid

import "runtime"

// This file holds those who run tasks: workers, which take one after the other,
// and goroutines of one task's own.

const (
	yieldEvery = 64 // tasks after which a worker steps aside
	lockTries  = 4  // looks at g.mu before a worker waits in line for it
)

// worker has little on its stack while a task runs: stacks are small at first,
// and what tasks need of theirs beyond that is copied.
func (g *Group) worker() {
	var (
		lost *task  // the one that takes the goroutine with it, if any does
		own  *batch // what was claimed at once, if anything was
	)
	defer func() {
		if lost != nil {
			g.unwound(lost, own, 1)
		}
	}()
	g.lockPatiently()
	g.starters--
	t := g.begin(&own)
	for ran := 1; t != nil; ran++ {
		if t.opts != nil && t.opts.own {
			go g.runAlone(t, false)
			g.lockPatiently()
			t = g.begin(&own)
			continue
		}
		g.setLabels()
		lost = t
		exec([2]*task{t}, t)
		lost = nil
		t = g.following(t, &own, &ran)
	}
	g.rest(own)
}

// following finishes t, which its worker has run, and gives the worker the next
// task, or nil and g.mu locked. Of a batch, t keeps nothing from here on, but it
// is finished with the others.
//
//go:noinline
func (g *Group) following(t *task, own **batch, ran *int) *task {
	if b := *own; b == nil || b.n == 0 {
		g.trackEnded(t)
		g.lockPatiently()
		if *ran < yieldEvery && (g.limited || g.queued < 2*minBatch) && g.follow(t) {
			g.mu.Unlock() // what is behind may run no more than before
			return t
		}
		g.finishHeld(t)
	} else {
		b.ran |= 1 << b.at
		t.run = goFunc(nil)
		if t, b.at = b.take(); t != nil {
			return t
		}
		g.lockPatiently()
		g.finishBatch(b)
	}
	if *ran >= yieldEvery {
		*ran = 0
		g.stepAside()
	}
	return g.begin(own)
}

// lockPatiently locks g.mu for a worker. In line for a mutex one is parked, and after a
// millisecond it is handed over from one who waits to the next: where a thousand
// tasks wake at once, each worker would wait for the others' turns on the processor,
// with nobody at work meanwhile. So a worker steps aside and looks again.
func (g *Group) lockPatiently() {
	for range lockTries {
		if g.mu.TryLock() {
			return
		}
		runtime.Gosched()
	}
	g.mu.Lock()
}

// stepAside lets others go first. Meanwhile the worker is one that will look, so
// that nobody starts another in its place. g.mu is held, but not meanwhile.
//
//go:noinline
func (g *Group) stepAside() {
	g.starters++
	g.mu.Unlock()
	runtime.Gosched()
	g.lockPatiently()
	g.starters--
}

// begin takes the next task, or several, and starts who will look for those
// behind it. It unlocks g.mu, unless there is none.
func (g *Group) begin(own **batch) *task {
	t := g.claimBatch(own)
	if t == nil {
		t = g.take()
	}
	if t == nil {
		return nil
	}
	l := g.next()
	g.mu.Unlock()
	g.launch(l)
	return t
}

// finishHeld finishes a task with g.mu locked, which it may unlock meanwhile.
func (g *Group) finishHeld(t *task) {
	var e ending
	if g.finish(t, 0, &e); e.any {
		g.mu.Unlock()
		g.after(&e)
		g.lockPatiently()
	}
}

// rest ends a worker; g.mu is locked.
func (g *Group) rest(own *batch) {
	if own != nil {
		own.next, g.batches.free = g.batches.free, own
	}
	var e ending
	g.finish(nil, 1, &e)
	g.mu.Unlock()
	g.after(&e)
}

// runAlone runs t on a goroutine of its own.
func (g *Group) runAlone(t *task, after bool) {
	if after { // others, whose slot this may be
		g.sees(slotFreed)
	}
	g.setLabels() // a goroutine inherits those of who starts it
	defer g.unwound(t, nil, 0)
	exec([2]*task{t}, t)
}

// unwound retires a task, be its goroutine at its end or not. If it is lost,
// that is by a Goexit, beside which there may have been a panic that was
// recovered; a panic that was not is about to crash the program.
func (g *Group) unwound(t *task, own *batch, holds int) {
	if g.cfg.crashOnPanic && panicking() {
		return
	}
	if own != nil {
		g.lockPatiently()
		g.recallBatch(own)
		g.finishBatch(own)
		g.mu.Unlock()
	}
	g.retire(t, holds)
}
