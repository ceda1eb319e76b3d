package work

import (
	"context"
	"fmt"
)

// This file is results that are used as they come.

// A completedFunc gives the values to use, one after the other, until that
// returns false.
type completedFunc func(ctx context.Context, fns []callFunc, use func(v int) bool) error

var completed = newPattern[completedFunc](45,
	"A hundred functions that return at once a value of their own are called, all at the same time. "+
		"The caller uses the values one after the other, each as soon as its function has ended. If one fails, "+
		"or the caller wants no more, the contexts of the others die, and all have returned when the call does.",
	row[completedFunc]{"completed/100", "call", 2_000, 3, func(ctx context.Context, f completedFunc, n int) Job {
		var w wrong
		fns := numbered(100)
		return Job{Do: func() {
			for range n {
				seen, sum := 0, 0
				err := f(ctx, fns, func(v int) bool {
					seen++
					sum += v
					return true
				})
				if seen != 100 || sum != 99*100/2 || err != nil {
					w.add(fmt.Errorf("%d values that add up to %d, and %v", seen, sum, err))
				}
			}
		}, Check: w.check}
	}},
)
