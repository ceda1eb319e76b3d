package work

import (
	"context"
	"fmt"
)

// This file is the race that a majority wins.

type quorumFunc func(ctx context.Context, need int, fns []callFunc) ([]int, error)

var quorum = newPattern[quorumFunc](60,
	"Three functions are called at the same time. One waits for its context to die; once it waits, the two others "+
		"return their values, which are the result, in the order of the functions. The context of the third dies, "+
		"and all functions have returned when the call does. Had one of the two failed the third would have gone on.",
	row[quorumFunc]{"quorum/2of3", "call", 20_000, 20, func(ctx context.Context, f quorumFunc, n int) Job {
		var w wrong
		r := newRace(3, 0, 2)
		return Job{Do: func() {
			for range n {
				r.waiting.Add(1)
				if v, err := f(ctx, 2, r.fns); err != nil || len(v) != 2 || v[0] != 0 || v[1] != 2 {
					w.add(fmt.Errorf("got %v, %v", v, err))
				}
				r.checkJoined(&w)
			}
		}, Check: w.check}
	}},
)
