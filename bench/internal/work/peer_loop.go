package work

import (
	"context"
	"iter"
)

// This file is not being concurrent: one function after the other.

var peerLoop = newPeer(1, "loop", "", "one after the other, not concurrent at all",
	mapping.by(loopMap),
	mappingSeq.by(loopMapSeq),
	ordered.by(loopStream),
	unordered.by(loopStream),
)

func loopMap(ctx context.Context, items []int, fn itemFunc) ([]int, error) {
	results := make([]int, len(items))
	for i, item := range items {
		var err error
		if results[i], err = fn(ctx, item); err != nil {
			return nil, err
		}
	}
	return results, nil
}

func loopMapSeq(ctx context.Context, seq iter.Seq[int], fn itemFunc) ([]int, error) {
	var results []int
	for item := range seq {
		v, err := fn(ctx, item)
		if err != nil {
			return nil, err
		}
		results = append(results, v)
	}
	return results, nil
}

func loopStream[R any](ctx context.Context, seq iter.Seq[int], fn func(context.Context, int) (R, error), yield func(R) bool) error {
	for item := range seq {
		v, err := fn(ctx, item)
		if err != nil {
			return err
		}
		if !yield(v) {
			return nil
		}
	}
	return nil
}
