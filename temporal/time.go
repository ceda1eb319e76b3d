package temporal

import (
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file bounds functions in time, by the workflow's timers, which are
// durable. What the end of a limit means is decided in one place, bounded.

// Timeout calls fn with a context that dies when d has passed, on the caller's
// coroutine, and returns when fn has returned.
//
// If the deadline cut fn short, which is to say that fn returned nothing but
// cancellation, the error is a [*braid.TimeoutError], which matches
// context.DeadlineExceeded. Otherwise it is what fn returned: nil in time or
// late; a real error, with the timeout attached for [braid.TimedOut] if the
// deadline had passed. A cancellation by somebody else is never turned into a
// timeout, and of nested limits whose deadlines have passed the outermost claims
// it.
//
// If d is not positive fn is not called; under a dead ctx neither. [Name] names
// the limit in errors, and a [MovableDeadline] moves its deadline. Timeout panics if ctx or fn is nil.
func Timeout(ctx workflow.Context, d time.Duration, fn func(ctx workflow.Context) error, opts ...ScopeOption) error {
	checkScope("Timeout", ctx, fn == nil)
	_, err := bounded(ctx, d, false, fn, seam.FuncPC(fn), opts)
	return err
}

// MoveOn is [Timeout] that swallows its own deadline: it reports whether the
// deadline passed while fn ran, and returns nil if that cut fn short. All else
// is as for Timeout.
func MoveOn(ctx workflow.Context, d time.Duration, fn func(ctx workflow.Context) error, opts ...ScopeOption) (fired bool, err error) {
	checkScope("MoveOn", ctx, fn == nil)
	fired, err = bounded(ctx, d, false, fn, seam.FuncPC(fn), opts)
	if _, ours := err.(*braid.TimeoutError); ours && fired {
		return true, nil
	}
	return fired, err
}

// Shield calls fn with a context that has the values of ctx but not its
// cancellation or deadline: fn runs to its end although ctx dies, for at most
// grace, counted from now. Cancelling something inside fn works as ever. fn is
// still joined, since it runs on the caller's coroutine.
//
// If the grace cuts fn short the error is a [*braid.TimeoutError]. A grace of
// braid.Forever sets no bound. If grace is not positive fn is not called; a dead
// ctx, on the other hand, is what Shield is for. It panics if ctx or fn is nil.
func Shield(ctx workflow.Context, grace time.Duration, fn func(ctx workflow.Context) error, opts ...ScopeOption) error {
	checkScope("Shield", ctx, fn == nil)
	_, err := bounded(ctx, grace, true, fn, seam.FuncPC(fn), opts)
	return err
}

// Sleep waits until d has passed and returns nil, or until ctx dies and returns
// its cause. Under a dead ctx it does not wait.
func Sleep(ctx workflow.Context, d time.Duration) error {
	if ctx == nil {
		panic("braid: Sleep called with a nil context")
	}
	if ctx.Err() != nil {
		return Cause(ctx)
	}
	if d <= 0 {
		return nil
	}
	if err := workflow.NewTimer(ctx, d).Get(ctx, nil); err != nil {
		if cause := Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	return nil
}

func checkScope(caller string, ctx workflow.Context, nilFunc bool) {
	switch {
	case ctx == nil:
		panic("braid: " + caller + " called with a nil context")
	case nilFunc:
		panic("braid: " + caller + " called with a nil function")
	}
}

// bounded runs fn under a limit of d and says whether the limit's own deadline
// passed meanwhile and is the one to blame.
func bounded(ctx workflow.Context, d time.Duration, sheltered bool, fn func(workflow.Context) error, pc uintptr, opts []ScopeOption) (fired bool, err error) {
	cfg := scopeConfigOf(opts)
	if ctx.Err() != nil && !sheltered {
		return false, Cause(ctx)
	}
	s := &scope{sheltered: sheltered}
	s.open(ctx)
	defer s.end()
	begun := workflow.Now(ctx)
	var stop func()
	if d != braid.Forever {
		s.at = begun.Add(max(d, 0))
	}
	if d > 0 && d != braid.Forever {
		stop = s.arm(d, cfg.name, pc)
	}
	switch {
	case cfg.deadline != nil:
		cfg.deadline.bind(s, cfg.name, pc, stop)
		defer cfg.deadline.unbind()
	case stop != nil:
		defer stop()
	}
	if d <= 0 {
		return true, timeoutError(cfg.name, 0, nil, pc)
	}
	err = fn(s.ctx)
	if cfg.deadline != nil && !s.at.IsZero() {
		d = s.at.Sub(begun)
	}
	passed := s.past()
	if s.ctx.Err() == nil && !passed {
		return false, err
	}
	if c, ok := s.cause.(*braid.Cancellation); s.cause != nil && !(ok && c.Timeout()) || s.cause == nil && !passed {
		return false, err // it died of something else
	}
	if s.claimedAbove(ctx) {
		if rest := s.real(err); rest != nil || err == nil {
			return false, rest
		}
		return false, Cause(ctx)
	}
	if err == nil {
		return true, nil
	}
	if rest := s.real(err); rest != nil {
		return true, seam.NewLateError(rest, timeoutError(cfg.name, d, nil, pc))
	}
	return true, timeoutError(cfg.name, d, err, pc)
}

func timeoutError(name string, after time.Duration, err error, pc uintptr) error {
	return seam.NewTimeoutError(seam.Timeout{Name: name, After: after, Err: err, PC: pc})
}

// arm starts the limit's timer and gives what stops it. Its coroutine ends in
// the same workflow task.
func (s *scope) arm(d time.Duration, name string, pc uintptr) (stop func()) {
	ctx, stop := workflow.WithCancel(s.ctx)
	timer := workflow.NewTimerWithOptions(ctx, d, workflow.TimerOptions{Summary: name})
	cause := s.deadlineCause(name, pc)
	workflow.GoNamed(ctx, "timeout", func(ctx workflow.Context) {
		if timer.Get(ctx, nil) == nil {
			s.kill(cause)
		}
	})
	return stop
}

// claimedAbove reports whether what is above s is dead as well: then the limit
// has nothing to say. A deadline above that has passed counts although its timer
// has not come in yet: that is waited for, so that whoever the error comes to
// next finds its context dead.
func (s *scope) claimedAbove(ctx workflow.Context) bool {
	up := s.above()
	if up == nil {
		return !s.sheltered && ctx.Err() != nil
	}
	for at := up; at != nil; at = at.above() {
		if at.ctx.Err() != nil {
			return true
		}
		if !at.at.IsZero() && !workflow.Now(ctx).Before(at.at) {
			at.ctx.Done().Receive(ctx, nil)
			return true
		}
	}
	return false
}

// real gives what of err is not just the limit's cancellation.
func (s *scope) real(err error) error {
	if err == nil {
		return nil
	}
	return seam.Beside(err, nil, func(node error) bool { return mereCancel(node, true) })
}
