package work

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/samber/lo"
	"github.com/samber/lo/it"
)

// This file is lo's functions for channels. They know no contexts: a source is
// ended by hand, and who leaves has to empty the channel.

var _ = peerLo.also(
	batching.by(func(ctx context.Context, seq iter.Seq[int], size int, _ time.Duration, yield func([]int) bool) error {
		return loBatch(ctx, seq, func(items <-chan int) ([]int, int, time.Duration, bool) { return lo.Buffer(items, size) }, yield)
	}),
	batchingInTime.by(func(ctx context.Context, seq iter.Seq[int], size int, wait time.Duration, yield func([]int) bool) error {
		return loBatch(ctx, seq, func(items <-chan int) ([]int, int, time.Duration, bool) {
			return lo.BufferWithTimeout(items, size, wait)
		}, yield)
	}),
	merging.by(func(ctx context.Context, seqs []iter.Seq[int], yield func(int) bool) error {
		ctx, cancel := context.WithCancel(ctx)
		from := make([]<-chan int, len(seqs))
		for i, seq := range seqs {
			from[i] = it.SeqToChannel(0, until(ctx, seq))
		}
		return loUse(ctx, cancel, lo.FanIn(aheadBy, from...), yield)
	}),
	teeing.by(loTee),
	buffering.by(func(ctx context.Context, seq iter.Seq[int], yield func(int) bool) error {
		ctx, cancel := context.WithCancel(ctx)
		return loUse(ctx, cancel, it.SeqToChannel(aheadBy, until(ctx, seq)), yield)
	}),
)

// until is seq until the context dies.
func until(ctx context.Context, seq iter.Seq[int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		for item := range seq {
			if ctx.Err() != nil || !yield(item) {
				return
			}
		}
	}
}

func loUse(ctx context.Context, cancel func(), items <-chan int, yield func(int) bool) error {
	defer func() {
		cancel()
		for range items {
		}
	}()
	for item := range items {
		if !yield(item) {
			return nil
		}
	}
	return ctx.Err()
}

func loBatch(ctx context.Context, seq iter.Seq[int], next func(<-chan int) ([]int, int, time.Duration, bool), yield func([]int) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	items := it.SeqToChannel(aheadBy, until(ctx, seq))
	defer func() {
		cancel()
		for range items {
		}
	}()
	for {
		batch, n, _, more := next(items)
		if n > 0 && !yield(batch) {
			return nil
		}
		if !more {
			return ctx.Err()
		}
	}
}

func loTee(ctx context.Context, seq iter.Seq[int], consumers []consumerFunc) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	branches := lo.FanOut(len(consumers), aheadBy, it.SeqToChannel(0, until(ctx, seq)))
	var there atomic.Int32
	there.Store(int32(len(consumers)))
	var wg sync.WaitGroup
	for i, consume := range consumers {
		wg.Go(func() {
			leave := sync.OnceFunc(func() {
				if there.Add(-1) == 0 {
					cancel(errEnough)
				}
				wg.Go(func() {
					for range branches[i] { // holds nobody back
					}
				})
			})
			defer leave()
			if err := consume(ctx, func(yield func(int) bool) {
				defer leave()
				for item := range branches[i] {
					if !yield(item) {
						return
					}
				}
			}); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return unlessEnough(context.Cause(ctx))
}
