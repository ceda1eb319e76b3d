package braid

import (
	"context"
	"slices"
	"sync/atomic"
)

// This file keeps the slots of a limited group. A slot is taken by who takes
// the task off the queue and given back when the task has ended. A task that
// waits for another of its group lends its slot meanwhile, so that a limit
// cannot deadlock; it takes one again, before queued tasks, when its wait is
// over.

// slots are those of a group. Groups without a limit share theirs, of which
// nothing changes.
type slots struct {
	limit int  // 0: none
	used  int  // slots taken
	owed  int  // waits that are over, whose slots were not free and which have not noticed yet
	freed bool // a slot has been given back; for the race detector
}

var boundless = new(slots)

// A regainer is a task whose wait is over and that wants its slot back.
type regainer struct {
	weight int
	slot   chan struct{}
	by     *task
}

// SetLimit changes the group's [Limit]. Tasks that run go on: a lower limit is
// reached as they end. It panics if n is less than one.
func (g *Group) SetLimit(n int) {
	if n < 1 {
		panic("braid: SetLimit must be at least 1")
	}
	g.checkMade()
	g.lockAll()
	if g.limit == 0 {
		g.recall()
		g.slots, g.limited = new(slots), true
		for t := g.first; t != nil && t != g.queue; t = t.next {
			switch {
			case t.ended(): // has no slot to give back when it is finished
				t.ext().lent++
			case t.more == nil || t.more.lent == 0:
				g.used += t.weight()
			}
		}
	}
	g.limit = n
	resume := g.serve()
	l := g.next()
	g.mu.Unlock()
	g.launch(l)
	g.after(&ending{any: resume != nil, resume: resume})
}

// fits reports whether weight slots are free. What is heavier than the limit
// runs alone; the limit was lowered since it was accepted.
//
//go:norace
func (g *Group) fits(weight int) bool { return g.used == 0 || weight <= g.limit-g.used }

// release gives slots back, and first to those that have lent theirs.
//
//go:norace
func (g *Group) release(weight int) []*regainer {
	g.used -= weight
	g.freed = true
	return g.serve()
}

//go:norace
func (g *Group) serve() (resume []*regainer) {
	for m := g.more; m != nil && len(m.regain) > 0 && g.fits(m.regain[0].weight); m.regain = m.regain[1:] {
		g.used += m.regain[0].weight
		m.regain[0].by.more.inLine = nil
		resume = append(resume, m.regain[0])
	}
	return resume
}

// regaining reports whether somebody waits for a slot that it has lent, or is
// about to.
//
//go:norace
func (g *Group) regaining() bool { return g.owed > 0 || g.more != nil && len(g.more.regain) > 0 }

// vacate gives back the slot of t. A task that stands in line for its slot has none:
// it is taken off the line, and what wanted the slot goes on without, as it does
// beside any other wait of the task.
//
//go:norace
func (g *Group) vacate(t *task) []*regainer {
	if t.more == nil || t.more.inLine == nil {
		return g.release(t.weight())
	}
	r := t.more.inLine
	g.leaveLine(r)
	return append(g.serve(), r)
}

// leaveLine takes r off the line, and reports whether it was there. A goroutine that
// outlives its task may come when the group has ended.
//
//go:norace
func (g *Group) leaveLine(r *regainer) bool {
	if g.more == nil {
		return false
	}
	i := slices.Index(g.more.regain, r)
	if i >= 0 {
		g.more.regain = slices.Delete(g.more.regain, i, i+1)
		r.by.more.inLine = nil
	}
	return i >= 0
}

// giveBack takes the slots for the tasks whose wait has just ended, as far as
// they are free, and keeps what is queued from those that are not: a queued
// task, which may run for long, would get them before those who wait have woken
// up.
//
//go:norace
func (g *Group) giveBack(over []*waiter) {
	for _, w := range over {
		t := w.by
		for t != nil && t.g != g {
			t = t.g.upper()
		}
		if t == nil || !w.lends.Load() || g.limit == 0 || t.run == nil || t.background() || t.more == nil || t.more.lent != 1 || t.more.back {
			continue
		}
		if !g.regaining() && g.fits(t.weight()) {
			g.used += t.weight()
			t.more.back = true
		} else if !t.more.owed {
			t.more.owed = true
			g.owed++
		}
	}
}

