package braid

import "context"

// This file runs one function over the items of a slice. How the items are
// dealt out is in spread.go; sequences are in mapseq.go.

// Map calls fn for each item at once, or for as many at a time as [Limit] says,
// and returns the results in the order of the items. The first failure cancels
// the rest, items that have not started are not called, and the error is as
// for [Run], each failure under the number of its item, from 0, which
// [TaskError.Item] gives. No items give an empty result. It panics if ctx or fn
// is nil.
//
// With [Supervised] a failure does not stop the others, and the results are
// returned beside the error, a failed item's being whatever fn returned with its
// error, or the zero value if it panicked. If ctx dies meanwhile the items that it
// cut short, or of which nothing was begun, are no failures: [GroupError.Cut] tells
// of them, and if nothing has failed besides the error is that of a cancellation.
//
// Functions that take very little time are called one after the other on a few
// goroutines, as a hand-written loop over chunks would; one that takes long, or
// blocks, never keeps other items from being started. Under a Limit the items are
// started in their order, give or take a few: a function must not wait for a
// later item's there, which may have no slot to come. (A function that locks its
// OS thread for good wants [Run] and [OwnGoroutine].)
func Map[T, R any](ctx context.Context, items []T, fn func(ctx context.Context, item T) (R, error), opts ...GroupOption) ([]R, error) {
	checkFunctions("Map", fn == nil)
	results := make([]R, len(items))
	err := deal(ctx, "Map", len(items), funcPC(fn), func(ctx context.Context, i int) (err error) {
		results[i], err = fn(ctx, items[i])
		return err
	}, opts)
	if err != nil && !partial(opts) {
		return nil, err
	}
	return results, err
}

// Each is [Map] without results.
func Each[T any](ctx context.Context, items []T, fn func(ctx context.Context, item T) error, opts ...GroupOption) error {
	checkFunctions("Each", fn == nil)
	return deal(ctx, "Each", len(items), funcPC(fn), func(ctx context.Context, i int) error { return fn(ctx, items[i]) }, opts)
}

// partial reports whether results are wanted although some failed.
func partial(opts []GroupOption) bool {
	for _, o := range opts {
		if o == Supervised {
			return true
		}
	}
	return false
}

// addItems hands the group a task for each of n items, which goes by the item's
// number and the place that pc gives. All have one function, which asks the
// context what its item is: a function for each would have to be made.
func (g *Group) addItems(n int, pc func(i int) uintptr, call func(ctx context.Context, i int) error) {
	fn := goFunc(func(ctx context.Context) error {
		t, _ := current(ctx)
		return call(ctx, t.item()-1)
	})
	g.reserve(n)
	for i := range n {
		// The body's own group is open, so there is no error.
		_ = g.addFunc(fn, pc(i), i+1, nil)
	}
}
