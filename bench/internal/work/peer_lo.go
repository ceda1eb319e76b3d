package work

import (
	"context"

	"github.com/samber/lo"
	lop "github.com/samber/lo/parallel"
)

// This file is lo. Its functions know neither errors nor contexts: both are added.

var peerLo = newPeer(12, "lo", "github.com/samber/lo", "parallel.Map, a goroutine for each item however many; errors and contexts by hand; AttemptWhile",
	mapping.by(func(ctx context.Context, items []int, fn itemFunc) ([]int, error) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		results := lop.Map(items, func(item, _ int) int {
			v, err := fn(ctx, item)
			if err != nil {
				cancel(err)
			}
			return v
		})
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		return results, nil
	}),
	all.by(func(ctx context.Context, fns []callFunc) ([]int, error) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		results := lop.Map(fns, func(fn callFunc, _ int) int {
			v, err := fn(ctx)
			if err != nil {
				cancel(err)
			}
			return v
		})
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		return results, nil
	}),
	settle.by(func(ctx context.Context, fns []callFunc) func(int) (int, error) {
		outcomes := lop.Map(fns, func(fn callFunc, _ int) lo.Tuple2[int, error] { return lo.T2(fn(ctx)) })
		return func(i int) (int, error) { return outcomes[i].Unpack() }
	}),
	retrying.by(func(attempts int) retryFunc {
		return func(ctx context.Context, fn callFunc) (v int, err error) {
			_, err = lo.AttemptWhile(attempts, func(int) (err error, again bool) {
				if err := ctx.Err(); err != nil {
					return err, false
				}
				v, err = fn(ctx)
				return err, true
			})
			return v, err
		}
	}),
)
