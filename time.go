package braid

import (
	"context"
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file bounds functions in time. What the end of a limit means is decided
// in one place, bounded; the context of a limit is in timelimit.go.

// Timeout calls fn with a context that dies when d has passed, on the caller's
// goroutine, and returns when fn has returned.
//
// If the deadline cut fn short, which is to say that fn returned nothing but
// cancellation, the error is a [*TimeoutError], which matches
// context.DeadlineExceeded. Otherwise it is what fn returned: nil in time or
// late; a real error, with the timeout attached for [TimedOut] if the deadline
// had passed. A cancellation by somebody else is never turned into a timeout,
// and of nested limits whose deadlines have passed the outermost claims it.
//
// If d is not positive fn is not called; under a dead ctx neither. A *Deadline
// among the options makes the deadline movable, [Name] names it in errors.
// Timeout panics if ctx or fn is nil.
func Timeout(ctx context.Context, d time.Duration, fn func(ctx context.Context) error, opts ...ScopeOption) error {
	checkScope("Timeout", ctx, fn == nil)
	_, err := bounded(ctx, d, fn, funcPC(fn), false, opts)
	return err
}

// MoveOn is [Timeout] that swallows its own deadline: it reports whether the
// deadline passed while fn ran, and returns nil if that cut fn short. All else
// is as for Timeout. It is Trio's move_on_after.
func MoveOn(ctx context.Context, d time.Duration, fn func(ctx context.Context) error, opts ...ScopeOption) (fired bool, err error) {
	checkScope("MoveOn", ctx, fn == nil)
	fired, err = bounded(ctx, d, fn, funcPC(fn), true, opts)
	if _, ours := err.(*TimeoutError); ours && fired {
		return true, nil
	}
	return fired, err
}

// Reserve calls fn with a deadline that is d before that of ctx, so that d is
// left for what has to come after (cleanup, a fallback, an answer). It returns
// as [Timeout] does. If ctx has no deadline, fn simply runs; if no more than d
// is left of it, fn is not called. Reserve panics if d is negative.
func Reserve(ctx context.Context, d time.Duration, fn func(ctx context.Context) error, opts ...ScopeOption) error {
	checkScope("Reserve", ctx, fn == nil)
	if d < 0 {
		panic("braid: Reserve called with a negative duration")
	}
	left := Forever
	if at, ok := ctx.Deadline(); ok {
		if left = time.Until(at); left > 0 {
			left -= d
		}
	}
	_, err := bounded(ctx, left, fn, funcPC(fn), false, opts)
	return err
}

// Shield calls fn with a context that has the values of ctx but not its
// cancellation or deadline: fn runs to its end although ctx dies, for at most
// grace, counted from now. Cancelling something inside fn works as ever. fn is
// still joined, since it runs on the caller's goroutine.
//
// If the grace cuts fn short the error is a [*TimeoutError]. A grace of
// [Forever] sets no bound. If grace is not positive fn is not called; a dead
// ctx, on the other hand, is what Shield is for. It panics if ctx or fn is nil.
func Shield(ctx context.Context, grace time.Duration, fn func(ctx context.Context) error, opts ...ScopeOption) error {
	checkScope("Shield", ctx, fn == nil)
	_, err := bounded(context.WithoutCancel(ctx), grace, fn, funcPC(fn), false, opts)
	return err
}

// Sleep waits until d has passed and returns nil, or until ctx dies and returns
// its cause. Under a dead ctx it does not wait.
func Sleep(ctx context.Context, d time.Duration) error {
	if ctx == nil {
		panic("braid: Sleep called with a nil context")
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if d <= 0 {
		return nil
	}
	defer nap(ctx, d)()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		if by := steering(ctx); by != nil {
			by.Pass(seam.Step{Moment: seam.Woken})
		}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// TimedOut gives the timeout that cut short what err is the error of, or that
// fired before a real error came. It is false if no deadline of this package's
// had a part in it.
func TimedOut(err error) (*TimeoutError, bool) {
	var te *TimeoutError
	partition(err, func(node error) verdict {
		switch late, ok := node.(*lateError); {
		case te != nil:
		case ok:
			te = late.timeout
		default:
			te, _ = asNode[*TimeoutError](node)
		}
		if te != nil {
			return keep
		}
		return descend
	})
	return te, te != nil
}

func checkScope(caller string, ctx context.Context, nilFunc bool) {
	switch {
	case ctx == nil:
		panic("braid: " + caller + " called with a nil context")
	case nilFunc:
		panic("braid: " + caller + " called with a nil function")
	}
}

// bounded runs fn under a limit of d and says whether the limit's own deadline
// passed meanwhile and is the one to blame; of a success only if asked. The pc is
// that of the function that the caller was given.
func bounded(ctx context.Context, d time.Duration, fn func(context.Context) error, pc uintptr, asked bool, opts []ScopeOption) (fired bool, err error) {
	cfg := scopeConfigOf(opts)
	if ctx.Err() != nil {
		return false, outside(ctx)
	}
	started := time.Now()
	s := &timeLimit{parent: bare(ctx), move: cfg.deadline, name: cfg.name, pc: pc}
	if d != Forever {
		s.at = started.Add(d)
	}
	if s.move != nil {
		s.move.bind(s)
		defer s.move.unbind()
	}
	defer s.end(Succeeded)
	if d <= 0 {
		s.noteDeadline()
		return true, s.timedOut(0)
	}
	var inside context.Context = s
	if by := steering(ctx); by != nil {
		inside = by.Inside(s)
	}
	err = fn(inside)
	if err == nil && !asked && s.move == nil {
		return false, nil
	}
	// A standard timer may be late, so the clock counts as well. Where there is
	// none Err has looked at it.
	if s.Err() == nil && (s.std.Load() == nil || !s.expired()) {
		return false, err
	}
	s.noteDeadline()
	if err == nil {
		return asked && s.expired(), nil
	}
	if cause := context.Cause(s); cause != nil && cause != s.diesOf() {
		return false, err
	}
	if outer, claimed := s.claimedOutside(); claimed {
		if rest := s.real(err); rest != nil {
			return false, rest
		}
		if outer != nil {
			return false, outer
		}
		return false, err
	}
	te := s.timedOut(d)
	if s.move != nil {
		te.After = s.deadline().Sub(started)
	}
	if rest := s.real(err); rest != nil {
		return true, &lateError{rest, te}
	}
	te.Err = err
	return true, te
}

func (s *timeLimit) timedOut(after time.Duration) *TimeoutError {
	return &TimeoutError{Name: s.name, After: after, pc: s.pc}
}

// noteDeadline lets the handle know if the deadline has passed by now, also
// if it is not what the limit died of.
func (s *timeLimit) noteDeadline() {
	if s.move != nil {
		_ = s.move.Expired()
	}
}

// lateTimer bounds the wait for a timer that is due. Only a context whose Done
// does not keep what its Deadline promises makes anybody wait that long.
const lateTimer = 100 * time.Millisecond

// claimedOutside reports whether ctx is dead as well: then the limit has
// nothing to say. A standard deadline that has passed counts, although its
// timer may be late: that is waited for, so that whoever the error comes to
// next, a task's end for one, finds its context dead.
func (s *timeLimit) claimedOutside() (error, bool) {
	if s.parent.Err() != nil {
		return outside(s.parent), true
	}
	at, ok := s.parent.Deadline()
	if !ok || time.Now().Before(at) {
		return nil, false
	}
	late := time.NewTimer(lateTimer)
	defer late.Stop()
	select {
	case <-s.parent.Done():
		return outside(s.parent), true
	case <-late.C:
		return nil, true
	}
}

// real gives what of err is not just the limit's cancellation.
func (s *timeLimit) real(err error) error {
	return beside(err, nil, func(node error) bool {
		return Is(context.DeadlineExceeded)(node) || Is(context.Canceled)(node)
	})
}

// lateError is a real error of a function whose deadline had passed.
type lateError struct {
	error
	timeout *TimeoutError
}

func (e *lateError) Error() string { return e.error.Error() + " (after " + e.timeout.Error() + ")" }

func (e *lateError) Unwrap() error { return e.error }

// As gives the timeout to errors.As. The matcher [As] does not ask: a clause for
// timeouts would take the real error.
func (e *lateError) As(target any) bool {
	t, ok := target.(**TimeoutError)
	if ok {
		*t = e.timeout
	}
	return ok
}

// A timeLimit is its own context.
