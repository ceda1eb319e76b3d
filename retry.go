package braid

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// This file calls a function again after an error. What is kept: the first
// attempt costs what the call costs, and one that succeeds leaves nothing
// behind; errors are put together only when it gives up. The delays are worked
// out in backoff.go, advice.go reads what an error says about another attempt.

// Retry calls fn until it succeeds and returns its value, however late. It
// blocks while an attempt runs, and between two for the policy's delay.
//
// It gives up after the last attempt, at an error that is not worth another
// (see [Permanent] and the policy's If), when the policy's time or [Budget] is
// used up, and at once when ctx dies. The error then is a [*GroupError]. It has
// the error of each attempt under its number and the path of the task that
// called Retry; of more than [DefaultKeep] it keeps the first ones and the last,
// and counts the others. [ErrBudget] is among them if it was the budget, and the
// cause if ctx died. What an attempt returned only because ctx had died is no
// failure; if there is no other, the error is the cause alone. (A [Timeout]
// around Retry keeps the attempts' errors, which are real ones, and [TimedOut]
// tells that it was the timeout.)
//
// A panic and a [runtime.Goexit] of fn are not retried: they go on. Under a dead
// ctx fn is not called and the error is the cause. The context of an attempt
// is ctx itself or one below it; [AttemptNumber] tells them apart. Retry panics
// if ctx or fn is nil or the policy makes no sense.
func Retry[T any](ctx context.Context, p Policy, fn func(ctx context.Context) (T, error)) (T, error) {
	checkScope("Retry", ctx, fn == nil)
	if p.senseless() {
		p.refuse()
	}
	var err error
	if p.plain() && unnumbered(ctx) && ctx.Err() == nil {
		var v T
		if v, err = fn(ctx); err == nil {
			p.Budget.gain()
			return v, nil
		}
	}
	return retry(ctx, &p, fn, err)
}

// retry goes on after a first attempt that failed with err, or begins with the
// first if that is nil.
func retry[T any](ctx context.Context, p *Policy, fn func(context.Context) (T, error), err error) (T, error) {
	r := retrial{ctx: ctx}
	defer r.end()
	if err != nil {
		r.number = 1
	}
	for err == nil || r.again(p, err) {
		c := r.begin(p)
		if c == nil {
			break
		}
		var v T
		if p.Timeout == 0 {
			v, err = fn(c)
		} else {
			_, err = bounded(c, p.Timeout, func(ctx context.Context) (err error) {
				v, err = fn(ctx)
				return err
			}, funcPC(fn), false, nil)
		}
		if err == nil {
			p.Budget.gain()
			return v, nil
		}
	}
	var zero T
	return zero, r.failed(funcPC(fn))
}

// A retrial is one call of Retry that needs more than a call of its function.
// Its methods are given the policy, which would move to the heap if it were here.
type retrial struct {
	ctx    context.Context
	number int // of the attempt under way, or the last one
	delays backoff
	own    *numbered // the context of all attempts but a first that needs none

	begun   time.Time // the first attempt; zero if nobody asked for the time
	latest  time.Time // the last attempt
	few     [3]error  // of the first attempts that failed
	more    []error   // of the others
	kept    int
	died    bool // ctx had, when the last attempt returned
	refused bool // by the budget
}

// begin waits until the next attempt may start and gives its context, or nil if
// there is to be none.
func (r *retrial) begin(p *Policy) context.Context {
	if r.ctx.Err() != nil {
		return nil
	}
	if p.Rate != nil {
		if err := p.Rate.Wait(r.ctx); err != nil {
			if r.ctx.Err() == nil {
				r.number++
				r.keep(err)
			}
			return nil
		}
		if r.ctx.Err() != nil {
			return nil
		}
	}
	if p.MaxElapsed > 0 || p.Observe != nil {
		r.latest = time.Now()
		if r.begun.IsZero() {
			r.begun = r.latest
		} else if !r.inTime(p, r.latest) { // it was Rate that took so long
			return nil
		}
	}
	r.number++
	switch {
	case r.own != nil:
		r.own.number.Store(int64(r.number))
	case r.number == 1 && unnumbered(r.ctx):
		return r.ctx
	default:
		r.own = number(r.ctx, r.number)
	}
	return r.own
}

