//go:build go1.27

package braid

import "context"

// Fork is the function [Fork] as a method, which Go has had since 1.27.
func (g *Group) Fork[T any](fn func(ctx context.Context) (T, error), opts ...TaskOption) *Task[T] {
	t, err := spawn(g, "Fork", fn, opts)
	if err != nil {
		g.misused("Fork", err)
	}
	return t
}

// TryFork is the function [TryFork] as a method.
func (g *Group) TryFork[T any](fn func(ctx context.Context) (T, error), opts ...TaskOption) (*Task[T], error) {
	return spawn(g, "TryFork", fn, opts)
}
