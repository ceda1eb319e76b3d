package work

import (
	"context"
	"fmt"
	"iter"
)

// This file is a pipeline that lets some items through.

type (
	keepFunc   = func(ctx context.Context, item int) (bool, error)
	filterFunc func(ctx context.Context, seq iter.Seq[int], keep keepFunc, yield func(item int) bool) error
)

var filtering = newPattern[filterFunc](101,
	fmt.Sprintf(streamAbout, "every second item, which the function has picked, in their order"),
	row[filterFunc]{"stream/filter", "item", 1_000_000, 3000, func(ctx context.Context, f filterFunc, n int) Job {
		var w wrong
		return Job{Do: func() {
			u := usesInOrder(&w, func(i int) int { return 2 * i })
			u.ended(f(ctx, upTo(n), keepEven(costing(cost100ns)), u.use), (n+1)/2)
		}, Check: w.check}
	}},
)

func keepEven(fn itemFunc) keepFunc {
	return func(ctx context.Context, item int) (bool, error) {
		_, err := fn(ctx, item)
		return item%2 == 0, err
	}
}

// A verdict is an item, and whether it is kept.
type verdict struct {
	item int
	keep bool
}

// filterBy filters with a pipeline that keeps the order.
func filterBy(ordered func(context.Context, iter.Seq[int], func(context.Context, int) (verdict, error), func(verdict) bool) error) filterFunc {
	return func(ctx context.Context, seq iter.Seq[int], keep keepFunc, yield func(int) bool) error {
		return ordered(ctx, seq, func(ctx context.Context, item int) (verdict, error) {
			ok, err := keep(ctx, item)
			return verdict{item, ok}, err
		}, func(v verdict) bool { return !v.keep || yield(v.item) })
	}
}
