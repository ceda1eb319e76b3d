package service

import (
	"context"
	"os"
	"time"
)

// This file says who ended a service, and why. A service has one reason, the
// first.

// Initiator is who began the stop of a service.
type Initiator uint8

const (
	ByCall    Initiator = iota // Stop or Kill was called
	BySignal                   // the process got a signal
	ByFailure                  // a part failed and was not to be restarted, or once too often
	ByEnd                      // a part that is Never restarted returned nil, or all parts were done
	ByContext                  // the context given to Run died
	ByParent                   // the service that this one is a part of stops it
)

// String gives it as in "stopped by a failure".
func (i Initiator) String() string {
	return nameOf(i, "a call", "a signal", "a failure", "an end", "its context", "its parent")
}

// A Reason says who began the stop of a service, and why. It is the
// cause that [Soft] gives and what [braid.Cancellation.Reason] gives in the contexts of parts that are stopped.
type Reason struct {
	By     Initiator
	Part   string    // the part that failed or ended; empty if By is another
	Signal os.Signal // if BySignal
	// Err is what the part failed with (a [*braid.PanicError] if it panicked,
	// [braid.ErrGoexit] if it called Goexit), or an error that matches
	// [ErrTooManyRestarts]; what Stop or Kill was given; the cause of the
	// context's death; or nil.
	Err error
	At  time.Time // when it was
}

// Error tells who began the stop and why, on one line. A Reason is an error
// only so that it can be the cause of a cancellation; it is not part of what
// Run returns.
func (r *Reason) Error() string {
	text := "stopped by " + r.By.String()
	switch r.By {
	case BySignal:
		text = "stopped by signal " + r.Signal.String()
	case ByFailure:
		text = "stopped by the failure of " + r.Part
	case ByEnd:
		text = "stopped by the end of " + r.Part
	}
	if r.Err != nil {
		text += ": " + oneLine(r.Err)
	}
	return text
}

// Is makes it match context.Canceled, which is what it is to a part.
func (r *Reason) Is(target error) bool { return target == context.Canceled }
