package stream

import (
	"context"
	"io"
	"iter"

	"github.com/braid-go/braid/internal/seam"
)

// This file holds sources. Each looks at its context before every item, and
// ends with an error if that is dead.

// Of is the stream of the items given, in their order. A slice s is Of(s...);
// it is not copied.
func Of[T any](items ...T) Stream[T] {
	return stage(func(ctx context.Context, yield func(T, error) bool) {
		prepare(ctx)
		for _, item := range items {
			if ctx.Err() != nil {
				fail(yield, seam.Outside(ctx))
				return
			}
			if !yield(item, nil) {
				return
			}
		}
	})
}

// Values is the stream of what seq yields. A seq that blocks is not woken when
// the stream is left: leaving waits for it. [Generate] and [Chan] are for
// sources that block. It panics if seq is nil.
func Values[T any](seq iter.Seq[T]) Stream[T] {
	if seq == nil {
		panic("stream: Values called with a nil sequence")
	}
	return stage(func(ctx context.Context, yield func(T, error) bool) {
		prepare(ctx)
		for item := range seq {
			if ctx.Err() != nil {
				fail(yield, seam.Outside(ctx))
				return
			}
			if !yield(item, nil) {
				return
			}
		}
	})
}

// From is the stream of what seq yields. The first error ends it and comes out
// as it is. As to a seq that blocks, see [Values]. It panics if seq is nil.
func From[T any](seq iter.Seq2[T, error]) Stream[T] {
	if seq == nil {
		panic("stream: From called with a nil sequence")
	}
	return stage(func(ctx context.Context, yield func(T, error) bool) {
		prepare(ctx)
		for item, err := range seq {
			if err == nil && ctx.Err() != nil {
				err = seam.Outside(ctx)
			}
			if err != nil {
				fail(yield, err)
				return
			}
			if !yield(item, nil) {
				return
			}
		}
	})
}

// Generate is the stream of what next returns, call by call, until the error is
// [io.EOF] itself. Any other error ends the stream and comes out as it is. It is for
// what blocks: next is given a context that dies when the stream is left. It
// panics if next is nil.
func Generate[T any](next func(ctx context.Context) (T, error)) Stream[T] {
	if next == nil {
		panic("stream: Generate called with a nil function")
	}
	return stage(func(ctx context.Context, yield func(T, error) bool) {
		prepare(ctx)
		for {
			if ctx.Err() != nil {
				fail(yield, seam.Outside(ctx))
				return
			}
			item, err := next(ctx)
			if err == nil && ctx.Err() != nil {
				err = seam.Outside(ctx)
			}
			switch {
			case err == nil:
				if !yield(item, nil) {
					return
				}
			case err == io.EOF:
				return
			default:
				fail(yield, err)
				return
			}
		}
	})
}

// Chan is the stream of what is received from c, until it is closed. It waits
// for c no longer than its context lives. Ranging over it again goes on with
// what c gives then. A nil channel gives nothing, ever, as Go has it.
func Chan[T any](c <-chan T) Stream[T] {
	return stage(func(ctx context.Context, yield func(T, error) bool) {
		done := ctx.Done()
		for {
			if ctx.Err() != nil { // of two that are ready, select takes any
				fail(yield, seam.Outside(ctx))
				return
			}
			select {
			case item, ok := <-c:
				if !ok || !yield(item, nil) {
					return
				}
			case <-done:
				fail(yield, seam.Outside(ctx))
				return
			}
		}
	})
}
