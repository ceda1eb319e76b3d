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
func (t *Task[T]) Value() (v T)                                                          { return }
func (t *Task[T]) Result() (v T, err error)                                              { return }
func (t *Task[T]) Done() <-chan struct{}                                                 { return nil }

func Sleep(ctx context.Context, d time.Duration) error { return nil }
func Timeout(ctx context.Context, d time.Duration, fn func(context.Context) error, opts ...Option) error {
	return nil
}
func MoveOn(ctx context.Context, d time.Duration, fn func(context.Context) error, opts ...Option) (fired bool, err error) {
	return
}
func Map[A, B any](ctx context.Context, in []A, fn func(context.Context, A) (B, error), opts ...Option) ([]B, error) {
	return nil, nil
}
func First[T any](ctx context.Context, fns []func(context.Context) (T, error), opts ...Option) (v T, err error) {
	return
}
func Join2[A, B any](ctx context.Context, fa func(context.Context) (A, error), fb func(context.Context) (B, error), opts ...Option) (a A, b B, err error) {
	return
}
func Funcs[T any](fns ...func(context.Context) (T, error)) []func(context.Context) (T, error) {
	return fns
}
func Limit(n int) Option { return nil }

type State int

const Succeeded State = 1

type Outcome[T any] struct {
	Value T
	Err   error
	State State
}

func Settle[T any](ctx context.Context, fns []func(context.Context) (T, error), opts ...Option) ([]Outcome[T], error) {
	return nil, nil
}

type flag struct{}

func (flag) option() {}

var (
	OwnGoroutine Option = flag{}
	Supervised   Option = flag{}
	CrashOnPanic Option = flag{}
	Always       Option = flag{}
)

func (g *Group) TryGo(fn func(context.Context) error, opts ...Option) error { return nil }
func (g *Group) SetLimit(n int)                                             {}
func (g *Group) GoWait(ctx context.Context, fn func(context.Context) error, opts ...Option) error {
	return nil
}
func TryFork[T any](g *Group, fn func(context.Context) (T, error), opts ...Option) (*Task[T], error) {
	return nil, nil
}
func GoWith[C interface{ Close() error }](g *Group, c C, fn func(context.Context, C) error, opts ...Option) {
}
func Each[A any](ctx context.Context, in []A, fn func(context.Context, A) error, opts ...Option) error {
	return nil
}
func Abandon[T any](ctx context.Context, fn func() (T, error), onAbandon func(T, error), opts ...Option) (t T, err error) {
	return
}

type (
	Clause  struct{ _ int }
	Matcher func(error) bool
)

func Catch(err error, clauses ...Clause) error               { return err }
func On[E any](fn func(err error, matched []E) error) Clause { return Clause{} }
func When(match Matcher, fn func(err error) error) Clause    { return Clause{} }
func Otherwise(fn func(err error) error) Clause              { return Clause{} }
func Is(target error) Matcher                                { return nil }
func Split(err error, match Matcher) (matched, rest error)   { return }
