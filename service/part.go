package service

import (
	"context"
	"math"
	"time"

	"github.com/braid-go/braid"
)

// This file says what a part is. A Part is a plain value; a service keeps a
// copy and changes none.

// A Part is one of the long-lived things a program is made of: a server, a
// pool, a worker. Name and Run are required.
type Part struct {
	// Name names the part in errors, events and in the Needs of others.
	Name string
	// Needs names the parts that have to be ready before this one starts, and
	// that are stopped only after it has ended.
	Needs []string
	// Run is the part. It is called once for each start, on a goroutine of its
	// own, and is to return when it is asked to stop (see [Stopping]), at the
	// latest when its context dies. It calls ready once it can be used; more
	// calls do nothing.
	//
	// Once it was asked to stop, an error that is mere cancellation is none.
	Run func(ctx context.Context, ready func()) error
	// Stop, if not nil, is called when the part is asked to stop, beside Run,
	// which then has to return: http.Server.Shutdown is such a function. Its
	// context dies when that of Run does, and is dead from the start if the part
	// is stopped hard without having been asked. Its error is one of the part's,
	// under the name of the part with "/stop" behind it.
	Stop func(ctx context.Context) error
	// Restart says what follows when Run ends without having been asked to.
	Restart Restart
	// Backoff says how long to wait before a restart. The zero value takes
	// that of the service.
	Backoff Backoff
	// ReadyWithin is how long the part may take to become ready; after that
	// its context dies and it has failed. 0 means no bound.
	ReadyWithin time.Duration
	// Grace is how long the part may take to stop after it was asked; then its
	// context dies. It ends with the service's [Grace] at the latest. 0 means
	// no bound but that one. So it is the way to leave some of the service's
	// grace to the parts that are stopped afterwards.
	Grace time.Duration
}

// Restart says what follows when a part ends without having been asked to.
type Restart uint8

const (
	// Never stops the whole service when the part ends: with a failure if it
	// failed, or if it returned nil before it was ready ([ErrNotReady]);
	// in peace if it returned nil. It is the default: what is silently gone is
	// what one hears of last.
	Never Restart = iota
	// OnFailure restarts the part when it fails. When it returns nil its work is
	// done: it counts as ready from then on, whether it said so or not, and the
	// others go on. A service all of whose parts are done ends in peace.
	OnFailure
	// Always restarts the part however it ends.
	Always
)

// String gives the name in lower case.
func (r Restart) String() string { return nameOf(r, "never", "on failure", "always") }

// A Backoff says how long to wait before a restart. It is a plain value, for
// the field of a [Part] or as an option for all parts that have none. The zero
// Backoff does not wait.
type Backoff struct {
	Delay    time.Duration // before the first restart
	Factor   float64       // each delay is the last one times Factor; 0 means 1, a constant delay
	MaxDelay time.Duration // no delay is longer; 0 means no bound
}

func (b Backoff) apply(c *config) {
	c.once(seenBackoff, "Backoff")
	b.check("a Backoff")
	c.backoff = b
}

// delay gives the pause before the n-th restart in a row, from 1. It is
// computed in floats: what is too long for a Duration would come out negative.
func (b Backoff) delay(n int) time.Duration {
	if b.Delay == 0 {
		return 0 // times a power that has become infinite it would be no number
	}
	factor := b.Factor
	if factor == 0 {
		factor = 1
	}
	d := float64(b.Delay) * math.Pow(factor, float64(n-1))
	most := braid.Forever
	if b.MaxDelay > 0 {
		most = b.MaxDelay
	}
	if d < float64(most) {
		return time.Duration(d)
	}
	return most
}

func (b Backoff) check(whose string) {
	switch {
	case b.Delay < 0:
		panic("service: " + whose + " has a Delay below zero")
	case !(b.Factor >= 0): // NaN too
		panic("service: " + whose + " has a Factor below zero")
	case b.MaxDelay < 0:
		panic("service: " + whose + " has a MaxDelay below zero")
	}
}

func nameOf[T ~uint8](v T, names ...string) string {
	if int(v) < len(names) {
		return names[v]
	}
	return "unknown"
}
