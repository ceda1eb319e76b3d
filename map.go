package braid

import "context"

// This file runs one function over many items.

// Map calls fn for each item at once, or for as many at a time as [Limit] says,
// and returns the results in the order of the items. The first failure cancels
// the rest, items that have not started are not called, and the error is as
// for [Run], each failure under the number of its item, from 0. No items give
// an empty result. It panics if ctx or fn is nil.
func Map[T, R any](ctx context.Context, items []T, fn func(ctx context.Context, item T) (R, error), opts ...GroupOption) ([]R, error) {
	checkFunctions("Map", fn == nil)
	results := make([]R, len(items))
	err := run(ctx, "Map", funcPC(fn), func(ctx context.Context, g *Group) error {
		for i := range items {
			g.addItem(i, funcPC(fn), func(ctx context.Context) (err error) {
				results[i], err = fn(ctx, items[i])
				return err
			})
		}
		return nil
	}, opts)
	if err != nil {
		return nil, err
	}
	return results, nil
}

// Each is [Map] without results.
func Each[T any](ctx context.Context, items []T, fn func(ctx context.Context, item T) error, opts ...GroupOption) error {
	checkFunctions("Each", fn == nil)
	return run(ctx, "Each", funcPC(fn), func(ctx context.Context, g *Group) error {
		for i := range items {
			g.addItem(i, funcPC(fn), func(ctx context.Context) error { return fn(ctx, items[i]) })
		}
		return nil
	}, opts)
}

// addItem hands the group the task of item i, which goes by that number.
func (g *Group) addItem(i int, pc uintptr, fn goFunc) {
	// The body's own group is open, so there is no error.
	_ = g.addFunc(fn, pc, i+1, nil)
}

// An Outcome is how one of several functions ended.
type Outcome[T any] struct {
	Value T
	Err   error // a *TaskError, or nil if State is Succeeded
	State State
}

// Settle calls all functions at once and waits for all of them, whatever
// becomes of the others; it cancels none. The outcomes are in the order of the
// functions. The error is nil unless ctx died and cut some of them short. A
// panic of a function is an outcome like others; a Goexit goes on in the caller
// once all have ended. It panics if ctx or a function is nil. It is
// asyncio.gather with return_exceptions.
func Settle[T any](ctx context.Context, fns []func(ctx context.Context) (T, error), opts ...GroupOption) ([]Outcome[T], error) {
	tasks := make([]*Task[T], len(fns))
	for _, fn := range fns {
		checkFunctions("Settle", fn == nil)
	}
	started := false
	err := run(ctx, "Settle", callerPC(), func(ctx context.Context, g *Group) error {
		started = true
		for i, fn := range fns {
			tasks[i] = Fork(g, fn)
		}
		return nil
	}, append([]GroupOption{Supervised, PanicsAsErrors}, opts...))
	if started {
		err = nil // the outcomes have every failure, and tell what was cut short
	}
	outcomes := make([]Outcome[T], len(fns))
	for i, t := range tasks {
		if t == nil { // ctx was dead from the start
			outcomes[i] = Outcome[T]{Err: err, State: Skipped}
			continue
		}
		v, failure := t.Result()
		outcomes[i] = Outcome[T]{v, failure, t.State()}
		if s := outcomes[i].State; err == nil && (s == Cancelled || s == Skipped) {
			err = outside(ctx)
		}
	}
	return outcomes, err
}