func (r *retrial) end() {
	if r.own != nil {
		r.own.end()
	}
}

// inTime says whether an attempt may still start then.
func (r *retrial) inTime(p *Policy, then time.Time) bool {
	return p.MaxElapsed == 0 || then.Sub(r.begun) <= p.MaxElapsed
}

// again keeps the error of an attempt and waits for the delay before the next
// one. It says whether there is to be one.
func (r *retrial) again(p *Policy, err error) bool {
	r.keep(err)
	r.died = r.ctx.Err() != nil
	delay, more, granted := time.Duration(0), false, true
	if !r.died && r.worth(p, err, &delay) {
		more = r.number < p.attempts()
		granted = p.Budget == nil || p.Budget.spend()
	}
	if p.MaxElapsed > 0 || p.Observe != nil {
		now := time.Now()
		more = more && r.inTime(p, now.Add(delay))
		if p.Observe != nil {
			a := Attempt{Number: r.number, Err: err, Took: now.Sub(r.latest), Last: !more || !granted}
			if !a.Last {
				a.Delay = delay
			}
			if said, ok := err.(*permanent); ok {
				a.Err = said.error
			}
			p.Observe(a)
		}
	}
	r.refused = more && !granted
	return more && granted && (delay <= 0 || Sleep(r.ctx, delay) == nil)
}

// worth says whether there might be another attempt, but for the budget, and
// after which delay. The budget counts each failure of that kind, also that of a
// last attempt.
func (r *retrial) worth(p *Policy, err error, delay *time.Duration) bool {
	if p.Budget == nil && r.number >= p.attempts() {
		return false
	}
	says := adviceOf(err)
	if says.permanent || p.If != nil && !p.If(err) {
		return false
	}
	*delay = r.delays.next(p)
	if says.waits {
		*delay = says.after
	}
	return true
}

// keep keeps the error of an attempt. Of many, only the last of those that do
// not fit is wanted.
func (r *retrial) keep(err error) {
	switch r.kept++; {
	case r.kept <= len(r.few):
		r.few[r.kept-1] = err
	case r.kept <= DefaultKeep:
		r.more = append(r.more, err)
	default:
		r.more[len(r.more)-1] = err
	}
}

// failed gives what Retry returns when it gives up.
func (r *retrial) failed(pc uintptr) error {
	n := min(r.kept, DefaultKeep)
	e := &GroupError{errs: make([]error, 0, n+1), in: infoBelow(r.ctx, pc), dropped: r.kept - n}
	dead := r.ctx.Err() != nil
	for i := range n {
		te := &TaskError{in: e.in, pc: pc, attempt: true}
		if i < len(r.few) {
			te.Err = r.few[i]
		} else {
			te.Err = r.more[i-len(r.few)]
		}
		number := i + 1
		if i == n-1 {
			number = r.number
			if r.died {
				if te.Err, te.AfterCancel = uncancelled(r.ctx, te.Err), true; te.Err == nil {
					break
				}
			}
		}
		if said, ok := te.Err.(*permanent); ok {
			te.Err, te.permanent = said.error, true
		}
		te.name = "attempt " + strconv.Itoa(number)
		if e.errs = append(e.errs, te); i == 0 {
			e.primary = te
		}
	}
	switch {
	case dead && len(e.errs) == 0:
		return outside(r.ctx)
	case dead:
		e.errs = append(e.errs, outside(r.ctx))
	case r.refused:
		e.errs = append(e.errs, ErrBudget)
	}
	return e
}

// uncancelled gives what of err is more than the death of ctx.
func uncancelled(ctx context.Context, err error) error {
	byDeadline := errors.Is(ctx.Err(), context.DeadlineExceeded)
	return beside(err, context.Cause(ctx), func(node error) bool {
		return Is(context.Canceled)(node) || byDeadline && Is(context.DeadlineExceeded)(node)
	})
}

// infoBelow gives what errors keep of a group without a name that is run by
// the task or body that ctx belongs to.
func infoBelow(ctx context.Context, pc uintptr) *groupInfo {
	in := &groupInfo{pc: pc}
	t, g := current(ctx)
	switch {
	case t != nil:
		in.up, in.task = t.g.info(), t.name()
	case g != nil:
		in.up = g.info()
	}
	return in
}
