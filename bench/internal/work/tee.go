package work

import (
	"context"
	"iter"
)

// This file is one source for several consumers.

type (
	consumerFunc = func(ctx context.Context, items iter.Seq[int]) error
	teeFunc      func(ctx context.Context, seq iter.Seq[int], consumers []consumerFunc) error
)

// aheadBy is by how many items, about, one goes ahead of another where one may.
const aheadBy = 64

var teeing = newPattern[teeFunc](106,
	"An iterator, whose items take CPU time to come, is ranged over once, and two consumers, which run at once, are given all its "+
		"items in their order. The slower holds the faster back, which is at most some 64 items ahead. A consumer that leaves "+
		"holds nobody back, and when all have nothing more is pulled; an error of one ends the other. "+
		"All have returned when the call does.",
	row[teeFunc]{"stream/tee2", "item", 1_000_000, 3000, func(ctx context.Context, f teeFunc, n int) Job {
		var w wrong
		return Job{Do: func() {
			var seen [2]*uses
			var consumers []consumerFunc
			var own [2]wrong
			for i := range seen {
				u := usesInOrder(&own[i], same)
				seen[i] = u
				consumers = append(consumers, func(_ context.Context, items iter.Seq[int]) error {
					for item := range items {
						u.use(item)
					}
					return nil
				})
			}
			err := f(ctx, costly(n, cost100ns), consumers)
			for i, u := range seen {
				u.ended(err, n)
				if err := own[i].check(); err != nil {
					w.add(err)
				}
			}
		}, Check: w.check}
	}},
)
