package work

import (
	"context"

	lop "github.com/samber/lo/parallel"
)

// This file is lo where functions have no results.

var _ = peerLo.also(
	doing.by(func(ctx context.Context, items []int, fn doFunc) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		lop.ForEach(items, func(item, _ int) {
			if err := fn(ctx, item); err != nil {
				cancel(err)
			}
		})
		return context.Cause(ctx)
	}),
)
