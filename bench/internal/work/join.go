package work

import (
	"context"
	"fmt"
)

// This file is a few functions of different types, all of whose values are
// wanted.

type (
	join2Func func(ctx context.Context,
		fa func(context.Context) (int, error), fb func(context.Context) (string, error)) (int, string, error)

	join5Func func(ctx context.Context,
		fa func(context.Context) (int, error), fb func(context.Context) (string, error),
		fc func(context.Context) (float64, error), fd func(context.Context) (bool, error),
		fe func(context.Context) (rune, error)) (int, string, float64, bool, rune, error)
)

const joinAbout = "%s functions of different types that return at once are called, all at the same time, " +
	"and their values returned. If one fails the contexts of the others die, and its error is returned, " +
	"with values of zero, once all have returned."

var join2 = newPattern[join2Func](26, fmt.Sprintf(joinAbout, "Two"),
	row[join2Func]{"join/2", "call", 50_000, 20, func(ctx context.Context, f join2Func, n int) Job {
		var w wrong
		return Job{Do: func() {
			for range n {
				a, b, err := f(ctx, give(1), give("two"))
				if a != 1 || b != "two" || err != nil {
					w.add(fmt.Errorf("got %v, %v, %v", a, b, err))
				}
			}
		}, Check: w.check}
	}},
)

var join5 = newPattern[join5Func](27, fmt.Sprintf(joinAbout, "Five"),
	row[join5Func]{"join/5", "call", 20_000, 20, func(ctx context.Context, f join5Func, n int) Job {
		var w wrong
		return Job{Do: func() {
			for range n {
				a, b, c, d, e, err := f(ctx, give(1), give("two"), give(3.0), give(true), give('5'))
				if a != 1 || b != "two" || c != 3 || !d || e != '5' || err != nil {
					w.add(fmt.Errorf("got %v, %v, %v, %v, %v, %v", a, b, c, d, e, err))
				}
			}
		}, Check: w.check}
	}},
)

// give makes a function that returns v.
func give[T any](v T) func(context.Context) (T, error) {
	return func(context.Context) (T, error) { return v, nil }
}
