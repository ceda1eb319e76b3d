package work

import (
	"context"
	"fmt"
	"iter"
)

// This file is several sources at once.

type mergeFunc func(ctx context.Context, seqs []iter.Seq[int], yield func(item int) bool) error

var merging = newPattern[mergeFunc](105,
	"Four iterators, whose items take CPU time to come, are ranged over at once, and their items used, one after the other, "+
		"as they come. No more than a few hundred are in flight. When the user wants no more soon nothing more is pulled; "+
		"all iterators have ended when the call returns.",
	row[mergeFunc]{"stream/merge4", "item", 1_000_000, 3000, func(ctx context.Context, f mergeFunc, n int) Job {
		var w wrong
		return Job{Do: func() {
			seqs := make([]iter.Seq[int], 4)
			for i := range seqs {
				seqs[i] = costly(n/4, cost100ns)
			}
			seen, sum := 0, 0
			err := f(ctx, seqs, func(item int) bool {
				seen++
				sum += item
				return true
			})
			if n := n / 4; seen != 4*n || sum != 4*(n*(n-1)/2) || err != nil {
				w.add(fmt.Errorf("%d items that add up to %d, and %v", seen, sum, err))
			}
		}, Check: w.check}
	}},
)
