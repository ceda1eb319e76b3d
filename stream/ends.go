package stream

import (
	"context"

	"github.com/braid-go/braid"
)

// This file holds the ends of pipelines: what ranges over a stream.

// Collect gives the items of s in a slice, nil if there are none. If s ends with
// an error, that is what it returns, without the items before. It panics if ctx
// or s is nil.
func Collect[T any](ctx context.Context, s Stream[T]) ([]T, error) {
	checkContext("Collect", ctx)
	check("Collect", s, false)
	var items []T
	for item, err := range s(ctx) {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// Each calls fn for each item of s, as many at a time as [braid.Limit] says, and
// returns when all have ended and s has been joined. With Limit(1) it is a loop.
//
// The first failure cancels the others and s; no further item is started. The
// error is that of the stream of [Map] with the same fn: a [*braid.GroupError]
// with the number of the item, that of s as it is, or one plain cancellation if
// ctx dies, or was dead, in which case fn is not called. A panic or Goexit is
// raised, or goes on, in the caller after the join. It panics at once if ctx, s
// or fn is nil or an option makes no sense.
func Each[T any](ctx context.Context, s Stream[T], fn func(ctx context.Context, item T) error, opts ...braid.StreamOption) error {
	checkContext("Each", ctx)
	check("Each", s, fn == nil)
	cfg := configOf(opts)
	cfg.Unordered = true // there are no results
	done := mapped(s, cfg, entry(fn), func(ctx context.Context, item T) (struct{}, error) {
		return struct{}{}, fn(ctx, item)
	})
	for _, err := range done(ctx) {
		if err != nil {
			return err
		}
	}
	return nil
}

// Reduce folds the items of s, in their order, into one value: fn is given what
// it returned last, at first init, and the item.
func Reduce[T, A any](ctx context.Context, s Stream[T], init A, fn func(sum A, item T) (A, error)) (A, error) {
	checkContext("Reduce", ctx)
	check("Reduce", s, fn == nil)
	var zero A
	sum := init
	for item, err := range s(ctx) {
		if err == nil {
			sum, err = fn(sum, item)
		}
		if err != nil {
			return zero, err
		}
	}
	return sum, nil
}
