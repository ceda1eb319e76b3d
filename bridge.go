package braid

import (
	"context"
	"maps"
	"slices"
	"sync/atomic"
	"time"
)

// This file is the context of a movable time limit. A standard deadline cannot
// be moved, and a standard cancel cannot make Err say DeadlineExceeded. So the
// limit keeps its own timer and puts a bridge above the standard context inside
// it: a parent that the standard context registers with through its AfterFunc
// method, and that dies with whatever error and cause we choose.

// look gives the error of n, the limit's context, after a look at the clock and
// at what is above. The bridge hears of the latter through a goroutine, which
// may not have run yet; groups above that are cancelled look themselves.
func (d *Deadline) look(s *timeLimit, n *native) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.s != s || d.bridge == nil: // over
	case s.parent.Err() != nil:
		d.bridge.die(s.parent)
	default:
		_ = d.usable()
	}
	return n.Err()
}

func (d *Deadline) materialize(s *timeLimit) *native {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := s.std.Load(); n != nil {
		return n
	}
	if s.ended() || s.parent.Err() != nil {
		return s.scope.materialize(s.parent)
	}
	b := &bridge{Context: s.parent, done: make(chan struct{})}
	ctx, cancel := context.WithCancelCause(b)
	d.bridge = b
	for g := s.group(); g != nil; g = g.above() {
		g.rememberLimit(s)
	}
	s.rememberAbove()
	unhook := context.AfterFunc(s.parent, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		b.die(s.parent)
	})
	timer := time.AfterFunc(Forever, func() {
		if d.expires(s) {
			d.lookBelow()
		}
	})
	d.timer = timer
	d.arm()
	if d.state == expired || d.isPast() {
		d.expire()
	}
	return s.adopt(&native{ctx, func(cause error) {
		cancel(cause)
		unhook()
		timer.Stop()
	}})
}

// expires is called by the timer of s, and tells whether it has expired.
func (d *Deadline) expires(s *timeLimit) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.s == s && d.usable() == errExpired
}

// limitKey is the key under which a context names the next movable limit.
type limitKey struct{}

// above gives the next movable limit above, or nil.
func (s *timeLimit) above() *timeLimit {
	up, _ := s.parent.Value(limitKey{}).(*timeLimit)
	return up
}

// rememberAbove makes the next movable limit above look at s when it expires; the
// mutex of s's own Deadline is held, as it is where s looks upwards.
func (s *timeLimit) rememberAbove() {
	if up := s.above(); up != nil {
		up.move.mu.Lock()
		defer up.move.mu.Unlock()
		if up.move.s == up {
			if up.move.below == nil {
				up.move.below = map[*timeLimit]struct{}{}
			}
			up.move.below[s] = struct{}{}
		}
	}
}

func (s *timeLimit) forgetAbove() {
	if up := s.above(); up != nil {
		up.move.mu.Lock()
		defer up.move.mu.Unlock()
		delete(up.move.below, s)
	}
}

// lookBelow has the movable limits below die, now that this one has.
func (d *Deadline) lookBelow() {
	d.mu.Lock()
	below := slices.Collect(maps.Keys(d.below))
	d.mu.Unlock()
	for _, s := range below {
		s.lookUp()
		s.move.lookBelow()
	}
}

// lookUp has the limit die if what is above it is dead.
func (s *timeLimit) lookUp() {
	if n := s.std.Load(); n != nil {
		// Err would not do: it may see the limit dead while another goroutine is
		// still telling what is below.
		_ = s.move.look(s, n)
	}
}

// group gives the group that the limit runs in, or nil.
func (s *timeLimit) group() *Group {
	t, g := current(s.parent)
	if t != nil {
		return t.g
	}
	return g
}

func (g *Group) rememberLimit(s *timeLimit) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.ext()
	if m.limits == nil {
		m.limits = map[*timeLimit]struct{}{}
	}
	m.limits[s] = struct{}{}
	g.flags.Or(hasLimits)
}

func (g *Group) forgetLimit(s *timeLimit) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.more != nil {
		delete(g.more.limits, s)
	}
}

// lookAtLimits has the movable limits below die before Cancel returns, if what
// is above them is dead.
func (g *Group) lookAtLimits() {
	if g.flags.Load()&hasLimits == 0 {
		return
	}
	var limits []*timeLimit
	g.mu.Lock()
	if g.more != nil {
		limits = slices.AppendSeq(limits, maps.Keys(g.more.limits))
	}
	g.mu.Unlock()
	for _, s := range limits {
		s.lookUp()
	}
}

// bridge is a context whose death we decide.
type bridge struct {
	context.Context // for values
	done            chan struct{}
	dead            atomic.Pointer[context.Context] // whose error and cause it died with
	kill            func()                          // what the standard context registered
}

// Done is never closed: the one context below is told through AfterFunc.
func (b *bridge) Done() <-chan struct{} { return b.done }

func (b *bridge) AfterFunc(kill func()) (stop func() bool) {
	b.kill = kill
	return func() bool { return false }
}

func (b *bridge) die(dead context.Context) {
	if b.dead.CompareAndSwap(nil, &dead) {
		b.kill()
	}
}

func (b *bridge) Err() error {
	if dead := b.dead.Load(); dead != nil {
		return (*dead).Err()
	}
	return nil
}

func (b *bridge) Value(key any) any {
	if dead := b.dead.Load(); dead != nil {
		return (*dead).Value(key)
	}
	return b.Context.Value(key)
}
