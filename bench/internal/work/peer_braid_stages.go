package work

import (
	"context"
	"iter"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/stream"
)

// This file is the stages and ends of package stream.

var _ = peerBraid.also(
	filtering.by(func(ctx context.Context, seq iter.Seq[int], keep keepFunc, yield func(int) bool) error {
		return use(ctx, stream.Filter(stream.Values(seq), keep), yield)
	}),
	flatMapping.by(func(ctx context.Context, seq iter.Seq[int], fn pageFunc, yield func(int) bool) error {
		return use(ctx, stream.FlatMap(stream.Values(seq), func(ctx context.Context, item int) (stream.Stream[int], error) {
			inner, err := fn(ctx, item)
			if err != nil {
				return nil, err
			}
			return stream.Values(inner), nil
		}), yield)
	}),
	batching.by(func(ctx context.Context, seq iter.Seq[int], size int, _ time.Duration, yield func([]int) bool) error {
		return use(ctx, stream.Batch(stream.Values(seq), size, braid.Forever), yield)
	}),
	batchingInTime.by(func(ctx context.Context, seq iter.Seq[int], size int, wait time.Duration, yield func([]int) bool) error {
		return use(ctx, stream.Batch(stream.Values(seq), size, wait), yield)
	}),
	merging.by(func(ctx context.Context, seqs []iter.Seq[int], yield func(int) bool) error {
		streams := make([]stream.Stream[int], len(seqs))
		for i, seq := range seqs {
			streams[i] = stream.Values(seq)
		}
		return use(ctx, stream.Merge(streams...), yield)
	}),
	teeing.by(func(ctx context.Context, seq iter.Seq[int], consumers []consumerFunc) error {
		fns := make([]func(context.Context, stream.Stream[int]) error, len(consumers))
		for i, consume := range consumers {
			fns[i] = func(ctx context.Context, s stream.Stream[int]) (err error) {
				consumed := consume(ctx, func(yield func(int) bool) { err = use(ctx, s, yield) })
				if consumed != nil {
					return consumed
				}
				return err
			}
		}
		return stream.Tee(ctx, stream.Values(seq), fns, stream.Ahead(aheadBy))
	}),
	buffering.by(func(ctx context.Context, seq iter.Seq[int], yield func(int) bool) error {
		return use(ctx, stream.Buffer(stream.Values(seq), aheadBy), yield)
	}),
	generating.by(func(ctx context.Context, next callFunc, yield func(int) bool) error {
		return use(ctx, stream.Generate(next), yield)
	}),
	receiving.by(func(ctx context.Context, c <-chan int, yield func(int) bool) error {
		return use(ctx, stream.Chan(c), yield)
	}),
	reducing.by(func(ctx context.Context, seq iter.Seq[int], fn itemFunc, fold func(sum, v int) int) (int, error) {
		return stream.Reduce(ctx, stream.Map(stream.Values(seq), fn), 0, func(sum, v int) (int, error) { return fold(sum, v), nil })
	}),
	collecting.by(func(ctx context.Context, seq iter.Seq[int], fn itemFunc) ([]int, error) {
		return stream.Collect(ctx, stream.Map(stream.Values(seq), fn))
	}),
	doingStream.by(func(ctx context.Context, seq iter.Seq[int], fn doFunc) error {
		return stream.Each(ctx, stream.Values(seq), fn)
	}),
)

// use is the loop that a stream ends in.
func use[T any](ctx context.Context, s stream.Stream[T], yield func(T) bool) error {
	for v, err := range s(ctx) {
		if err != nil {
			return err
		}
		if !yield(v) {
			return nil
		}
	}
	return nil
}
