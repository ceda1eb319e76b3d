package f

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// want-rule (f): the closure that the tasks call was made before the group and holds the outer context
func (c *Catalog) Prefetch(ctx context.Context, cache *pageCache, paths []string) error {
	load := func(path string) error {
		body, err := c.get(ctx, path)
		if err == nil {
			cache.put(path, body)
		}
		return err
	}
	if err := load("/index"); err != nil {
		return err
	}

	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(6)
	g.Go(func() error {
		_, err := c.get(gctx, "/healthz")
		return err
	})
	for _, p := range paths {
		g.Go(func() error { return load(p) })
	}
	return g.Wait()
}

// fine: the closure takes its context as an argument, the outer one before the group and the group's within
func (c *Catalog) PrefetchOK(ctx context.Context, cache *pageCache, paths []string) error {
	load := func(ctx context.Context, path string) error {
		body, err := c.get(ctx, path)
		if err == nil {
			cache.put(path, body)
		}
		return err
	}
	if err := load(ctx, "/index"); err != nil {
		return err
	}

	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(6)
	g.Go(func() error {
		_, err := c.get(gctx, "/healthz")
		return err
	})
	for _, p := range paths {
		g.Go(func() error { return load(gctx, p) })
	}
	return g.Wait()
}
