package work

import (
	"context"
	"iter"
)

// This file is a source that runs ahead of who uses its items.

type bufferFunc func(ctx context.Context, seq iter.Seq[int], yield func(item int) bool) error

var buffering = newPattern[bufferFunc](107,
	"The items of an iterator, which take CPU time to come, are used, which takes the same time again, one after the other and in order. "+
		"The iterator runs meanwhile, at most some 64 items ahead. When the user wants no more soon nothing more is pulled; "+
		"the iterator has ended when the call returns.",
	row[bufferFunc]{"stream/buffer", "item", 1_000_000, 3000, func(ctx context.Context, f bufferFunc, n int) Job {
		var w wrong
		return Job{Do: func() {
			u := usesInOrder(&w, same)
			u.ended(f(ctx, costly(n, cost100ns), func(item int) bool {
				return spin(cost100ns, item) != 0 && u.use(item)
			}), n)
		}, Check: w.check}
	}},
)
