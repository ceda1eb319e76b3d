package work

import (
	"context"
	"iter"
	"sync"
)

// This file is fixed workers where functions have no results or keyed ones.

var _ = peerWorkers.also(
	doingSeq.by(workersEachSeq(seqLimit)),
	mappingSeq2.by(workersMapSeq2),
)

func workersEachSeq(limit int) eachSeqFunc {
	return func(ctx context.Context, seq iter.Seq[int], fn doFunc) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		items := make(chan int, limit)
		var wg sync.WaitGroup
		for range limit {
			wg.Go(func() {
				for item := range items {
					if err := fn(ctx, item); err != nil {
						cancel(err)
					}
				}
			})
		}
		for item := range seq {
			if ctx.Err() != nil {
				break
			}
			items <- item
		}
		close(items)
		wg.Wait()
		return context.Cause(ctx)
	}
}

func workersMapSeq2(ctx context.Context, seq iter.Seq2[string, int], fn pairFunc) (map[string]int, error) {
	type pair struct {
		key  string
		item int
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var results keyed
	pairs := make(chan pair, seqLimit)
	var wg sync.WaitGroup
	for range seqLimit {
		wg.Go(func() {
			for p := range pairs {
				v, err := fn(ctx, p.key, p.item)
				if err != nil {
					cancel(err)
					continue
				}
				results.set(p.key, v)
			}
		})
	}
	for key, item := range seq {
		if ctx.Err() != nil {
			break
		}
		pairs <- pair{key, item}
	}
	close(pairs)
	wg.Wait()
	return results.unless(context.Cause(ctx))
}
