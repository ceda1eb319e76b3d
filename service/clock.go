package service

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// This file looks at the clock for the loop. What is kept: all that is to happen
// at a time is a field of type time.Time that is zero when it is not, and one
// timer waits for the first of them.

// endOfTime is where timers end: one for later fires then, again and again. So
// none waits for it, as in a bubble of testing/synctest it might.
var endOfTime = time.Unix(0, math.MaxInt64)

// untilDue tells how long it is until expire or step has something to do, if
// ever.
func (r *run) untilDue() (d time.Duration, ok bool) {
	next := r.killAt
	consider := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, rd := range r.rounds {
		if !slices.ContainsFunc(rd.members, (*member).alive) {
			consider(rd.due)
		}
	}
	for _, m := range r.members {
		if m.attempt != nil {
			consider(m.attempt.killAt)
			consider(m.attempt.readyBy)
		}
	}
	if next.IsZero() || next.After(endOfTime) {
		return 0, false
	}
	return max(time.Until(next), 0), true
}

// expire does what is due by the clock; rounds are looked at by step.
func (r *run) expire(now time.Time) {
	due := func(t time.Time) bool { return !t.IsZero() && !now.Before(t) }
	if due(r.killAt) {
		r.harden(fmt.Errorf("the grace of %v is over", r.cfg.grace))
	}
	for _, m := range slices.Backward(r.members) {
		a := m.attempt
		switch {
		case a == nil:
		case due(a.killAt):
			r.kill(a, a.why(), fmt.Errorf("it did not stop within %v", a.killAt.Sub(a.askedAt)))
		case due(a.readyBy):
			a.late = fmt.Errorf("%w within %v", ErrNotReady, m.ReadyWithin)
			r.kill(a, a.late, a.late)
		}
	}
}
