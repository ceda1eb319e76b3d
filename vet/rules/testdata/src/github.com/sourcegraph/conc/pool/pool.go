// Package pool has the declarations of github.com/sourcegraph/conc/pool that rules look at.
package pool

import "context"

type Pool struct{ _ int }

func New() *Pool                                             { return nil }
func (p *Pool) Go(f func())                                  {}
func (p *Pool) Wait()                                        {}
func (p *Pool) WithErrors() *ErrorPool                       { return nil }
func (p *Pool) WithMaxGoroutines(n int) *Pool                { return p }
func (p *Pool) WithContext(ctx context.Context) *ContextPool { return nil }

type ErrorPool struct{ _ int }

func (p *ErrorPool) Go(f func() error) {}
func (p *ErrorPool) Wait() error       { return nil }

type ContextPool struct{ _ int }

func (p *ContextPool) Go(f func(ctx context.Context) error) {}
func (p *ContextPool) Wait() error                          { return nil }

func (p *ContextPool) WithCancelOnError() *ContextPool { return p }

func (p *ContextPool) WithFirstError() *ContextPool { return p }

func NewWithResults[T any]() *ResultPool[T] { return nil }

type ResultPool[T any] struct{ _ T }

func (p *ResultPool[T]) Go(f func() T) {}
func (p *ResultPool[T]) Wait() []T     { return nil }