// lend gives up the slot in g of the task that ctx belongs to, directly or
// through groups below, while it waits for something of g: for the task to, if
// that is given and has not ended. Of a wait that ends by itself w is told. The
// function it returns takes the slot again, waiting for one to be free, or for
// ctx to die.
func (g *Group) lend(ctx context.Context, to *task, w *waiter) (takeBack func()) {
	t := enclosing(ctx)
	for t != nil && t.g != g {
		t = t.g.upper()
	}
	if t == nil {
		return func() {}
	}
	g.lockAll()
	if t.run == nil || to != nil && to.ended() { // a loose end of a task that is over has no slot
		g.mu.Unlock()
		return func() {}
	}
	m := t.ext()
	m.lent++
	if w != nil {
		w.lends.Store(true)
	}
	if m.lent > 1 && !m.back || g.limit == 0 {
		g.mu.Unlock()
	} else {
		m.back = false
		resume := g.vacate(t)
		l := g.next()
		g.mu.Unlock()
		g.launch(l)
		g.after(&ending{any: resume != nil, resume: resume})
	}
	return func() {
		g.lockAll()
		if w != nil {
			w.lends.Store(false)
		}
		m.lent--
		if m.back && m.lent == 0 && t.run != nil {
			m.back = false
			g.mu.Unlock()
			return
		}
		var l launch
		owed := m.owed
		if owed {
			m.owed = false
			g.owed--
		}
		none := m.lent > 0 || g.limit == 0 || t.run == nil || t.background() // has no slot
		first := g.more == nil || len(g.more.regain) == 0                    // of those who know that their wait is over
		if none || first && g.fits(t.weight()) {
			if !none {
				g.used += t.weight()
			}
			if owed { // what is queued was held up
				l = g.next()
			}
			g.mu.Unlock()
			g.launch(l)
			return
		}
		r := &regainer{t.weight(), make(chan struct{}), t}
		more := g.ext()
		more.regain, m.inLine = append(more.regain, r), r
		g.shows(waiterAdded)
		g.mu.Unlock()
		select {
		case <-r.slot:
		case <-ctx.Done():
			g.takeAnyway(r)
		}
	}
}

// takeAnyway gives a slot over the limit to a task whose context has died: what
// holds the slots may end only after something that it has yet to do.
func (g *Group) takeAnyway(r *regainer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.leaveLine(r) {
		g.used += r.weight
	}
}

// enclosing gives the task that ctx belongs to: its own, or that in which the
// group was opened whose body it is.
func enclosing(ctx context.Context) *task {
	t, g := current(ctx)
	if t == nil && g != nil {
		t = g.upper()
	}
	return t
}

// upper gives the task that the group was opened in, or nil at the top.
func (g *Group) upper() *task {
	for g.upGroup != nil {
		g = g.upGroup
	}
	return g.upTask
}

// GoWait is [Group.Go] with back-pressure, for a producer: it returns once the
// task has its slot. If ctx or the group is cancelled first it returns the
// cause, and fn will not be called; with [Always] only the death of ctx counts.
// A task of the same group that calls it with its own context lends its slot
// meanwhile. A task that a [Rate] refuses has failed, and that failure is what
// is returned: to return it in turn adds nothing, as with [Task.Wait]. A task that
// waits for its Rate when ctx dies is cancelled: GoWait returns when the limiter
// has. GoWait panics if ctx or fn is nil or the group has ended.
func (g *Group) GoWait(ctx context.Context, fn func(ctx context.Context) error, opts ...TaskOption) error {
	switch {
	case ctx == nil:
		panic("braid: GoWait called with a nil context")
	case fn == nil:
		panic("braid: GoWait called with a nil function")
	}
	t := &task{g: g, run: goFunc(fn), pc: funcPC(fn), opts: taskConfigOf(opts)}
	g.checkWeight(t.opts)
	return g.goWait(ctx, t, "GoWait")
}

