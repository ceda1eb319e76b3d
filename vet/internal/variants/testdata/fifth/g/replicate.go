package g

import (
	"context"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// want-rule (g): the result of Wait is not looked at, and the entry counts as replicated
func (c *Cluster) Replicate(ctx context.Context, entry []byte) error {
	if err := c.primary.Apply(ctx, entry); err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, r := range c.replicas {
		g.Go(func() error { return r.Apply(gctx, entry) })
	}
	g.Wait()
	c.log.InfoContext(ctx, "replicated", "replicas", len(c.replicas))
	return nil
}

// fine: a failed replica is an error of the replication
func (c *Cluster) ReplicateOK(ctx context.Context, entry []byte) error {
	if err := c.primary.Apply(ctx, entry); err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, r := range c.replicas {
		g.Go(func() error { return r.Apply(gctx, entry) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	c.log.InfoContext(ctx, "replicated", "replicas", len(c.replicas))
	return nil
}

// want-rule (g): the pool's error is assigned to the blank identifier before the primary is flushed
func (c *Cluster) FlushAll(ctx context.Context) error {
	p := pool.New().WithErrors().WithContext(ctx).WithMaxGoroutines(4)
	for _, r := range c.replicas {
		p.Go(r.Flush)
	}
	_ = p.Wait()
	return c.primary.Flush(ctx)
}

// fine: the primary is flushed only if all replicas were
func (c *Cluster) FlushAllOK(ctx context.Context) error {
	p := pool.New().WithErrors().WithContext(ctx).WithMaxGoroutines(4)
	for _, r := range c.replicas {
		p.Go(r.Flush)
	}
	if err := p.Wait(); err != nil {
		return err
	}
	return c.primary.Flush(ctx)
}

// want-rule (g): the error of Each falls to the floor
func (c *Cluster) Replay(ctx context.Context, log [][]byte) (applied int, err error) {
	for _, entry := range log {
		if err := c.primary.Apply(ctx, entry); err != nil {
			return applied, err
		}
		braid.Each(ctx, c.replicas, func(ctx context.Context, r Replica) error {
			return r.Apply(ctx, entry)
		}, braid.Limit(4), braid.Name("replay"))
		applied++
	}
	return applied, nil
}

// fine: the replay stops at the first entry that a replica refuses
func (c *Cluster) ReplayOK(ctx context.Context, log [][]byte) (applied int, err error) {
	for _, entry := range log {
		if err := c.primary.Apply(ctx, entry); err != nil {
			return applied, err
		}
		err := braid.Each(ctx, c.replicas, func(ctx context.Context, r Replica) error {
			return r.Apply(ctx, entry)
		}, braid.Limit(4), braid.Name("replay"))
		if err != nil {
			return applied, err
		}
		applied++
	}
	return applied, nil
}
