package work

import (
	"context"
	"iter"
	"time"
)

// This file is the loop in place of pipelines. Where a time limit is asked for, or
// several things at once, it has nothing.

var _ = peerLoop.also(
	filtering.by(filterBy(loopStream)),
	flatMapping.by(func(ctx context.Context, seq iter.Seq[int], fn pageFunc, yield func(int) bool) error {
		for item := range seq {
			inner, err := fn(ctx, item)
			if err != nil {
				return err
			}
			for v := range inner {
				if !yield(v) {
					return nil
				}
			}
		}
		return nil
	}),
	batching.by(func(_ context.Context, seq iter.Seq[int], size int, _ time.Duration, yield func([]int) bool) error {
		for batch := range chunks(seq, size) {
			if !yield(batch) {
				break
			}
		}
		return nil
	}),
	buffering.by(func(_ context.Context, seq iter.Seq[int], yield func(int) bool) error {
		for item := range seq {
			if !yield(item) {
				break
			}
		}
		return nil
	}),
	reducing.by(reduceBy(loopStream)),
	collecting.by(loopMapSeq),
	doingStream.by(loopEachSeq),
)
