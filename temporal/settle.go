package temporal

import (
	"github.com/braid-go/braid"
	"go.temporal.io/sdk/workflow"
)

// This file runs functions that are independent of each other's success.

// Outcome is how one of several functions ended.
type Outcome[T any] = braid.Outcome[T]

// Settle calls all functions at once, or as many at a time as [Limit] says, and
// waits for all of them, whatever becomes of the others; it cancels none. The
// outcomes are in the order of the functions. The error is nil unless ctx died
// and cut some of them short. A panic of a function is an outcome like others.
// It panics if ctx or a function is nil.
//
// For many items and one function, [Map] with [Supervised] does the same.
func Settle[T any](ctx workflow.Context, fns []func(ctx workflow.Context) (T, error), opts ...GroupOption) ([]Outcome[T], error) {
	checkFunctions("Settle", hasNil(fns))
	tasks := make([]*Task[T], len(fns))
	pc := callerPC()
	opts = with(opts, preset{panics: true})
	started := false
	err := run(ctx, "Settle", pc, func(ctx workflow.Context, g *Group) error {
		started = true
		for i, fn := range fns {
			tasks[i] = forked(fn, i)
			_ = g.add(&tasks[i].task) // the body's own group is open
		}
		return nil
	}, opts)
	if started {
		err = nil // the outcomes have every failure, and tell what was cut short
	}
	outcomes := make([]Outcome[T], len(fns))
	for i, t := range tasks {
		if t == nil { // ctx was dead from the start
			unstarted := task{g: newGroup(ctx, "Settle", pc, opts), pc: forked(fns[i], i).task.pc, item: i}
			outcomes[i] = Outcome[T]{Err: unstarted.failedWith(err, true), State: braid.Skipped}
			continue
		}
		v, failure := t.Result()
		outcomes[i] = Outcome[T]{Value: v, Err: failure, State: t.State()}
		if s := t.State(); err == nil && (s == braid.Cancelled || s == braid.Skipped) {
			err = Cause(ctx)
		}
	}
	return outcomes, err
}

// preset makes a group supervised for what a function of this package is,
// whether the user says so too or not.
type preset struct {
	keep   int                                  // how many failures to keep at least
	panics bool                                 // panics are failures like others
	failed func(te *braid.TaskError, ends bool) // told of each failure, and whether it is a panic's
}

func (p preset) applyToGroup(c *groupConfig) {
	c.supervised = true
	c.keep = max(c.keep, p.keep)
	c.failed = p.failed
	c.panicsAsErrors = c.panicsAsErrors || p.panics
}

// with gives opts and one more; the slice given is the caller's and stays as it is.
func with(opts []GroupOption, o GroupOption) []GroupOption {
	return append(opts[:len(opts):len(opts)], o)
}
