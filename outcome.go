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
// shows it; see stall.go.
//
//go:noinline
func exec(_ [2]*task, t *task) {
	g := t.g
	settled := false
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
	if t.mayStart() {
		err := t.run.call(t)
		if err != nil || t.flags.Load()&hasChildren != 0 {
			t.returned(err)
		} else {
			t.end(Succeeded)
		}
	} else {
		t.skip() // which may call a Close
	}
	settled = true
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
	return !dead && (t.std.Load() == nil || t.Err() == nil)
}

// returned settles a task whose function returned err, or left groups open.
func (t *task) returned(err error) {
	err = join(err, t.closeChildren())
	if err == nil {
		t.end(Succeeded)
		return
	}
	rest, known, dead := t.g.judge(err, t)
	switch {
	case known != nil && rest == nil:
		t.fail = known
		t.end(Failed)
	case rest == nil:
		t.cancelled(err, Cancelled)
	default:
		t.fails(&TaskError{Err: rest, AfterCancel: dead}, Failed)
	}
}

// fails settles a task that failed with te.
func (t *task) fails(te *TaskError, final State) {
	t.stamp(te)
	t.fail = te
	if a, ok := t.run.(absorber); !ok || !a.absorb() {
		t.g.record(te)
	}
	t.end(final)
}

func (t *task) stamp(te *TaskError) {
	te.pc = t.pc
	if t.opts != nil {
		te.name = t.opts.name
	} else if t.item > 0 {
		te.name = t.name()
	}
	te.in = t.g.info()
}

// absorber is a runner whose failure may be somebody else's than the group's.
type absorber interface{ absorb() bool }

// cancelled settles a task that ended for no other reason than its cancellation.
func (t *task) cancelled(err error, final State) {
	if _, handleless := t.run.(goFunc); !handleless {
		te := &TaskError{Err: err, AfterCancel: true}
		t.stamp(te)
		t.fail = te
	}
	if c, ok := context.Cause(t).(*Cancellation); !t.background() && (!ok || c.of != t) {
		t.g.mu.Lock()
		t.g.cut = true
		t.g.mu.Unlock()
	}
	t.end(final)
}

// skip settles a task that is never called.
func (t *task) skip() {
	cause := outside(t)
	if f, ok := t.run.(forgetter); ok {
		f.forget()
	}
	if s, ok := t.run.(skipper); ok {
		if err := s.skip(cause); err != nil {
			t.fails(&TaskError{Err: err, AfterCancel: true}, Skipped)
			return
		}
	}
	t.cancelled(cause, Skipped)
}

// panicked settles a task that panicked.
func (t *task) panicked(pe *PanicError) {
	te := &TaskError{Err: pe}
	if err := t.closeChildren(); err != nil {
		pe = pe.with(err)
		te.Err = pe
	}
	if a, ok := t.run.(absorber); t.g.cfg.panicsAsErrors || ok && a.absorb() {
		t.fails(te, Panicked)
		return
	}
	t.stamp(te)
	t.fail = te
	t.g.recordPanic(pe, te)
	t.end(Panicked)
}

// exited settles a task that called runtime.Goexit.
func (t *task) exited() {
	te := &TaskError{Err: join(ErrGoexit, t.closeChildren())}
	if a, ok := t.run.(absorber); ok && a.absorb() {
		t.fails(te, Exited)
		return
	}
	t.stamp(te)
	t.fail = te
	t.g.recordExit(te)
	t.end(Exited)
}

// bodyReturned settles the body.
func (g *Group) bodyReturned(err error) {
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
		g.mu.Lock()
		g.cut = true
		g.mu.Unlock()
	default:
		g.record(&TaskError{Err: rest, AfterCancel: dead, body: true, pc: g.pc, in: g.info()})
	}
}

// errPanics stands for a panic that is left alone, and so not known.
var errPanics = errors.New("braid: the body panics")

