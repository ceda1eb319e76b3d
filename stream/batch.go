package stream

import (
	"context"
	"sync"
	"time"

	"github.com/braid-go/braid"
)

// This file gathers items into batches.
//
// A task gathers while the consumer is busy with the batch before. Invariant:
// the source is asked for an item only when there is room in the batch, so no
// more than size items have been taken and not been delivered.

// Batch is the items of s in slices of up to size, each a slice of its own. A
// batch is given when it is full, or wait after its first item was there, or at
// the end of s; if the consumer comes later than that, at once, with what is
// there. So with a wait of zero the consumer gets what has come in while it was
// busy. With [braid.Forever] all but the last are full. No batch is empty.
//
// What was gathered before an error of s comes before the error. When the
// context dies it is dropped.
//
// It panics if s is nil, size is less than one or wait is negative.
func Batch[T any](s Stream[T], size int, wait time.Duration) Stream[[]T] {
	check("Batch", s, false)
	if size < 1 {
		panic("stream: Batch called with a size of less than one")
	}
	if wait < 0 {
		panic("stream: Batch called with a negative wait")
	}
	pc := caller()
	return stage(func(ctx context.Context, yield func([]T, error) bool) {
		sc := open(ctx, pc, "")
		defer sc.close()
		b := &batch[T]{size: size, wait: wait, consumer: make(chan struct{}, 1), feeder: make(chan struct{}, 1)}
		defer b.stop()
		sc.Go(func(ctx context.Context) error { return b.feed(ctx, s) }, sourceName)
		left, dropped := drain(ctx, b.next, yield)
		if left {
			return
		}
		complete, failure := b.complete()
		if err := sc.finish(ctx, complete && !dropped, failure); err != nil {
			fail(yield, err)
		}
	})
}

type batch[T any] struct {
	size             int
	wait             time.Duration
	consumer, feeder chan struct{} // wake them; a token too many does no harm
	timer            *time.Timer   // the consumer's

	mu      sync.Mutex
	items   []T
	due     time.Time
	ended   bool
	all     bool
	failure error
}

func (b *batch[T]) feed(ctx context.Context, source Stream[T]) error {
	all := false
	var failure error
	defer func() {
		b.mu.Lock()
		b.ended, b.all, b.failure = true, all, failure
		b.mu.Unlock()
		token(b.consumer)
	}()
	all, failure, err := pump(ctx, source, func(item T) bool { return b.put(ctx, item) })
	return err
}

// put adds an item and waits until there is room for another.
func (b *batch[T]) put(ctx context.Context, item T) bool {
	b.mu.Lock()
	if len(b.items) == 0 {
		b.items = make([]T, 0, min(b.size, 64))
		if b.wait != braid.Forever {
			b.due = time.Now().Add(b.wait)
		}
	}
	b.items = append(b.items, item)
	n := len(b.items)
	b.mu.Unlock()
	if n == b.size || n == 1 && b.wait != braid.Forever {
		token(b.consumer)
	}
	for n == b.size {
		select {
		case <-b.feeder:
		case <-ctx.Done():
			return false
		}
		b.mu.Lock()
		n = len(b.items)
		b.mu.Unlock()
	}
	return true
}

// next waits until a batch is to be given. It gives false at the end, or if ctx
// dies first.
func (b *batch[T]) next(ctx context.Context) ([]T, bool) {
	for {
		b.mu.Lock()
		n := len(b.items)
		var left time.Duration
		if n > 0 && b.wait != braid.Forever {
			left = time.Until(b.due)
		}
		if n == b.size || n > 0 && (b.ended || b.wait != braid.Forever && left <= 0) {
			items := b.items
			b.items = nil
			b.mu.Unlock()
			token(b.feeder)
			return items, true
		}
		ended := b.ended
		b.mu.Unlock()
		if ended {
			return nil, false
		}
		var due <-chan time.Time
		if left > 0 {
			due = b.after(left)
		}
		select {
		case <-b.consumer:
		case <-due:
		case <-ctx.Done():
			return nil, false
		}
	}
}

func (b *batch[T]) after(d time.Duration) <-chan time.Time {
	if b.timer == nil {
		b.timer = time.NewTimer(d)
	} else {
		b.timer.Reset(d)
	}
	return b.timer.C
}

func (b *batch[T]) stop() {
	if b.timer != nil {
		b.timer.Stop()
	}
}

func (b *batch[T]) complete() (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ended && b.all && len(b.items) == 0, b.failure
}

// token wakes who receives from c, now or when it looks next.
func token(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
