package braid

import "time"

// This file reads from an error what it says about another attempt. Whoever
// returns the error says so; it is transparent otherwise.

// Permanent gives err as one that is not worth another attempt, for [Retry] and
// [Hedge]. It counts wherever in the tree of an attempt's error it is, and with
// every Retry that the error passes through. The text stays that of err, and
// errors.Is and errors.As see through; where the error of an attempt is
// Permanent itself, the error of Retry has err in its place. Permanent(nil) is
// nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanent{err}
}

type permanent struct{ error }

func (e *permanent) Unwrap() error { return e.error }

// RetryAfter gives err as one that says how long to wait before the next
// attempt, as an HTTP server's Retry-After does. The text stays that of err,
// and errors.Is and errors.As see through.
//
// Any error counts that has a method RetryAfter() time.Duration, wherever it is
// in the tree of an attempt's error; of several the longest does. It takes the
// place of the delay that [Retry] would make, and no jitter and no MaxDelay
// changes it: to come sooner would be in vain. If the policy's MaxElapsed does
// not leave that much, Retry gives up at once. The delays after it are what they
// would have been. RetryAfter(nil, d) is nil. It panics if d is negative; one
// that a method gives counts as zero.
func RetryAfter(err error, d time.Duration) error {
	if d < 0 {
		panic("braid: RetryAfter called with a negative duration")
	}
	if err == nil {
		return nil
	}
	return &retryAfter{err, d}
}

type retryAfter struct {
	error
	after time.Duration
}

func (e *retryAfter) Unwrap() error             { return e.error }
func (e *retryAfter) RetryAfter() time.Duration { return e.after }

type retriedAfter interface{ RetryAfter() time.Duration }

// advice is what an error says about another attempt.
type advice struct {
	permanent bool
	waits     bool
	after     time.Duration
}

func adviceOf(err error) (a advice) {
	switch err.(type) {
	case *permanent, *TaskError, retriedAfter,
		interface{ Unwrap() error }, interface{ Unwrap() []error }, interface{ As(any) bool }:
		return adviceIn(err)
	}
	return a // it stands alone and says nothing, as most do
}

func adviceIn(err error) (a advice) {
	partition(err, func(node error) verdict {
		switch n := node.(type) {
		case *permanent:
			a.permanent = true
		case *TaskError:
			a.permanent = a.permanent || n != nil && n.permanent
		default:
			if n, ok := asNode[retriedAfter](node); ok {
				a.waits = true
				a.after = max(a.after, waitOf(n))
			}
		}
		return descend
	})
	return a
}

// waitOf asks a foreign method, which may panic.
func waitOf(e retriedAfter) (d time.Duration) {
	defer func() { _ = recover() }()
	return e.RetryAfter()
}
