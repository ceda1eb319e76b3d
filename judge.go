package braid

import (
	"context"
	"errors"
)

// This file tells failures from cancellation, and new failures from those that
// the group knows already.

// judge splits what a task or body returned into what is mere cancellation and
// the rest. If it is a failure that the group has recorded already, as
// task.Wait gives it, that is known.
func (g *Group) judge(err error, ctx context.Context) (rest error, known *TaskError, dead bool) {
	if err == context.Canceled && g.flags.Load()&wasNoticed != 0 { // most often, and quicker than asking ctx
		return nil, nil, true
	}
	return g.judgeIn(err, ctx)
}

func (g *Group) judgeIn(err error, ctx context.Context) (rest error, known *TaskError, dead bool) {
	if te := g.recorded(err); te != nil {
		return nil, te, false
	}
	if err, known = g.withoutRecorded(err); err == nil {
		return nil, known, false
	}
	known = nil // what is left is new
	died := ctx.Err()
	if died == nil {
		return err, nil, false
	}
	if equal(err, died) {
		return nil, nil, true
	}
	cause := context.Cause(ctx)
	byDeadline := died == context.DeadlineExceeded || g.parent.Err() == context.DeadlineExceeded
	return beside(err, cause, func(node error) bool {
		return Is(context.Canceled)(node) ||
			byDeadline && Is(context.DeadlineExceeded)(node) ||
			g.cfg.noise != nil && g.cfg.noise(node)
	}), nil, true
}

// beside gives what of err is more than a cancellation whose cause is given
// (nil for none in particular): cancellations of ours are none, nor is a leaf
// that is called one.
func beside(err, cause error, called func(node error) bool) error {
	judge := func(node error) verdict {
		if cause != nil && identical(node, cause) { // which may be the error of a group elsewhere
			return take
		}
		switch node.(type) {
		case *Cancellation:
			return take
		case *TimeoutError, *PanicError:
			return keep
		case *TaskError, *GroupError:
			return descend
		}
		if called(node) {
			return take
		}
		return descend
	}
	taken, rest := partition(err, judge)
	if taken != nil { // of a group whose failures were taken there is left what had cut it short, if that is all
		_, rest = partition(rest, judge)
	}
	return rest
}

// recorded gives err as the failure of this group that it is, or nil.
func (g *Group) recorded(err error) *TaskError {
	te, ok := err.(*TaskError)
	if !ok || te == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if te.recorded && g.more != nil && te.in == g.more.info {
		return te
	}
	return nil
}

// withoutRecorded drops from what errors.Join made the failures that the group
// has recorded already. Any other wrapper says something new.
func (g *Group) withoutRecorded(err error) (rest error, known *TaskError) {
	if !isJoined(err) {
		return err, nil
	}
	var kept []error
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		if te := g.recorded(e); te != nil {
			known = te
		} else {
			kept = append(kept, e)
		}
	}
	if known == nil {
		return err, nil
	}
	return join(kept...), known
}

// join is errors.Join that leaves a single error as it is.
func join(errs ...error) error {
	var one error
	n := 0
	for _, err := range errs {
		if err != nil {
			one = err
			n++
		}
	}
	if n < 2 {
		return one
	}
	return errors.Join(errs...)
}
