package blocking_unseen

import "context"

type flight[V any] struct{ v V }

func (f *flight[V]) wait(ctx context.Context, out chan<- V) { out <- f.v }

func (f *flight[V]) do(ctx context.Context) <-chan V {
	out := make(chan V, 1)
	go f.wait(ctx, out)
	return out
}

type tight[V any] struct{ v V }

func (f *tight[V]) wait(ctx context.Context, out chan<- V) {
	out <- f.v // want `this send on out ignores ctx`
}

func (f *tight[V]) do(ctx context.Context) <-chan V {
	out := make(chan V)
	go f.wait(ctx, out)
	return out
}
