package g

import (
	"context"
	"errors"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (g): Each as a statement, in a method
func (s *server) flush(ctx context.Context, ids []int) {
	braid.Each(ctx, ids, func(ctx context.Context, id int) error {
		return step(ctx)
	}, braid.Limit(2))
}

// fine: returned
func (s *server) flushOK(ctx context.Context, ids []int) error {
	return braid.Each(ctx, ids, func(ctx context.Context, id int) error {
		return step(ctx)
	}, braid.Limit(2))
}

// want-rule (g): a deferred literal that drops it
func deferredLit(ctx context.Context) error {
	var g errgroup.Group
	defer func() {
		g.Wait()
	}()
	g.Go(func() error { return step(ctx) })
	return step(ctx)
}

// fine: a deferred literal that keeps it
func deferredLitOK(ctx context.Context) (err error) {
	var g errgroup.Group
	defer func() {
		if e := g.Wait(); e != nil {
			err = errors.Join(err, e)
		}
	}()
	g.Go(func() error { return step(ctx) })
	return step(ctx)
}

// want-rule (g): all results in blanks
func warm(ctx context.Context, xs []int) {
	_, _ = braid.Map(ctx, xs, func(ctx context.Context, x int) (int, error) { return x, step(ctx) }, braid.Limit(2))
}

// fine: the error is returned
func warmOK(ctx context.Context, xs []int) error {
	_, err := braid.Map(ctx, xs, func(ctx context.Context, x int) (int, error) { return x, step(ctx) }, braid.Limit(2))
	return err
}

// want-rule (g): the closer of a pipeline drops it
func pipeline(ctx context.Context, n int) (int, error) {
	out := make(chan int)
	g, ctx := errgroup.WithContext(ctx)
	for i := range n {
		g.Go(func() error {
			select {
			case out <- i:
				return step(ctx)
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}
	go func() {
		_ = g.Wait()
		close(out)
	}()
	sum := 0
	for v := range out {
		sum += v
	}
	return sum, nil
}

// fine: waited for again, with its error
func pipelineOK(ctx context.Context, n int) (int, error) {
	out := make(chan int)
	g, ctx := errgroup.WithContext(ctx)
	for i := range n {
		g.Go(func() error {
			select {
			case out <- i:
				return step(ctx)
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}
	go func() {
		_ = g.Wait()
		close(out)
	}()
	sum := 0
	for v := range out {
		sum += v
	}
	return sum, g.Wait()
}
