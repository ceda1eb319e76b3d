package braid

import (
	"context"
	"errors"
	"sync"
	"time"
)

// This file makes deadlines that can be moved. How a context can have one is in
// bridge.go.

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
// A context that package context derives below with an earlier deadline keeps its
// own; one with a later deadline than the limit has at that time has none, and ends
// with the limit, however late that is moved. Limits of this package keep theirs.
//
// The zero Deadline is ready for use, by one limit at a time; all methods may
// be called from any goroutine.
type Deadline struct {
	mu     sync.Mutex // guards all of this, and s.at
	s      *timeLimit
	timer  *time.Timer
	bridge *bridge
	below  map[*timeLimit]struct{} // the next movable limits below, which hear late by themselves
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

// Reset moves the deadline to after from now, later or sooner; if after is not
// positive the limit expires at once. It returns an error if the deadline has
// expired, or if no limit is running with it.
func (d *Deadline) Reset(after time.Duration) error {
	if after == Forever {
		return d.Stop()
	}
	return d.move(time.Now().Add(after))
}

// ResetAt is [Deadline.Reset] with a point in time. The zero time is none: it takes
// the deadline off, as Stop does.
func (d *Deadline) ResetAt(at time.Time) error { return d.move(at) }

// Stop takes the deadline off; Reset may set a new one. It returns an error as
// Reset does.
func (d *Deadline) Stop() error { return d.move(time.Time{}) }

func (d *Deadline) move(at time.Time) error {
	over, err := d.moved(at)
	if over {
		d.lookBelow()
	}
	return err
}

// moved is move, and tells whether the limit has expired of that.
func (d *Deadline) moved(at time.Time) (over bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.usable(); err != nil {
		return false, err
	}
	d.s.at = at
	if over = d.isPast(); over {
		d.expire()
	} else if d.timer != nil {
		d.arm()
	}
	return over, nil
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
	d.s, d.timer, d.bridge, d.below, d.state = s, nil, nil, nil, active
}

func (d *Deadline) unbind() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bound = false
	_ = d.usable() // the deadline may have passed with nobody looking
	if d.timer != nil {
		d.timer.Stop()
		for g := d.s.group(); g != nil; g = g.above() {
			g.forgetLimit(d.s)
		}
		d.s.forgetAbove()
	}
	if d.state == active {
		d.state = finished
	}
}

// The rest is called with d.mu held.

func (d *Deadline) isPast() bool { return !d.s.at.IsZero() && !time.Now().Before(d.s.at) }

// expire makes the limit dead by its deadline, if it has a context to kill. If
// not, whoever looks first makes one.
func (d *Deadline) expire() {
	d.state = expired
	if d.bridge != nil {
		dead, cancel := context.WithDeadlineCause(context.WithoutCancel(d.s.parent), time.Unix(0, 0), d.s.diesOf())
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
