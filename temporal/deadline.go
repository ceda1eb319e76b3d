package temporal

import (
	"errors"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file makes deadlines that can be moved. What is kept: a limit that runs has
// one timer, that of the deadline it has now, or none.

// A MovableDeadline moves the deadline of the [Timeout], [MoveOn] or [Shield] to
// which it was given as an option, as braid.Deadline does:
//
//	var idle temporal.MovableDeadline
//	err := temporal.Timeout(ctx, 24*time.Hour, func(ctx workflow.Context) error {
//		for signals.Receive(ctx, &s) {
//			_ = idle.Reset(24 * time.Hour)
//			…
//		}
//		return temporal.Cause(ctx)
//	}, &idle)
//
// The zero MovableDeadline is ready for use, by one limit at a time; all coroutines
// of the workflow may call its methods. Each move is a timer in the history.
type MovableDeadline struct {
	s     *scope // nil before it is used
	name  string
	pc    uintptr
	stop  func() // the timer
	bound bool   // its limit is running
	late  bool   // it has expired
}

var (
	errUnused   = errors.New("braid: the MovableDeadline is not in use: give it to a Timeout as an option")
	errExpired  = errors.New("braid: the deadline has expired")
	errFinished = errors.New("braid: the time limit has finished")
)

func (d *MovableDeadline) applyToScope(c *scopeConfig) {
	if d == nil {
		panic("braid: nil *MovableDeadline as an option")
	}
	once(&c.seen, seenDeadline, "MovableDeadline")
	c.deadline = d
}

// Reset moves the deadline to after from now, later or sooner; if after is not
// positive the limit expires at once, and braid.Forever takes the deadline off. It
// returns an error if the deadline has expired, or if no limit is running with it.
func (d *MovableDeadline) Reset(after time.Duration) error {
	if d.s == nil {
		return errUnused
	}
	if after == braid.Forever {
		return d.Stop()
	}
	return d.ResetAt(workflow.Now(d.s.ctx).Add(after))
}

// ResetAt is [MovableDeadline.Reset] with a point in the workflow's time.
func (d *MovableDeadline) ResetAt(at time.Time) error {
	if err := d.usable(); err != nil {
		return err
	}
	d.unarm()
	d.s.at = at
	if left := at.Sub(workflow.Now(d.s.ctx)); left > 0 {
		d.stop = d.s.arm(left, d.name, d.pc)
		return nil
	}
	d.late = true
	d.s.kill(d.s.deadlineCause(d.name, d.pc))
	return nil
}

// Stop takes the deadline off; Reset may set a new one. It returns an error as
// Reset does.
func (d *MovableDeadline) Stop() error {
	if err := d.usable(); err != nil {
		return err
	}
	d.unarm()
	d.s.at = time.Time{}
	return nil
}

// When gives the current deadline; it is false if there is none.
func (d *MovableDeadline) When() (time.Time, bool) {
	if d.s == nil {
		return time.Time{}, false
	}
	return d.s.at, !d.s.at.IsZero()
}

// Expired reports whether the deadline passed while its limit was running. It
// stays true after the limit has ended.
func (d *MovableDeadline) Expired() bool { return errors.Is(d.usable(), errExpired) }

// usable gives why the deadline cannot be moved.
func (d *MovableDeadline) usable() error {
	if d.s == nil {
		return errUnused
	}
	d.late = d.late || d.bound && d.s.past()
	switch {
	case d.late:
		return errExpired
	case !d.bound:
		return errFinished
	}
	return nil
}

func (d *MovableDeadline) unarm() {
	if d.stop != nil {
		d.stop()
		d.stop = nil
	}
}

// bind makes it the deadline of s, which has been given its first one.
func (d *MovableDeadline) bind(s *scope, name string, pc uintptr, stop func()) {
	if d.bound {
		panic("braid: a MovableDeadline was given to a second limit while its first one runs")
	}
	*d = MovableDeadline{s: s, name: name, pc: pc, stop: stop, bound: true}
}

// unbind ends its use.
func (d *MovableDeadline) unbind() {
	_ = d.usable()
	d.unarm()
	d.bound = false
}

// past reports whether the scope's own deadline has passed.
func (s *scope) past() bool { return !s.at.IsZero() && !workflow.Now(s.ctx).Before(s.at) }

func (s *scope) deadlineCause(name string, pc uintptr) error {
	return seam.NewCancellation(seam.Cancellation{Kind: seam.ByDeadline, By: name, At: s.at, PC: pc})
}
