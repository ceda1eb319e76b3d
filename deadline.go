package braid

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// This file makes deadlines that can be moved. A standard deadline cannot, and
// a standard cancel cannot make Err say DeadlineExceeded. So a movable limit
// keeps its own timer and puts a bridge above the standard context inside it:
// a parent that the standard context registers with through its AfterFunc
// method, and that dies with whatever error and cause we choose.

// A Deadline moves the deadline of the [Timeout], [MoveOn], [Reserve] or
// [Shield] to which it was given as an option:
//
//	var idle braid.Deadline
//	err := braid.Timeout(ctx, 10*time.Second, func(ctx context.Context) error {
//		for item := range items {
//			idle.Reset(10 * time.Second)
//			…
//		}
//	}, &idle)
//
// The zero Deadline is ready for use, by one limit at a time; all methods may
// be called from any goroutine.
type Deadline struct {
	mu     sync.Mutex // guards all of this, and s.at
	s      *timeLimit
	timer  *time.Timer
	bridge *bridge
	state  deadlineState
	bound  bool // its limit is running
}

type deadlineState uint8

const (
	unused deadlineState = iota
	active
	expired
	finished
)

var (
	errUnused   = errors.New("braid: the Deadline is not in use: give it to a Timeout as an option")
	errExpired  = errors.New("braid: the deadline has expired")
	errFinished = errors.New("braid: the time limit has finished")
)

func (d *Deadline) applyToScope(c *scopeConfig) {
	if d == nil {
		panic("braid: nil *Deadline as an option")
	}
	once(&c.seen, seenDeadline, "Deadline")
	c.deadline = d
}

// Reset moves the deadline to d from now, later or sooner; if d is not
// positive the limit expires at once. It returns an error if the deadline has
// expired, or if no limit is running with it.
func (d *Deadline) Reset(after time.Duration) error {
	if after == Forever {
		return d.Stop()
	}
	return d.move(time.Now().Add(after))
}

// ResetAt is [Deadline.Reset] with a point in time.
func (d *Deadline) ResetAt(at time.Time) error { return d.move(at) }

// Stop takes the deadline off; Reset may set a new one. It returns an error as
// Reset does.
func (d *Deadline) Stop() error { return d.move(time.Time{}) }

func (d *Deadline) move(at time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.usable(); err != nil {
		return err
	}
	d.s.at = at
	if d.isPast() {
		d.expire()
	} else if d.timer != nil {
		d.arm()
	}
	return nil
}

// usable gives why the deadline cannot be moved.
func (d *Deadline) usable() error {
	if d.state == active && d.isPast() {
		d.expire()
	}
	switch d.state {
	case unused:
		return errUnused
	case expired:
		return errExpired
	case finished:
		return errFinished
	}
	return nil
}

// When gives the current deadline; it is false if there is none.
func (d *Deadline) When() (time.Time, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.s == nil {
		return time.Time{}, false
	}
	return d.s.at, !d.s.at.IsZero()
}

// Expired reports whether the deadline passed while its limit was running. It
// stays true after the limit has ended.
func (d *Deadline) Expired() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_ = d.usable()
	return d.state == expired
}

// String tells the state: unused, active with the time that remains, expired
// or finished.
func (d *Deadline) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	_ = d.usable()
	switch d.state {
	case unused:
		return "unused"
	case expired:
		return "expired"
	case finished:
		return "finished"
	}
	if d.s.at.IsZero() {
		return "active, without a deadline"
	}
	return "active, " + time.Until(d.s.at).String() + " left"
}

func (d *Deadline) bind(s *timeLimit) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.bound {
		panic("braid: a Deadline was given to two time limits at once")
	}
	d.bound = true
	d.s, d.timer, d.bridge, d.state = s, nil, nil, active
}

func (d *Deadline) unbind() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bound = false
	if d.timer != nil {
		d.timer.Stop()
		for g := d.s.group(); g != nil; g = g.above() {
			g.forgetLimit(d.s)
		}
	}
	if d.state == active {
		d.state = finished
	}
}

// The rest is called with d.mu held, but for look and materialize.

func (d *Deadline) isPast() bool { return !d.s.at.IsZero() && !time.Now().Before(d.s.at) }

// expire makes the limit dead by its deadline, if it has a context to kill. If
// not, whoever looks first makes one.
func (d *Deadline) expire() {
	d.state = expired
	if d.bridge != nil {
		dead, cancel := context.WithDeadlineCause(context.WithoutCancel(d.s.parent), time.Unix(0, 0), d.s.cause)
		defer cancel()
		d.bridge.die(dead)
	}
}

func (d *Deadline) arm() {
	d.timer.Stop()
	if !d.s.at.IsZero() {
		d.timer.Reset(time.Until(d.s.at))
	}
}

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
	unhook := context.AfterFunc(s.parent, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		b.die(s.parent)
	})
	timer := time.AfterFunc(Forever, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.s == s {
			_ = d.usable()
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
		if n := s.std.Load(); n != nil {
			// Err would not do: it may see the limit dead while another
			// goroutine is still telling what is below.
			_ = s.move.look(s, n)
		}
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
