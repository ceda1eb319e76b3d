package g

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (g): what the flushes failed with is dropped by a bare Wait, and the function reports success
func (c *Cluster) Flush(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, p := range c.peers {
		g.Go(func() error {
			return p.Flush(gctx)
		})
	}
	g.Wait()
	slog.InfoContext(ctx, "flushed", "peers", len(c.peers))
	return nil
}

// fine: the group's error is returned
func (c *Cluster) FlushOK(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, p := range c.peers {
		g.Go(func() error {
			return p.Flush(gctx)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	slog.InfoContext(ctx, "flushed", "peers", len(c.peers))
	return nil
}

// want-rule (g): the Wait in the closing goroutine drops the error, so missing digests look like agreement
func (c *Cluster) Digests(ctx context.Context, table string) (map[uint64]int, error) {
	g, ctx := errgroup.WithContext(ctx)
	digests := make(chan uint64, len(c.peers))
	for _, p := range c.peers {
		g.Go(func() error {
			d, err := p.Digest(ctx, table)
			if err != nil {
				return fmt.Errorf("%s: %w", p.Name(), err)
			}
			digests <- d
			return nil
		})
	}
	go func() {
		g.Wait()
		close(digests)
	}()
	votes := make(map[uint64]int)
	for d := range digests {
		votes[d]++
	}
	return votes, nil
}

// fine: Wait is called before the votes are counted and its error is returned
func (c *Cluster) DigestsOK(ctx context.Context, table string) (map[uint64]int, error) {
	g, ctx := errgroup.WithContext(ctx)
	digests := make(chan uint64, len(c.peers))
	for _, p := range c.peers {
		g.Go(func() error {
			d, err := p.Digest(ctx, table)
			if err != nil {
				return fmt.Errorf("%s: %w", p.Name(), err)
			}
			digests <- d
			return nil
		})
	}
	err := g.Wait()
	close(digests)
	if err != nil {
		return nil, err
	}
	votes := make(map[uint64]int)
	for d := range digests {
		votes[d]++
	}
	return votes, nil
}

// want-rule (g): the error of Run is assigned to blank, the peers that could not be asked are passed over in silence
func (c *Cluster) Names(ctx context.Context, table string) []string {
	var mu sync.Mutex
	var names []string
	_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, p := range c.peers {
			g.Go(func(ctx context.Context) error {
				if _, err := p.Digest(ctx, table); err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				names = append(names, p.Name())
				return nil
			})
		}
		return nil
	})
	return names
}

// fine: the error of Run is returned beside the names
func (c *Cluster) NamesOK(ctx context.Context, table string) ([]string, error) {
	var mu sync.Mutex
	var names []string
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, p := range c.peers {
			g.Go(func(ctx context.Context) error {
				if _, err := p.Digest(ctx, table); err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				names = append(names, p.Name())
				return nil
			})
		}
		return nil
	})
	return names, err
}
