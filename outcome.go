package braid

import (
	"context"
	"errors"
	"runtime/debug"
	"time"
)

// This file decides what the end of a task or of a body means: success, a
// failure of the group, or mere cancellation; and what the group returns.

// exec runs t to its end and settles it. It returns unless the task calls
// Goexit: then the goroutine is lost, and who called exec retires t in a
// deferred function. That a panic was recovered does not tell: a Goexit goes on
// after a panic beside it. The id puts the task's address where a stack dump
// shows it; see dump.go.
//
//go:noinline
func exec(_ [2]*task, t *task) {
	g := t.g
	settled := false
	if !g.plain {
		t.began.Store(clock())
		t.hold()
	}
	defer func() {
		if settled {
			return
		}
		if g.cfg.crashOnPanic && panicking() {
			return // nothing of ours stands between the panic and the crash
		}
		if v := recover(); v != nil {
			t.panicked(newPanicError(v, t.path(), debug.Stack()))
			return
		}
		t.exited()
	}()
	may := t.mayStart()
	var err error
	if may && g.cfg.rate != nil {
		err = t.paced()
		t.pacedBy(err)
		may = err != nil || t.mayStart() // not every limiter looks at the context
	}
	if may {
		if err == nil {
			if g.plain {
				err = t.run.call(t.ctx())
			} else {
				err = t.callTold()
			}
		}
		if err != nil || t.flags.Load()&(hasChildren|hasHandlers) != 0 {
			t.returned(err)
		} else {
			t.succeeds()
		}
	} else {
		t.skip() // which may call a Close
	}
	settled = true
}

// pacedBy has the task's time begin when a Rate has let it go.
func (t *task) pacedBy(err error) {
	switch {
	case t.g.plain:
	case err != nil:
		t.began.Store(0)
	default:
		t.began.Store(clock())
	}
}

// mayStart reports whether t is to be called. A task marked Always is, dead
// or not.
func (t *task) mayStart() bool {
	dead := t.g.dead()
	if t.always() {
		if dead {
			t.g.watch()
		}
		return true
	}
	return !dead && (t.std.Load() == nil || t.Err() == nil) // cancelled on its own
}

// returned settles a task whose function returned err, or left groups open or
// handlers to be called.
func (t *task) returned(err error) {
	if err = join(err, t.tidied()); err == nil {
		t.succeeds()
		return
	}
	rest, known, dead := t.judge(err)
	switch {
	case known != nil && rest == nil:
		t.keep(known, Failed)
		t.end(Failed)
	case rest == nil:
		t.cancelled(err, Cancelled)
	default:
		t.fails(&TaskError{Err: rest, AfterCancel: dead}, Failed)
	}
}

// tidied closes the groups that a task has left open, which is an error, and drops
// what was to be called at its death.
func (t *task) tidied() error {
	err := t.closeChildren()
	if t.flags.Load()&hasHandlers != 0 {
		t.dropHandlers()
	}
	return err
}

// judge is the group's. Cleanup is judged by the context that it was given, which
// the death of the group does not reach.
func (t *task) judge(err error) (rest error, known *TaskError, dead bool) {
	if t.opts == deferConfig {
		return t.g.judgeIn(err, context.WithoutCancel(t.ctx()))
	}
	return t.g.judge(err, t.ctx())
}

func (t *task) succeeds() {
	if !t.g.plain {
		t.note(nil, Succeeded)
	}
	t.end(Succeeded)
}

// fails settles a task that failed with te.
func (t *task) fails(te *TaskError, final State) {
	t.stamp(te)
	t.keep(te, final)
	if a, ok := t.run.(absorber); !ok || !a.absorb() {
		t.g.record(te)
	}
	t.end(final)
}

func (t *task) stamp(te *TaskError) {
	te.pc, te.item = t.at()
	if t.opts != nil {
		te.name = t.opts.name
	}
	if te.name == "" && (te.item > 0 || t.opts != nil && t.opts.keyed) {
		te.name = t.name()
	}
	te.in = t.g.info()
}

// absorber is a runner whose failure may be somebody else's than the group's.
type absorber interface{ absorb() bool }

// cancelled settles a task that ended for no other reason than its cancellation.
func (t *task) cancelled(err error, final State) {
	if t.heard() {
		te := &TaskError{Err: err, AfterCancel: true}
		t.stamp(te)
		t.keep(te, final)
	} else {
		t.note(nil, final)
	}
	if !t.background() && t.g.flags.Load()&wasCut == 0 && !t.byItself() {
		t.g.cutShort()
	}
	t.end(final)
}

