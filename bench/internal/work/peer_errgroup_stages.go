package work

import (
	"context"
	"iter"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// This file is the stages of pipelines with errgroup: one group for all that
// runs, the consumer among it, whose wish to leave is an error.

var _ = peerErrgroup.also(
	filtering.by(filterBy(errgroupOrdered)),
	flatMapping.by(errgroupFlatMap),
	batching.by(func(ctx context.Context, seq iter.Seq[int], size int, _ time.Duration, yield func([]int) bool) error {
		return errgroupPass(ctx, []iter.Seq[[]int]{chunks(seq, size)}, 0, yield)
	}),
	merging.by(func(ctx context.Context, seqs []iter.Seq[int], yield func(int) bool) error {
		return errgroupPass(ctx, seqs, aheadBy, yield)
	}),
	teeing.by(errgroupTee),
	buffering.by(func(ctx context.Context, seq iter.Seq[int], yield func(int) bool) error {
		return errgroupPass(ctx, []iter.Seq[int]{seq}, aheadBy, yield)
	}),
	reducing.by(reduceBy(errgroupOrdered)),
	collecting.making(func(func(func())) mapSeqFunc { return errgroupMapSeq(runtime.GOMAXPROCS(0)) }),
	doingStream.making(func(func(func())) eachSeqFunc { return errgroupEachSeq(runtime.GOMAXPROCS(0)) }),
)

// errgroupPass has a goroutine for each sequence, which passes its items on
// through one channel.
func errgroupPass[T any](ctx context.Context, seqs []iter.Seq[T], ahead int, yield func(T) bool) error {
	g, ctx := errgroup.WithContext(ctx)
	items := make(chan T, ahead)
	var senders sync.WaitGroup
	senders.Add(len(seqs))
	for _, seq := range seqs {
		g.Go(func() error {
			defer senders.Done()
			send(ctx, seq, items)
			return nil
		})
	}
	g.Go(func() error {
		senders.Wait()
		close(items)
		return nil
	})
	g.Go(func() error {
		for item := range items {
			if !yield(item) {
				return errEnough
			}
		}
		return ctx.Err()
	})
	return unlessEnough(g.Wait())
}

func errgroupFlatMap(ctx context.Context, seq iter.Seq[int], fn pageFunc, yield func(int) bool) error {
	outer, ctx := errgroup.WithContext(ctx)
	order := make(chan chan int, 2*runtime.GOMAXPROCS(0))
	outer.Go(func() error {
		defer close(order)
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(runtime.GOMAXPROCS(0))
		for item := range seq {
			results := make(chan int, aheadBy)
			select {
			case order <- results:
			case <-ctx.Done():
				return g.Wait()
			}
			g.Go(func() error {
				inner, err := fn(ctx, item)
				if err != nil {
					return err // results stays open, which ends the consumer with the context
				}
				send(ctx, inner, results)
				if ctx.Err() == nil {
					close(results)
				}
				return nil
			})
		}
		return g.Wait()
	})
	outer.Go(func() error {
		for results := range order {
			for open := true; open; {
				var v int
				select {
				case v, open = <-results:
					if open && !yield(v) {
						return errEnough
					}
				case <-ctx.Done():
					return ctx.Err() // the error of an item has come first
				}
			}
		}
		return nil
	})
	return unlessEnough(outer.Wait())
}

func errgroupTee(ctx context.Context, seq iter.Seq[int], consumers []consumerFunc) error {
	g, ctx := errgroup.WithContext(ctx)
	branches := make([]branch, len(consumers))
	for i, consume := range consumers {
		branches[i] = newBranch()
		g.Go(func() error { return branches[i].consumed(ctx, consume) })
	}
	g.Go(func() error {
		feed(ctx, seq, branches)
		return nil
	})
	return g.Wait()
}
