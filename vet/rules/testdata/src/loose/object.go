// Goroutines with a context of an object's, and those that set what others wait for.

package loose

import (
	"context"

	"golang.org/x/sync/errgroup"
)

type manager struct{ shadow context.Context }

func (m *manager) read(ctx context.Context, f func(context.Context) error) error {
	sctx, cancel := context.WithCancel(m.shadow)
	go func() {
		defer cancel()
		_ = f(sctx)
	}()
	return f(ctx)
}

func (m *manager) readBoth(ctx context.Context, f func(context.Context) error) error {
	sctx, cancel := context.WithCancel(m.shadow)
	go func() { // want `nobody waits for the goroutine`
		defer cancel()
		_ = f(sctx)
		_ = f(ctx)
	}()
	return f(ctx)
}

type future struct{ v int }

func (f *future) Set(int)                              {}
func (f *future) Get(ctx context.Context) (int, error) { return f.v, nil }

type values struct{ v int }

func (v *values) Set(int)            {}
func (v *values) Get(key string) int { return v.v }

func fetch(ctx context.Context, f func(context.Context) int, futures map[string]*future) *future {
	fut := &future{}
	futures["a"] = fut
	go func() { fut.Set(f(ctx)) }()
	return fut
}

func keeps(ctx context.Context, f func(context.Context) int, v *values) {
	go func() { v.Set(f(ctx)) }() // who looks there may find it
}

// A goroutine in a task that does no more than to wait for a context.

func watched(ctx context.Context, status context.Context, end func()) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		go func() {
			select {
			case <-status.Done():
			case <-ctx.Done():
				end()
			}
		}()
		return send("a")
	})
	return g.Wait()
}

// A channel that is handed on may tell of the end.

func trySend(ctx context.Context, v int, ch chan<- int) bool {
	select {
	case ch <- v:
		return true
	case <-ctx.Done():
		return false
	}
}

func resolves(ctx context.Context, f func(context.Context) int) (int, error) {
	out := make(chan int, 1)
	go func() { trySend(ctx, f(ctx), out) }()
	select {
	case v := <-out:
		return v, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func forgets(ctx context.Context, f func(context.Context) int) error {
	out := make(chan int, 1)
	go func() { // want `nobody waits for the goroutine`
		trySend(ctx, f(ctx), out)
	}()
	return nil
}
