package work

import (
	"context"
	"fmt"
)

// This file is "all of these functions, or an error".

type allFunc func(ctx context.Context, fns []callFunc) ([]int, error)

var all = newPattern[allFunc](30,
	"A hundred functions that return at once a value of their own are called, all at the same time. "+
		"The values come in the order of the functions. If one fails the contexts of the others die, "+
		"and its error is returned once all have returned.",
	row[allFunc]{"all/100", "call", 2_000, 3, func(ctx context.Context, f allFunc, n int) Job {
		var w wrong
		fns := numbered(100)
		return Job{Do: func() {
			for range n {
				values, err := f(ctx, fns)
				if err != nil || len(values) != len(fns) || values[0] != 0 || values[99] != 99 {
					w.add(fmt.Errorf("got %v and %v", values, err))
				}
			}
		}, Check: w.check}
	}},
)

// numbered makes functions that return their number.
func numbered(n int) []callFunc {
	fns := make([]callFunc, n)
	for i := range fns {
		fns[i] = func(context.Context) (int, error) { return i, nil }
	}
	return fns
}