// heard reports whether anybody will hear what the task's result is.
func (t *task) heard() bool { return !handleless(t.run) || len(t.g.cfg.observers) > 0 }

// byItself reports whether the dead task was cancelled alone. One that nobody has
// a context of was not. That is asked first: Cause waits for the lock of a
// context that may still be waking a hundred thousand others.
func (t *task) byItself() bool {
	if t.std.Load() == nil {
		return false
	}
	c, ok := context.Cause(t.ctx()).(*Cancellation)
	return ok && c.of == t
}

// cutShort notes that something was, before it ends.
func (g *Group) cutShort() { g.flags.Or(wasCut) }

// skip settles a task that is never called.
func (t *task) skip() {
	if i, ok := t.run.(idler); ok && i.idle() {
		t.end(Succeeded)
		return
	}
	if f, ok := t.run.(forgetter); ok {
		f.forget()
	}
	s, closes := t.run.(skipper)
	var cause error
	if closes || t.heard() {
		if cause = outside(t.ctx()); cause == nil { // the group's death has not come down to it
			cause = outside(t.g.ctx())
		}
	}
	if closes {
		if err := s.skip(cause); err != nil {
			t.fails(&TaskError{Err: err, AfterCancel: true}, Skipped)
			return
		}
	}
	t.cancelled(cause, Skipped)
}

// leavings gives what went wrong in what a task that did not return left behind.
func (t *task) leavings() (err error) {
	if l, ok := t.run.(interface{ leftBehind() error }); ok {
		err = l.leftBehind()
	}
	return join(err, t.tidied())
}

// panicked settles a task that panicked.
func (t *task) panicked(pe *PanicError) {
	if err := t.leavings(); err != nil {
		pe = pe.with(err)
	}
	te := &TaskError{Err: pe, AfterCancel: t.Err() != nil}
	if a, ok := t.run.(absorber); t.g.cfg.panicsAsErrors || ok && a.absorb() {
		t.fails(te, Panicked)
		return
	}
	t.stamp(te)
	t.keep(te, Panicked)
	t.g.recordPanic(pe, te)
	t.end(Panicked)
}

// exited settles a task that called runtime.Goexit.
func (t *task) exited() {
	te := &TaskError{Err: join(ErrGoexit, t.leavings()), AfterCancel: t.Err() != nil}
	if a, ok := t.run.(absorber); ok && a.absorb() {
		t.fails(te, Exited)
		return
	}
	t.stamp(te)
	t.keep(te, Exited)
	t.g.recordExit(te)
	t.end(Exited)
}

// bodyReturned settles the body.
func (g *Group) bodyReturned(err error) {
	if err == nil && g.flags.Load()&hasChildren == 0 {
		return
	}
	if err = join(err, g.closeChildren()); err == nil {
		return
	}
	rest, known, dead := g.judge(err, g.ctx())
	switch {
	case known != nil && rest == nil:
		if g.cfg.supervised {
			g.cancel(&Cancellation{kind: byFailure, reason: known, at: time.Now()})
		}
	case rest == nil:
		g.cutShort()
	default:
		g.record(&TaskError{Err: rest, AfterCancel: dead, body: true, pc: g.pc, in: g.info()})
	}
}

// errPanics stands for a panic that is left alone, and so not known.
var errPanics = errors.New("braid: the body panics")

// bodyUnwound settles a body that panicked with v, called Goexit, or is to
// crash the program once all have been joined.
func (g *Group) bodyUnwound(v any, crash bool) {
	left := g.closeChildren()
	te := &TaskError{body: true, pc: g.pc, in: g.info(), AfterCancel: g.ctx().Err() != nil}
	if crash {
		te.Err = join(errPanics, left)
		g.recordEnd(te)
		g.observe(te)
		return
	}
	if v == nil {
		te.Err = join(ErrGoexit, left)
		g.recordExit(te)
		return
	}
	pe := newPanicError(v, g.path(), debug.Stack())
	if left != nil {
		pe = pe.with(left)
	}
	te.Err = pe
	if g.cfg.panicsAsErrors {
		g.record(te)
		return
	}
	g.recordPanic(pe, te)
}
