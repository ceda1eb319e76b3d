package e

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// want-rule (e): the group goes out to the caller with its tasks still running
func (p *Prefetcher) Prefetch(ctx context.Context, keys []string) *errgroup.Group {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(p.width)
	for _, key := range keys {
		g.Go(func() error {
			if err := p.fetch(ctx, key); err != nil {
				return fmt.Errorf("prefetch %s: %w", key, err)
			}
			return nil
		})
	}
	return g
}

// fine: the function that opened the group waits for it and returns what came of it
func (p *Prefetcher) PrefetchOK(ctx context.Context, keys []string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(p.width)
	for _, key := range keys {
		g.Go(func() error {
			if err := p.fetch(ctx, key); err != nil {
				return fmt.Errorf("prefetch %s: %w", key, err)
			}
			return nil
		})
	}
	return g.Wait()
}
