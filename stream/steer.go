package stream

import (
	"context"

	"github.com/braid-go/braid/internal/seam"
)

// This file lets tests put failures in the place of items: see seam.Steer. An
// item is to them what a task is.

// steered gives fn, or if the stage with the context is steered a function that
// asks before each item.
func steered[T, R any](ctx context.Context, fn func(context.Context, T) (R, error)) func(context.Context, T) (R, error) {
	if seam.Steering == nil {
		return fn
	}
	by := seam.Steering(ctx)
	if by == nil {
		return fn
	}
	return func(ctx context.Context, item T) (R, error) {
		if instead := by.Call(seam.StepOf(ctx, seam.Called)); instead != nil {
			var zero R
			return zero, instead()
		}
		return fn(ctx, item)
	}
}
