package work

import (
	"context"
	"iter"
	"slices"
)

// This file is the loop where functions have no results or keyed ones.

var _ = peerLoop.also(
	doing.by(func(ctx context.Context, items []int, fn doFunc) error {
		return loopEachSeq(ctx, slices.Values(items), fn)
	}),
	doingSeq.by(loopEachSeq),
	mappingSeq2.by(loopMapSeq2),
)

func loopEachSeq(ctx context.Context, seq iter.Seq[int], fn doFunc) error {
	for item := range seq {
		if err := fn(ctx, item); err != nil {
			return err
		}
	}
	return nil
}

func loopMapSeq2(ctx context.Context, seq iter.Seq2[string, int], fn pairFunc) (map[string]int, error) {
	results := make(map[string]int)
	for key, item := range seq {
		var err error
		if results[key], err = fn(ctx, key, item); err != nil {
			return nil, err
		}
	}
	return results, nil
}
