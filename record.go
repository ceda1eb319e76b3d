package braid

import (
	"context"
	"runtime/debug"
	"slices"
	"time"
)

// This file keeps what went wrong in a group, tells OnFailure, and gives what
// the group returns for it. A failure is recorded before it cancels.

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
	if te.body && m.bodyFail == nil {
		m.bodyFail = te
	} else {
		g.keepFailure(m, te)
	}
	g.mu.Unlock()
	if te.body || first && !g.cfg.supervised {
		g.aboutToFail()
		g.cancel(&Cancellation{kind: byFailure, reason: te, at: time.Now()})
	}
	if g.cfg.failed != nil {
		g.cfg.failed(te, false)
	}
	g.observe(te)
}

// keepFailure adds a failure, or counts it where enough are kept; g.mu is held.
func (g *Group) keepFailure(m *groupMore, te *TaskError) {
	if g.cfg.supervised && len(m.failures) >= g.cfg.keep {
		m.dropped++
		return
	}
	m.failures = append(m.failures, te)
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
		g.keepFailure(m, te)
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
		g.aboutToFail()
		g.cancel(&Cancellation{kind: byFailure, reason: te, at: time.Now()})
	}
	if g.cfg.failed != nil {
		g.cfg.failed(te, true)
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

// decisive gives the failure that cancelled the group, if one did.
func (g *Group) decisive(m *groupMore) *TaskError {
	if g.std.Load() == nil {
		return nil
	}
	if c, ok := context.Cause(g.ctx()).(*Cancellation); ok && c.kind == byFailure {
		if te, ok := c.reason.(*TaskError); ok && te.recorded && te.in == m.info {
			return te
		}
	}
	return nil
}

// groupError gives the error of a group with failures. The primary is the one that
// cancelled the group, which need not be the first where one failure alone does
// not, and if there is none the first.
func (g *Group) groupError(m *groupMore, errs []error, cut bool) *GroupError {
	e := &GroupError{errs: errs, primary: g.decisive(m), in: m.info, dropped: m.dropped}
	if e.primary == nil {
		e.primary = m.primary
		if (cut || slices.ContainsFunc(errs, afterCancel)) && g.parent.Err() != nil {
			e.cut = outside(g.parent)
		}
	}
	return e
}

func afterCancel(err error) bool {
	te, ok := err.(*TaskError)
	return ok && te.AfterCancel
}

// outcome gives what the group returns, raises or exits with.
func (g *Group) outcome(m *groupMore, cut bool) (err error, raise *PanicError, exit bool) {
	if m != nil {
		errs := m.failures
		if m.bodyFail != nil {
			errs = append(errs, m.bodyFail)
		}
		if len(errs) > 0 {
			err = g.groupError(m, errs, cut)
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
