package braid

import "context"

// This file runs a group's cleanup functions.

// Defer registers cleanup that runs after the join, last in first out, however
// the group ended. Each function gets a context with the group's values that
// no cancellation reaches and that dies when the group's [Grace] is over; all
// of them run even if some fail or panic, and their failures are failures of
// the group.
//
// Defer returns nil. On a group that has ended fn runs at once, and Defer
// returns [ErrClosed], joined with what fn returned. It panics if fn is nil.
func (g *Group) Defer(fn func(ctx context.Context) error) error {
	if fn == nil {
		panic("braid: Defer called with a nil function")
	}
	g.checkMade()
	g.mu.Lock()
	closed := g.closed
	if !closed {
		m := g.ext()
		m.defers = append(m.defers, fn)
	}
	g.mu.Unlock()
	if closed {
		return join(ErrClosed, Shield(g.ctx(), g.cfg.grace, fn))
	}
	return nil
}

var deferConfig = &taskConfig{name: "defer", always: true, own: true}

// runDefers runs each function as a task, on a goroutine of its own, so that
// a panic or Goexit in it is settled as in any other. The group is closed.
func (g *Group) runDefers() {
	for {
		g.mu.Lock()
		n := len(g.more.defers)
		if n == 0 {
			g.mu.Unlock()
			return
		}
		fn := g.more.defers[n-1]
		g.more.defers = g.more.defers[:n-1]
		joined := make(chan struct{})
		g.waiting().joined = joined
		t := &task{g: g, pc: funcPC(fn), opts: deferConfig, run: goFunc(func(ctx context.Context) error {
			return Shield(ctx, g.cfg.grace, fn)
		})}
		g.enqueue(t)
		g.claim(t)
		g.mu.Unlock()
		t.happens(EventSpawned)
		go g.runAlone(t, false)
		<-joined
	}
}
