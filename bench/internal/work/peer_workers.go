package work

import (
	"context"
	"iter"
	"sync"
)

// This file is the other way to write a limit by hand: a fixed number of
// workers that take items from a channel.

var peerWorkers = newPeer(2, "workers", "", "by hand: a fixed number of goroutines that take items from a channel",
	mappingSeq.by(workersMapSeq(seqLimit)),
)

func workersMapSeq(limit int) mapSeqFunc {
	return func(ctx context.Context, seq iter.Seq[int], fn itemFunc) ([]int, error) {
		type numbered struct{ at, value int }
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		items := make(chan numbered, limit)
		done := make([][]numbered, limit)
		var wg sync.WaitGroup
		for w := range limit {
			wg.Go(func() {
				for item := range items {
					v, err := fn(ctx, item.value)
					if err != nil {
						cancel(err)
						continue
					}
					done[w] = append(done[w], numbered{item.at, v})
				}
			})
		}
		n := 0
		for item := range seq {
			if ctx.Err() != nil {
				break
			}
			items <- numbered{n, item}
			n++
		}
		close(items)
		wg.Wait()
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		results := make([]int, n)
		for _, part := range done {
			for _, r := range part {
				results[r.at] = r.value
			}
		}
		return results, nil
	}
}
