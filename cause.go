package braid

import (
	"context"
	"strings"
	"time"
)

// errScopeEnded is the cause in the context of a task, group or time limit
// that has simply ended.
var errScopeEnded = &Cancellation{kind: byEnd}

// errServedEnded is the cause in the context of a group whose body and ordinary
// tasks have ended: its background tasks are cancelled.
var errServedEnded = &Cancellation{kind: byEnd}

// cancelKind says what ended a context.
type cancelKind uint8

const (
	byCall     cancelKind = iota // Cancel or CancelCause
	byFailure                    // a task or the body failed
	byDeadline                   // a scope's deadline
	byEnd                        // the task, group or scope is over
	byOutside                    // a context above, not one of ours
)

// A Cancellation says why a context of this package is dead. It is what
// [context.Cause] gives there, and what a call returns that was cut short by
// a cancellation from outside.
//
// It matches context.Canceled, or context.DeadlineExceeded for a deadline. It
// does not unwrap to the failure that led to it: net/http and others return
// the cause as their own error, and one task would then be reported as having
// failed with the error of another. [Cancellation.Reason] gives the failure.
// Only a cause that came from outside the package is matched as well.
type Cancellation struct {
	kind   cancelKind
	by     string // path of the task, group or scope
	reason error  // the failure, or what CancelCause was given
	cause  error  // from outside; matched
	at     time.Time
	pc     uintptr
	site   *Site // as in a TaskError
	of     *task // the task that was cancelled on its own, or nil
}

// Reason gives what led to the cancellation: the *TaskError of the task that
// failed, or the error given to CancelCause. It is nil if there is none.
func (c *Cancellation) Reason() error { return c.reason }

// By gives the path of the task or group that failed or was cancelled, or the
// name of the scope whose deadline passed.
func (c *Cancellation) By() string {
	if te, ok := c.reason.(*TaskError); ok && c.kind == byFailure {
		return te.Path()
	}
	return c.by
}

// At tells when it happened. It is zero where nobody looked at the clock: for
// a context whose task or group had simply ended.
func (c *Cancellation) At() time.Time { return c.at }

// Site tells where Cancel was called, or where the function of the task that
// failed or of the scope that timed out stands.
func (c *Cancellation) Site() Site {
	if te, ok := c.reason.(*TaskError); ok && c.kind == byFailure {
		return te.Spawned()
	}
	return siteOr(c.site, c.pc)
}

// Timeout reports whether a deadline was the cause, as net.Error has it.
func (c *Cancellation) Timeout() bool {
	if c == nil {
		return false
	}
	if c.kind == byOutside { // what was cancelled because of a timeout was cancelled
		_, late := c.cause.(*timedOutCause)
		return late
	}
	return c.kind == byDeadline
}

// Is makes the cancellation match context.Canceled or context.DeadlineExceeded.
func (c *Cancellation) Is(target error) bool {
	if c == nil {
		return false
	}
	if c.Timeout() {
		return target == context.DeadlineExceeded
	}
	return target == context.Canceled
}

// Unwrap gives the cause that came from outside the package, if one did.
func (c *Cancellation) Unwrap() error {
	if c == nil {
		return nil
	}
	return c.cause
}

// Error tells who cancelled and why, on one line.
func (c *Cancellation) Error() string {
	if c == nil {
		return "<nil>"
	}
	text := c.text()
	if strings.Contains(text, "\n") {
		text = onOneLine(text)
	}
	return text
}

func (c *Cancellation) text() string {
	by := ""
	if c.by != "" {
		by = " " + c.by
	}
	switch c.kind {
	case byFailure:
		return "context canceled: " + c.reason.Error()
	case byDeadline:
		if by != "" {
			by = ":" + by
		}
		return "context deadline exceeded" + by
	case byEnd:
		return "context canceled: its task or group has ended"
	case byOutside:
		text := "context canceled"
		if c.Timeout() {
			text = "context deadline exceeded"
		}
		return text + ": " + c.cause.Error()
	default:
		text := "context canceled: Cancel was called"
		if by != "" {
			text = "context canceled:" + by + " was cancelled"
		}
		if site := c.Site(); site.File != "" {
			text += " at " + site.String()
		}
		if c.reason != nil {
			text += ": " + c.reason.Error()
		}
		return text
	}
}

// outside gives the one plain error for what the death of ctx cut short: the
// cause, wrapped if need be so that it matches ctx.Err() too, or, where that is
// a word of a foreign context's own, context.Canceled.
func outside(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == nil || err == nil {
		return cause
	}
	if err != context.DeadlineExceeded {
		err = context.Canceled
	}
	if c, ok := cause.(*Cancellation); ok && c != nil && c.Is(err) { // most are; looking through its tree takes longer
		return c
	}
	switch cause.(type) {
	case *GroupError, *TaskError, *PanicError: // of a group elsewhere: not to be taken for a failure here
	default:
		if matches(cause, err) {
			return cause
		}
	}
	if err == context.DeadlineExceeded {
		cause = &timedOutCause{cause}
	}
	return &Cancellation{kind: byOutside, cause: cause, at: time.Now()}
}

// matches is errors.Is for causes that others made, whose methods may panic or
// lead in a circle.
func matches(cause, target error) bool {
	matched, _ := partition(cause, Is(target).judge)
	return matched != nil
}

// timedOutCause makes a foreign cause of a deadline match DeadlineExceeded.
type timedOutCause struct{ error }

func (e *timedOutCause) Unwrap() error        { return e.error }
func (e *timedOutCause) Is(target error) bool { return target == context.DeadlineExceeded }
