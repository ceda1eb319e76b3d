package work

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// This file is the race that the first success wins.

type firstFunc func(ctx context.Context, fns []callFunc) (int, error)

var first = newPattern[firstFunc](50,
	"Eight functions are called at the same time. Seven wait for their context to die; once all of them wait, "+
		"the eighth returns its value, which is the result. The losers' contexts die, and all functions have returned "+
		"when the call does. Had a function failed the others would have gone on.",
	row[firstFunc]{"first/8", "call", 20_000, 20, func(ctx context.Context, f firstFunc, n int) Job {
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

// A race is functions of which some succeed as soon as all others wait for the
// death of their context.
type race struct {
	fns     []callFunc
	waiting sync.WaitGroup // how many losers do not wait yet; set before each call
	running atomic.Int32
}

// newRace makes n functions; the winners return their numbers.
func newRace(n int, winners ...int) *race {
	r := &race{fns: make([]callFunc, n)}
	for i := range r.fns {
		r.fns[i] = func(ctx context.Context) (int, error) {
			r.running.Add(1)
			defer r.running.Add(-1)
			r.waiting.Done()
			<-ctx.Done()
			return 0, ctx.Err()
		}
	}
	for _, i := range winners {
		r.fns[i] = func(context.Context) (int, error) {
			r.running.Add(1)
			defer r.running.Add(-1)
			r.waiting.Wait()
			return i, nil
		}
	}
	return r
}

func (r *race) checkJoined(w *wrong) {
	if left := r.running.Load(); left != 0 {
		w.add(fmt.Errorf("%d functions were still running when the call returned", left))
	}
}
