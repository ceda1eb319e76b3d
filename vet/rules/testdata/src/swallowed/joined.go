package swallowed

import (
	"context"
	"log"

	"golang.org/x/sync/errgroup"
)

func inBatches(ctx context.Context, all [][]func(context.Context) error) (err error) {
	for n, fs := range all {
		g, ctx := errgroup.WithContext(ctx)
		for _, f := range fs {
			g.Go(func() error { return f(ctx) })
		}
		if err := g.Wait(); err == nil {
			log.Print("batch ", n)
		}
	}
	return err // want `nothing sets this err: the group's error is in another of that name`
}

func inBatchesKept(ctx context.Context, all [][]func(context.Context) error) (err error) {
	for _, fs := range all {
		g, ctx := errgroup.WithContext(ctx)
		for _, f := range fs {
			g.Go(func() error { return f(ctx) })
		}
		if err = g.Wait(); err != nil {
			return err
		}
	}
	return err
}
