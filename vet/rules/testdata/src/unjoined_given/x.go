package unjoined_given

import (
	"context"

	"golang.org/x/sync/errgroup"
)

func begins(ctx context.Context, job func(context.Context) error) *errgroup.Group {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return job(ctx) })
	return g // want `g goes to the caller with its tasks still running`
}

func beginsToo(jobs []func() error) (*errgroup.Group, error) {
	g := &errgroup.Group{}
	for _, job := range jobs {
		g.Go(job)
	}
	return g, nil // want `g goes to the caller`
}

// Left alone.

func empty(ctx context.Context) (*errgroup.Group, context.Context) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(3)
	return g, ctx
}

func waits(job func() error) error {
	g := new(errgroup.Group)
	g.Go(job)
	return g.Wait()
}

func into(g *errgroup.Group, job func() error) *errgroup.Group {
	g.Go(job)
	return g
}
