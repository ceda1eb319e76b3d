// Package braid has the declarations of braid that rules look at.
package braid

import (
	"context"
	"time"
)

type (
	Group       struct{ _ int }
	Task[T any] struct{ _ int }
	Option      interface{ option() }
)

func Run(ctx context.Context, body func(context.Context, *Group) error, opts ...Option) error {
	return nil
}
func Call[T any](ctx context.Context, body func(context.Context, *Group) (T, error), opts ...Option) (t T, err error) {
	return
}
func Open(ctx context.Context, opts ...Option) (*Group, context.Context) { return nil, nil }
func (g *Group) Go(fn func(context.Context) error, opts ...Option)       {}
func (g *Group) Wait() error                                             { return nil }
func (g *Group) Close() error                                            { return nil }
func (g *Group) Cancel()                                                 {}

func Fork[T any](g *Group, fn func(context.Context) (T, error), opts ...Option) *Task[T] { return nil }
func (t *Task[T]) Wait(ctx context.Context) (v T, err error)                             { return }

func Sleep(ctx context.Context, d time.Duration) error { return nil }
func Timeout(ctx context.Context, d time.Duration, fn func(context.Context) error, opts ...Option) error {
	return nil
}
func Map[A, B any](ctx context.Context, in []A, fn func(context.Context, A) (B, error), opts ...Option) ([]B, error) {
	return nil, nil
}
func Limit(n int) Option { return nil }