// bodyUnwound settles a body that panicked with v, called Goexit, or is to
// crash the program once all have been joined.
func (g *Group) bodyUnwound(v any, crash bool) {
	te := &TaskError{body: true, pc: g.pc, in: g.info()}
	left := g.closeChildren()
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

// info gives what errors keep of the group. What is above is asked first: no
// group's lock is taken while another's is held.
func (g *Group) info() *groupInfo {
	g.mu.Lock()
	if g.more != nil && g.more.info != nil {
		defer g.mu.Unlock()
		return g.more.info
	}
	g.mu.Unlock()
	in := &groupInfo{name: g.cfg.name, pc: g.pc}
	if a := g.above(); a != nil {
		in.up = a.info()
	}
	if g.upTask != nil {
		in.task = g.upTask.name()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.ext()
	if m.info == nil {
		m.info = in
	}
	return m.info
}

// record adds a failure, and cancels the group with the first. The failure is
// recorded and the lock released before the cancel: a task that the cancel
// wakes can come here without having to wait for all others to be woken. The
// observer comes last, so that it can neither delay the cancel nor lose the
// failure.
func (g *Group) record(te *TaskError) {
	g.mu.Lock()
	m := g.ext()
	te.recorded = true
	first := m.primary == nil
	if first {
		m.primary = te
	}
	switch {
	case te.body && m.bodyFail == nil:
		m.bodyFail = te
	case g.cfg.supervised && len(m.failures) >= g.cfg.keep:
		m.dropped++
	default:
		m.failures = append(m.failures, te)
	}
	g.mu.Unlock()
	if te.body || first && !g.cfg.supervised {
		g.cancel(&Cancellation{kind: byFailure, reason: te, at: time.Now()})
	}
	g.observe(te)
}

// recordPanic keeps the panic that Run will raise again. Further ones are
// failures beside it.
func (g *Group) recordPanic(pe *PanicError, te *TaskError) {
	g.mu.Lock()
	m := g.ext()
	first := m.panicked == nil
	if first {
		m.panicked = pe
	}
	g.mu.Unlock()
	if !first {
		g.record(te)
		return
	}
	g.recordEnd(te)
	g.observe(te)
}

func (g *Group) recordExit(te *TaskError) {
	g.mu.Lock()
	m := g.ext()
	m.exited = true
	if te.Err != ErrGoexit { // groups that were left open have failed as well
		m.failures = append(m.failures, te)
	}
	g.mu.Unlock()
	g.recordEnd(te)
	g.observe(te)
}

// recordEnd cancels the group with a failure that ends it as a panic or Goexit
// does, and is not in its error.
func (g *Group) recordEnd(te *TaskError) {
	g.mu.Lock()
	m := g.ext()
	if m.primary == nil {
		m.primary = te
	}
	te.recorded = true
	g.mu.Unlock()
	if te.body || !g.cfg.supervised {
		g.cancel(&Cancellation{kind: byFailure, reason: te, at: time.Now()})
	}
}

// observe tells OnFailure and waits for it. It has a goroutine of its own,
// since nobody can take back a Goexit in there and this one is needed. A panic
// or Goexit is one more of the group's.
func (g *Group) observe(te *TaskError) {
	if g.cfg.onFailure == nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := false
		defer func() {
			if !returned {
				g.observerFailed(recover(), te)
			}
		}()
		callBack([2]*Group{g}, func() { g.cfg.onFailure(te) })
		returned = true
	}()
	<-done
}

func (g *Group) observerFailed(v any, te *TaskError) {
	var reason error = ErrGoexit
	g.mu.Lock()
	m := g.ext()
	if v == nil {
		m.exited = true
	} else {
		pe := newPanicError(v, joinPath(te.Path(), "OnFailure"), debug.Stack())
		reason = pe
		if m.panicked == nil {
			m.panicked = pe
		} else {
			m.panicked = m.panicked.with(pe)
		}
	}
	g.mu.Unlock()
	g.cancel(&Cancellation{kind: byFailure, reason: reason, at: time.Now()})
}

// outcome gives what the group returns, raises or exits with.
func (g *Group) outcome() (err error, raise *PanicError, exit bool) {
	g.mu.Lock()
	m, cut := g.more, g.cut
	g.mu.Unlock()
	if m != nil {
		errs := m.failures
		if m.bodyFail != nil {
			errs = append(errs, m.bodyFail)
		}
		if len(errs) > 0 {
			err = &GroupError{errs: errs, primary: m.primary, in: m.info, dropped: m.dropped}
		}
		if m.panicked != nil {
			raise = m.panicked
			if err != nil {
				raise = raise.with(err)
			}
			return nil, raise, false
		}
		if m.exited || err != nil {
			return err, nil, m.exited
		}
	}
	if cut && g.parent.Err() != nil {
		return outside(g.parent), nil, false
	}
	return nil, nil, false
}

// judge splits what a task or body returned into what is mere cancellation and
// the rest. If it is a failure that the group has recorded already, as
// task.Wait gives it, that is known.
func (g *Group) judge(err error, ctx context.Context) (rest error, known *TaskError, dead bool) {
	if te := g.recorded(err); te != nil {
		return nil, te, false
	}
	if err, known = g.withoutRecorded(err); err == nil {
		return nil, known, false
	}
	known = nil // what is left is new
	died := ctx.Err()
	if died == nil {
		return err, nil, false
	}
	if equal(err, died) {
		return nil, nil, true
	}
	cause := context.Cause(ctx)
	byDeadline := died == context.DeadlineExceeded || g.parent.Err() == context.DeadlineExceeded
	_, rest = partition(err, func(node error) verdict {
		switch node.(type) {
		case *Cancellation:
			return take
		case *TimeoutError, *PanicError:
			if equal(node, cause) {
				return take
			}
			return keep
		case *TaskError, *GroupError:
			return descend
		}
		if equal(node, cause) || Is(context.Canceled)(node) ||
			byDeadline && Is(context.DeadlineExceeded)(node) ||
			g.cfg.noise != nil && g.cfg.noise(node) {
			return take
		}
		return descend
	})
	return rest, nil, true
}

// recorded gives err as the failure of this group that it is, or nil.
func (g *Group) recorded(err error) *TaskError {
	te, ok := err.(*TaskError)
	if !ok {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if te.recorded && g.more != nil && te.in == g.more.info {
		return te
	}
	return nil
}

// withoutRecorded drops from what errors.Join made the failures that the group
// has recorded already. Any other wrapper says something new.
func (g *Group) withoutRecorded(err error) (rest error, known *TaskError) {
	if !isJoined(err) {
		return err, nil
	}
	var kept []error
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		if te := g.recorded(e); te != nil {
			known = te
		} else {
			kept = append(kept, e)
		}
	}
	if known == nil {
		return err, nil
	}
	return join(kept...), known
}

// join is errors.Join that leaves a single error as it is.
func join(errs ...error) error {
	var one error
	n := 0
	for _, err := range errs {
		if err != nil {
			one = err
			n++
		}
	}
	if n < 2 {
		return one
	}
	return errors.Join(errs...)
}