// goWait adds t and waits for its start.
func (g *Group) goWait(ctx context.Context, t *task, caller string) error {
	w := &waitedFor{runner: t.run, started: make(chan struct{})}
	if ctx.Err() != nil {
		err := w.notCalled(context.Cause(ctx))
		g.mustBeOpen(caller)
		return err
	}
	t.run = w
	if g.cfg.rate != nil { // it may be given up while it waits for that
		t.flags.Store(hasContext)
	}
	if err := g.add(t); err != nil {
		_ = w.notCalled(err)
		g.misused(caller, err)
	}
	if w.over() {
		return w.notStarted(ctx, t)
	}
	takeBack := g.lend(ctx, nil, nil)
	defer takeBack()
	var dying <-chan struct{}
	if !t.always() {
		dying = g.ctx().Done()
	}
	select {
	case <-w.started:
		return w.notStarted(ctx, t)
	case <-ctx.Done():
	case <-dying:
		g.notice() // lets the task through, to be skipped
	}
	cause := context.Cause(ctx)
	if cause == nil {
		cause = context.Cause(g.ctx())
	}
	if t.withdraw(cause) {
		g.tookBack()
		t.g.retire(t, 0)
		return w.notCalled(cause)
	}
	gaveUp := g.cfg.rate != nil && w.turn.CompareAndSwap(undecided, givenUp)
	if gaveUp { // it has its slot, but the Rate has not let it go
		t.cancelOne(cause, 0)
	}
	<-w.started
	err := w.notStarted(ctx, t)
	if _, failed := err.(*TaskError); failed || !gaveUp {
		return err
	}
	g.tookBack()
	return cause
}

// tookBack notes that a task is not called because somebody's context has died. If the
// group is dead that is why, whichever of the two was seen first.
func (g *Group) tookBack() {
	if g.dead() {
		g.cutShort()
	}
}

// waitedFor is a function whose start is waited for.
type waitedFor struct {
	runner
	turn    atomic.Uint32 // undecided, called or givenUp
	started chan struct{}
	refused error // why it was skipped; read after started
}

const (
	undecided = iota
	called
	givenUp
)

func (w *waitedFor) call(ctx context.Context) error {
	if !w.turn.CompareAndSwap(undecided, called) { // it is marked Always, or the limiter came first
		close(w.started)
		<-ctx.Done() // who gave it up is about to cancel it
		return w.notCalled(context.Cause(ctx))
	}
	close(w.started)
	return w.runner.call(ctx)
}

// notCalled takes care of what the task was handed, and gives cause with what went wrong in that.
func (w *waitedFor) notCalled(cause error) error {
	if s, ok := w.runner.(skipper); ok {
		return join(cause, s.skip(cause))
	}
	return cause
}

func (w *waitedFor) leftBehind() error {
	if l, ok := w.runner.(interface{ leftBehind() error }); ok {
		return l.leftBehind()
	}
	return nil
}

func (w *waitedFor) skip(cause error) error {
	w.refused = cause
	defer close(w.started)
	if s, ok := w.runner.(skipper); ok {
		return s.skip(cause)
	}
	return nil
}

// notStarted gives why t will not be called, nil if it has been. If that is a
// failure, a Rate's for one, it is the one that the group has recorded, so that
// who returns it adds nothing. That failure may be what kills ctx; the task, of
// which nothing is left to run, is waited for all the same.
func (w *waitedFor) notStarted(ctx context.Context, t *task) error {
	if w.refused != nil && t.wait(context.WithoutCancel(ctx)) == nil {
		if te := t.failed(); te != nil && te.recorded {
			if !matches(te, w.refused) { // it failed in being skipped
				return join(w.refused, te)
			}
			return te
		}
	}
	return w.refused
}

func (w *waitedFor) over() bool {
	select {
	case <-w.started:
		return true
	default:
		return false
	}
}

// withdraw takes the task back if it is still queued.
func (t *task) withdraw(cause error) bool {
	t.g.lockAll()
	queued := State(t.phase.Load()) == Queued
	if queued {
		t.g.claim(t)
	}
	t.g.mu.Unlock()
	if queued {
		if t.heard() {
			te := &TaskError{Err: cause, AfterCancel: true}
			t.stamp(te)
			t.keep(te, Skipped)
		}
		t.end(Skipped)
	}
	return queued
}
