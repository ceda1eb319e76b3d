package work

import (
	"context"
	"errors"
	"io"
	"iter"
	"runtime"
	"sync"
	"time"
)

// This file is the stages of pipelines written by hand. What keeps the order is
// bareOrdered; the others are goroutines and channels, and a context that wakes
// whoever is blocked.

var _ = peerBare.also(
	filtering.by(filterBy(bareOrdered)),
	flatMapping.by(bareFlatMap),
	batching.by(bareBatch),
	batchingInTime.by(bareBatchInTime),
	merging.by(bareMerge),
	teeing.by(bareTee),
	buffering.by(bareBuffer),
	generating.by(bareGenerate),
	receiving.by(bareReceive),
	reducing.by(reduceBy(bareOrdered)),
	collecting.making(func(func(func())) mapSeqFunc { return bareMapSeq(runtime.GOMAXPROCS(0)) }),
	doingStream.making(func(func(func())) eachSeqFunc { return bareEachSeq(runtime.GOMAXPROCS(0)) }),
)

// send puts what seq gives into c, until the context dies.
func send[T any](ctx context.Context, seq iter.Seq[T], c chan<- T) {
	for v := range seq {
		select {
		case c <- v:
		case <-ctx.Done():
			return
		}
	}
}

// bareFlatMap has a channel for the results of each item, and one with these
// channels, which keeps the order.
func bareFlatMap(ctx context.Context, seq iter.Seq[int], fn pageFunc, yield func(int) bool) error {
	type job struct {
		item    int
		results chan int
	}
	ctx, cancel := context.WithCancelCause(ctx)
	p := runtime.GOMAXPROCS(0)
	jobs, order := make(chan job, p), make(chan chan int, 2*p)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	wg.Go(func() {
		defer close(order)
		defer close(jobs)
		for item := range seq {
			j := job{item, make(chan int, aheadBy)}
			select {
			case order <- j.results:
			case <-ctx.Done():
				return
			}
			jobs <- j
		}
	})
	for range p {
		wg.Go(func() {
			for j := range jobs {
				if inner, err := fn(ctx, j.item); err != nil {
					cancel(err)
				} else {
					send(ctx, inner, j.results)
				}
				close(j.results)
			}
		})
	}
	for results := range order {
		for v := range results {
			if !yield(v) {
				return nil
			}
		}
		if ctx.Err() != nil {
			break
		}
	}
	return context.Cause(ctx)
}

func bareBatch(ctx context.Context, seq iter.Seq[int], size int, _ time.Duration, yield func([]int) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	batches := make(chan []int)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		defer close(batches)
		send(ctx, chunks(seq, size), batches)
	})
	for batch := range batches {
		if !yield(batch) {
			return nil
		}
	}
	return ctx.Err()
}

// chunks gives the items of seq in slices of that size.
func chunks(seq iter.Seq[int], size int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		var batch []int
		for item := range seq {
			if batch == nil {
				batch = make([]int, 0, size)
			}
			if batch = append(batch, item); len(batch) == size {
				if !yield(batch) {
					return
				}
				batch = nil
			}
		}
		if batch != nil {
			yield(batch)
		}
	}
}

// bareBatchInTime gathers in the goroutine of the user, from a channel that has
// room for a batch.
func bareBatchInTime(ctx context.Context, seq iter.Seq[int], size int, wait time.Duration, yield func([]int) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	items := make(chan int, size)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		defer close(items)
		send(ctx, seq, items)
	})
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		first, ok := <-items
		if !ok {
			return ctx.Err()
		}
		batch := append(make([]int, 0, size), first)
		timer.Reset(wait)
	gather:
		for len(batch) < size {
			select {
			case item, ok := <-items:
				if !ok {
					break gather
				}
				batch = append(batch, item)
			case <-timer.C:
				break gather
			}
		}
		if !yield(batch) {
			return nil
		}
	}
}

func bareMerge(ctx context.Context, seqs []iter.Seq[int], yield func(int) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	items := make(chan int, aheadBy)
	var senders, closer sync.WaitGroup
	defer closer.Wait()
	defer cancel()
	for _, seq := range seqs {
		senders.Go(func() { send(ctx, seq, items) })
	}
	closer.Go(func() {
		senders.Wait()
		close(items)
	})
	for item := range items {
		if !yield(item) {
			return nil
		}
	}
	return ctx.Err()
}

func bareTee(ctx context.Context, seq iter.Seq[int], consumers []consumerFunc) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	branches := make([]branch, len(consumers))
	for i, consume := range consumers {
		branches[i] = newBranch()
		wg.Go(func() {
			if err := branches[i].consumed(ctx, consume); err != nil {
				cancel(err)
			}
		})
	}
	feed(ctx, seq, branches)
	wg.Wait()
	return context.Cause(ctx)
}

// A branch is the way of items to one consumer.
type branch struct {
	items chan int
	gone  chan struct{} // closed when the consumer has left
}

func newBranch() branch { return branch{make(chan int, aheadBy), make(chan struct{})} }

func (b branch) consumed(ctx context.Context, consume consumerFunc) error {
	var leave sync.Once
	left := func() { leave.Do(func() { close(b.gone) }) }
	defer left()
	return consume(ctx, func(yield func(int) bool) {
		defer left()
		for item := range b.items {
			if !yield(item) {
				return
			}
		}
	})
}

// feed gives each item to every branch whose consumer has not left, until all have.
func feed(ctx context.Context, seq iter.Seq[int], branches []branch) {
	for _, b := range branches {
		defer close(b.items)
	}
	there := append([]branch(nil), branches...)
	for item := range seq {
		for i := 0; i < len(there); {
			select {
			case there[i].items <- item:
				i++
			case <-there[i].gone:
				there = append(there[:i], there[i+1:]...)
			case <-ctx.Done():
				return
			}
		}
		if len(there) == 0 {
			return
		}
	}
}

func bareBuffer(ctx context.Context, seq iter.Seq[int], yield func(int) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	items := make(chan int, aheadBy)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		defer close(items)
		send(ctx, seq, items)
	})
	for item := range items {
		if !yield(item) {
			return nil
		}
	}
	return ctx.Err()
}

func bareGenerate(ctx context.Context, next callFunc, yield func(int) bool) error {
	for ctx.Err() == nil {
		item, err := next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !yield(item) {
			return nil
		}
	}
	return ctx.Err()
}

func bareReceive(ctx context.Context, c <-chan int, yield func(int) bool) error {
	for {
		select {
		case item, ok := <-c:
			if !ok || !yield(item) {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
