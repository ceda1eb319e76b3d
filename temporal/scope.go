package temporal

import (
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file gives workflow.Context what it lacks: a cause and a deadline. A
// scope is a context of ours: a group's, a task's or a time limit's. What is
// kept: a scope that died by itself has a cause, set before its context dies;
// one without died of what is above it.

type scope struct {
	up        *scope // the scope above
	sheltered bool   // what is above does not reach in
	ctx       workflow.Context
	cancel    workflow.CancelFunc
	cause     error     // why it died by itself; nil while it has not
	at        time.Time // its own deadline, or zero

	// What it is part of: a task, or else the body of a group.
	task  *task
	group *Group
}

type scopeKey struct{}

// scopeOf gives the innermost scope that ctx is of, or nil.
func scopeOf(ctx workflow.Context) *scope {
	s, _ := ctx.Value(scopeKey{}).(*scope)
	return s
}

// open makes s a scope below ctx.
func (s *scope) open(ctx workflow.Context) {
	s.up = scopeOf(ctx)
	if s.up != nil && s.task == nil && s.group == nil {
		s.task, s.group = s.up.task, s.up.group
	}
	var inner workflow.Context
	if s.sheltered {
		inner, s.cancel = workflow.NewDisconnectedContext(ctx)
	} else {
		inner, s.cancel = workflow.WithCancel(ctx)
	}
	s.ctx = workflow.WithValue(inner, scopeKey{}, s)
}

// kill ends the scope and all below it; the first cause wins.
func (s *scope) kill(cause error) {
	if s.ctx.Err() != nil {
		return
	}
	s.cause = cause
	s.cancel()
}

// end ends a scope that is over. It is unregistered above even if it was dead.
func (s *scope) end() {
	s.kill(errEnded)
	s.cancel()
}

var errEnded = seam.NewCancellation(seam.Cancellation{Kind: seam.ByEnd})

// above gives the scope whose death is that of s, or nil.
func (s *scope) above() *scope {
	if s.sheltered {
		return nil
	}
	return s.up
}

// Cause tells why ctx is dead, as context.Cause does: who cancelled, and why. It
// is nil while ctx is alive.
//
// For a context of this package it is a [*braid.Cancellation]: that of the task
// that failed, of the deadline that passed, or of whoever called Cancel. It
// matches context.Canceled, or context.DeadlineExceeded, and does not unwrap to
// the failure, which [braid.Cancellation.Reason] gives. If the workflow itself
// was cancelled, it unwraps to what the SDK says.
func Cause(ctx workflow.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	for s := scopeOf(ctx); s != nil && s.ctx.Err() != nil; s = s.above() {
		if s.cause != nil {
			return s.cause
		}
	}
	return seam.NewCancellation(seam.Cancellation{Kind: seam.ByOutside, Cause: ctx.Err(), At: workflow.Now(ctx)})
}

// Deadline gives when ctx will die of a [Timeout], [MoveOn] or [Shield] that it
// is in: the earliest, and false if there is none.
func Deadline(ctx workflow.Context) (at time.Time, ok bool) {
	for s := scopeOf(ctx); s != nil; s = s.above() {
		if !s.at.IsZero() && (!ok || s.at.Before(at)) {
			at, ok = s.at, true
		}
	}
	return at, ok
}

// late reports whether a deadline is among what s died of.
func (s *scope) late() bool {
	for ; s != nil; s = s.above() {
		if c, ok := s.cause.(*braid.Cancellation); ok && c.Timeout() {
			return true
		}
	}
	return false
}

// cancelled gives the cause of a Cancel at the call whose address is pc.
func cancelled(ctx workflow.Context, by string, reason error, pc uintptr) error {
	return seam.NewCancellation(seam.Cancellation{Kind: seam.ByCall, By: by, Reason: reason, At: workflow.Now(ctx), PC: pc})
}

// failed gives the cause of what was cancelled because of a failure.
func failed(ctx workflow.Context, te *braid.TaskError) error {
	return seam.NewCancellation(seam.Cancellation{Kind: seam.ByFailure, Reason: te, At: workflow.Now(ctx)})
}
