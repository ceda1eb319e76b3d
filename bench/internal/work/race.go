package work

import (
	"context"
	"fmt"
)

// This file is the race that is decided by the first end, whatever it is. Its
// functions are those of first.go.

var racing = newPattern[firstFunc](55,
	"Eight functions are called at the same time. Seven wait for their context to die; once all of them wait, "+
		"the eighth returns its value, which is the result. The losers' contexts die, and all functions have returned "+
		"when the call does. Had the first function to end failed, its error would have been the result in the same way.",
	row[firstFunc]{"race/8", "call", 20_000, 20, func(ctx context.Context, f firstFunc, n int) Job {
		var w wrong
		r := newRace(8, 3)
		return Job{Do: func() {
			for range n {
				r.waiting.Add(7)
				if v, err := f(ctx, r.fns); v != 3 || err != nil {
					w.add(fmt.Errorf("got %d, %v", v, err))
				}
				r.checkJoined(&w)
			}
		}, Check: w.check}
	}},
)
