package braid

import (
	"context"
	"math"
	"slices"
)

// This file runs functions that are independent of each other's success.

// An Outcome is how one of several functions ended.
type Outcome[T any] struct {
	Value T
	Err   error // a *TaskError, or nil if State is Succeeded
	State State
}

// Settle calls all functions at once, or as many at a time as [Limit] says, and
// waits for all of them, whatever becomes of the others; it cancels none. The
// outcomes are in the order of the functions. The error is nil unless ctx died
// and cut some of them short, or something failed that is none of theirs, such as
// a function handed to [AfterFunc]. A panic of a function is an outcome like others,
// but for [CrashOnPanic]; a Goexit goes on in the caller once all have ended. It
// panics if ctx or a function is nil. It is asyncio.gather with
// return_exceptions.
//
// For many items and one function there is [Map] with [Supervised]: its error has
// the failures, and tells by [GroupError.Cut] if some items were not done at all.
func Settle[T any](ctx context.Context, fns []func(ctx context.Context) (T, error), opts ...GroupOption) ([]Outcome[T], error) {
	checkFunctions("Settle", hasNil(fns))
	tasks := make([]Task[T], len(fns))
	started := false
	pc := callerPC()
	err := run(ctx, "Settle", pc, func(ctx context.Context, g *Group) error {
		started = true
		for i, fn := range fns {
			t := &tasks[i]
			t.fn = fn
			t.task.g, t.task.run, t.task.pc, t.task.num = g, t, funcPC(fn), uint64(i+1)
			_ = g.add(&t.task) // the body's own group is open
		}
		return nil
	}, with(opts, preset{panics: true}))
	if started {
		err = besideItems(err) // the outcomes have all others, and tell what was cut short
	}
	outcomes := make([]Outcome[T], len(fns))
	for i := range outcomes {
		if !started { // ctx was dead from the start
			unstarted := task{g: newGroup(ctx, "Settle", pc, opts), pc: funcPC(fns[i]), num: uint64(i + 1)}
			te := &TaskError{Err: err, AfterCancel: true}
			unstarted.stamp(te)
			outcomes[i] = Outcome[T]{Err: te, State: Skipped}
			continue
		}
		t := &tasks[i]
		v, failure := t.Result()
		outcomes[i] = Outcome[T]{v, failure, t.State()}
		if s := outcomes[i].State; err == nil && (s == Cancelled || s == Skipped) {
			err = outside(ctx)
		}
	}
	return outcomes, err
}

// besideItems gives the failures of a group that are of none of its items: of a
// handler, or of what was left open.
func besideItems(err error) error {
	ge, ok := err.(*GroupError)
	if !ok {
		return nil
	}
	rest := slices.DeleteFunc(slices.Clone(ge.errs), func(err error) bool {
		te, ok := err.(*TaskError)
		return ok && te.item > 0
	})
	if len(rest) == 0 {
		return nil
	}
	primary := ge.primary
	if !slices.Contains(rest, error(primary)) {
		primary, _ = rest[0].(*TaskError)
	}
	return &GroupError{errs: rest, primary: primary, in: ge.in, dropped: ge.dropped, cut: ge.cut}
}

// preset makes a group supervised for what a function of this package is,
// whether the user says so too or not. It keeps all failures.
type preset struct {
	panics bool                           // panics are failures like others
	failed func(te *TaskError, ends bool) // told of each failure, and whether it is one that is raised
}

func (p preset) applyToGroup(c *groupConfig) {
	c.supervised = true
	c.keep = math.MaxInt
	c.failed = p.failed
	c.panicsAsErrors = c.panicsAsErrors || p.panics && !c.crashOnPanic
}

// with gives opts and one more; the slice given is the caller's and stays as it is.
func with(opts []GroupOption, o GroupOption) []GroupOption {
	return append(opts[:len(opts):len(opts)], o)
}
