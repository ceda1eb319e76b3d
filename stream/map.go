package stream

import (
	"context"
	"iter"

	"github.com/braid-go/braid"
)

// This file holds the stages that call a function on every item.

// Map is the stream of what fn gives for each item of s. It calls fn for as many
// items at a time as [braid.Limit] says, GOMAXPROCS without it, and takes from s
// only as many more as [Ahead] says. Results come in the order of the items, or
// with [Unordered] as they are finished.
//
// The first error of fn cancels the others and s, and ends the stream as a
// [*braid.GroupError] that has the number of the item; an error of s ends it as it
// is, after the results of all items before. A panic or Goexit of fn is raised,
// or goes on, on the goroutine of the loop. All this is after the join, as is the
// one error of a context that dies; see the package's documentation.
//
// With Limit(1) fn is called by who ranges, between two items, without goroutines.
// It panics if s or fn is nil or an option makes no sense.
func Map[T, R any](s Stream[T], fn func(ctx context.Context, item T) (R, error), opts ...braid.StreamOption) Stream[R] {
	check("Map", s, fn == nil)
	return mapped(s, configOf(opts), entry(fn), fn)
}

func mapped[T, R any](s Stream[T], cfg config, pc uintptr, fn func(ctx context.Context, item T) (R, error)) Stream[R] {
	return stage(func(ctx context.Context, yield func(R, error) bool) {
		sc := open(ctx, pc, cfg.Name)
		fn := steered(sc.ctx, fn)
		if cfg.inline() {
			mapInline(ctx, sc, &cfg, s, pc, fn, yield)
			return
		}
		newFlow(sc, &cfg, s, pc, fn).run(ctx, yield)
	})
}

// Filter is the stream of those items of s for which keep gives true. It is as
// [Map] otherwise.
func Filter[T any](s Stream[T], keep func(ctx context.Context, item T) (bool, error), opts ...braid.StreamOption) Stream[T] {
	check("Filter", s, keep == nil)
	type kept struct {
		item T
		ok   bool
	}
	judged := mapped(s, configOf(opts), entry(keep), func(ctx context.Context, item T) (kept, error) {
		ok, err := keep(ctx, item)
		return kept{item, ok}, err
	})
	return func(ctx context.Context) iter.Seq2[T, error] {
		all := judged(ctx)
		return func(yield func(T, error) bool) {
			for k, err := range all {
				if (k.ok || err != nil) && !yield(k.item, err) {
					return
				}
			}
		}
	}
}
