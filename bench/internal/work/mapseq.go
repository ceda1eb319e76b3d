package work

import (
	"context"
	"iter"
)

// This file is the map over a sequence of unknown length with a limit.

type mapSeqFunc func(ctx context.Context, seq iter.Seq[int], fn itemFunc) ([]int, error)

// seqLimit is how many functions may run at once.
const seqLimit = 8

var mappingSeq = newPattern[mapSeqFunc](20,
	"A function is called for each item of an iterator of unknown length, at most 8 at a time. "+
		"The results come in the order of the items. If a function fails its error is returned "+
		"and soon nothing more is pulled, so that an endless iterator ends too; "+
		"all functions have returned by then.",
	row[mapSeqFunc]{"mapseq/1us", "item", 100_000, 300, func(ctx context.Context, f mapSeqFunc, n int) Job {
		var results []int
		var err error
		return Job{
			Do:    func() { results, err = f(ctx, upTo(n), costing(cost1us)) },
			Check: func() error { return checkResults(results, err, n) },
		}
	}},
)
