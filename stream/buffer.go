package stream

import (
	"context"
)

// This file lets a source run ahead of its consumer.

// Buffer is s, whose source runs on a task of its own and up to n items ahead:
// at most n have been taken from it that have not been delivered. It evens out a
// source or a consumer that is slow now and then; without it a stage with
// Limit(1), a source and the body of a loop take turns on one goroutine. Items
// keep their order, and those before an error are delivered before it.
//
// It panics if s is nil or n is less than one.
func Buffer[T any](s Stream[T], n int) Stream[T] {
	check("Buffer", s, false)
	if n < 1 {
		panic("stream: Buffer called with less than one item")
	}
	pc := caller()
	return stage(func(ctx context.Context, yield func(T, error) bool) {
		sc := open(ctx, pc, "")
		defer sc.close()
		p := newPipe[T](int64(n))
		sc.Go(func(ctx context.Context) error { return p.feed(ctx, s) }, sourceName)
		left, dropped := drain(ctx, p.next, yield)
		if left {
			return
		}
		complete, failure := p.complete()
		if err := sc.finish(ctx, complete && !dropped, failure); err != nil {
			fail(yield, err)
		}
	})
}
