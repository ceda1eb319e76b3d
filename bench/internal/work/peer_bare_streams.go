package work

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// This file is pipelines written by hand, with workers and channels. Whoever is
// blocked when the user of the results leaves is woken by the context.

// bareOrdered has workers that take items from a channel, and a channel with
// the channels on which their results come, which keeps the order.
func bareOrdered[R any](ctx context.Context, seq iter.Seq[int], fn func(context.Context, int) (R, error), yield func(R) bool) error {
	type outcome struct {
		value R
		err   error
	}
	type job struct {
		item   int
		result chan outcome
	}
	ctx, cancel := context.WithCancel(ctx)
	p := runtime.GOMAXPROCS(0)
	jobs, order := make(chan job, p), make(chan chan outcome, 2*p)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		defer close(order)
		defer close(jobs)
		for item := range seq {
			j := job{item, make(chan outcome, 1)}
			select {
			case order <- j.result:
			case <-ctx.Done():
				return
			}
			jobs <- j
		}
	})
	for range p {
		wg.Go(func() {
			for j := range jobs {
				v, err := fn(ctx, j.item)
				j.result <- outcome{v, err}
			}
		})
	}
	for result := range order {
		r := <-result
		if r.err != nil {
			return r.err
		}
		if !yield(r.value) {
			return nil
		}
	}
	return ctx.Err()
}

func bareUnordered(ctx context.Context, seq iter.Seq[int], fn itemFunc, yield func(int) bool) error {
	ctx, cancel := context.WithCancelCause(ctx)
	p := runtime.GOMAXPROCS(0)
	items, results := make(chan int, p), make(chan int, p)
	var feeder, workers sync.WaitGroup
	defer feeder.Wait()
	defer cancel(nil)
	feeder.Go(func() {
		defer close(items)
		for item := range seq {
			select {
			case items <- item:
			case <-ctx.Done():
				return
			}
		}
	})
	for range p {
		workers.Go(func() {
			for item := range items {
				v, err := fn(ctx, item)
				if err != nil {
					cancel(err)
					return
				}
				select {
				case results <- v:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	feeder.Go(func() {
		workers.Wait()
		close(results)
	})
	for v := range results {
		if !yield(v) {
			return nil
		}
	}
	return context.Cause(ctx)
}
