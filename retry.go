package braid

import (
	"context"
	"strconv"
	"time"
)

// This file calls a function again after an error.

// A Policy says how [Retry] goes about it. It is a plain value; one serves any
// number of calls. The zero Policy makes three attempts without a pause.
type Policy struct {
	Attempts int           // how often at most, the first included; 0 means 3
	Delay    time.Duration // before the second attempt
	Factor   float64       // each delay is the last one times Factor; 0 means 1, a constant delay
	MaxDelay time.Duration // no delay is longer; 0 means no bound
	Timeout  time.Duration // of each attempt; 0 means none
	// If tells whether an error is worth another attempt; nil means all are.
	If func(error) bool
}

// Retry calls fn until it succeeds and returns its value. It sleeps between
// attempts only, and gives up after the last attempt, at an error that the
// policy's If refuses, or when ctx dies; the error then is a [*GroupError] that
// has the error of every attempt, under its number and the path of the task
// that called Retry, and the cause if ctx died. A panic is not
// retried. Under a dead ctx fn is not called and the error is the cause. It
// panics if ctx or fn is nil or the policy makes no sense.
func Retry[T any](ctx context.Context, p Policy, fn func(ctx context.Context) (T, error)) (T, error) {
	checkScope("Retry", ctx, fn == nil)
	p.check()
	var v, zero T
	var errs []error
	var in *groupInfo
	delay := p.capped(float64(p.Delay))
	for attempt := 1; ctx.Err() == nil; attempt++ {
		err := p.attempt(ctx, func(ctx context.Context) (err error) {
			v, err = fn(ctx)
			return err
		})
		if err == nil {
			return v, nil
		}
		if in == nil {
			in = infoBelow(ctx, funcPC(fn))
		}
		errs = append(errs, &TaskError{Err: err, AfterCancel: ctx.Err() != nil, in: in, name: "attempt " + strconv.Itoa(attempt), pc: funcPC(fn)})
		if attempt == p.attempts() || p.If != nil && !p.If(err) {
			break
		}
		if delay > 0 && Sleep(ctx, delay) != nil {
			break
		}
		delay = p.after(delay)
	}
	if ctx.Err() != nil {
		if len(errs) == 0 {
			return zero, outside(ctx)
		}
		errs = append(errs, outside(ctx))
	}
	g := &GroupError{errs: errs, in: in}
	g.primary, _ = errs[0].(*TaskError)
	return zero, g
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

func (p *Policy) attempt(ctx context.Context, fn func(context.Context) error) error {
	if p.Timeout == 0 {
		return fn(ctx)
	}
	return Timeout(ctx, p.Timeout, fn)
}

// after gives the delay that follows one of d.
func (p *Policy) after(d time.Duration) time.Duration {
	if p.Factor == 0 {
		return d
	}
	return p.capped(float64(d) * p.Factor)
}

// capped is computed in floats: what is too long for a Duration would come out
// as negative, which is no pause at all.
func (p *Policy) capped(d float64) time.Duration {
	most := Forever
	if p.MaxDelay > 0 {
		most = p.MaxDelay
	}
	if d < float64(most) {
		return time.Duration(d)
	}
	return most
}

func (p *Policy) attempts() int {
	if p.Attempts == 0 {
		return 3
	}
	return p.Attempts
}

func (p *Policy) check() {
	var wrong string
	switch {
	case p.Attempts < 0:
		wrong = "Attempts"
	case p.Delay < 0:
		wrong = "Delay"
	case !(p.Factor >= 0): // NaN too
		wrong = "Factor"
	case p.MaxDelay < 0:
		wrong = "MaxDelay"
	case p.Timeout < 0:
		wrong = "Timeout"
	default:
		return
	}
	panic("braid: Retry called with a Policy whose " + wrong + " is below zero")
}
