package g

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// want-rule (g): the group's error is only asked whether there is none; if there is one the node says nil and nobody learns what it was
func (n *node) warmUp(ctx context.Context) error {
	begun := time.Now()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.loadIndex(gctx) })
	g.Go(func() error { return n.joinRing(gctx) })
	if g.Wait() == nil {
		n.ready.Store(true)
	}
	n.log.InfoContext(ctx, "warm-up is over", "took", time.Since(begun), "ready", n.ready.Load())
	return nil
}

// fine: the group's error is returned, and the node is ready only without one
func (n *node) warmUpOK(ctx context.Context) error {
	begun := time.Now()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.loadIndex(gctx) })
	g.Go(func() error { return n.joinRing(gctx) })
	err := g.Wait()
	if err == nil {
		n.ready.Store(true)
	}
	n.log.InfoContext(ctx, "warm-up is over", "took", time.Since(begun), "ready", n.ready.Load())
	return err
}

// want-rule (g): the function that joins the pool drops its error, and the backup is sealed with a disk missing
func (b *backup) run(ctx context.Context) (id string, err error) {
	p := pool.New().WithContext(ctx).WithCancelOnError()
	join := sync.OnceFunc(func() { p.Wait() })
	defer join()
	for _, d := range b.disks {
		p.Go(d.Snapshot)
	}
	id, err = b.catalog.Begin(ctx)
	if err != nil {
		return "", fmt.Errorf("catalog: %w", err)
	}
	join()
	if err := b.catalog.Seal(ctx, id); err != nil {
		return "", fmt.Errorf("seal %s: %w", id, err)
	}
	return id, nil
}

// fine: the function that joins gives the pool's error each time, and every way out has it; the deferred call is for a panic of the catalog
func (b *backup) runOK(ctx context.Context) (id string, err error) {
	p := pool.New().WithContext(ctx).WithCancelOnError()
	join := sync.OnceValue(p.Wait)
	defer join()
	for _, d := range b.disks {
		p.Go(d.Snapshot)
	}
	id, err = b.catalog.Begin(ctx)
	if err != nil {
		return "", errors.Join(fmt.Errorf("catalog: %w", err), join())
	}
	if err := join(); err != nil {
		return "", fmt.Errorf("backup %s: %w", id, err)
	}
	if err := b.catalog.Seal(ctx, id); err != nil {
		return "", fmt.Errorf("seal %s: %w", id, err)
	}
	return id, nil
}

// want-rule (g): the errors of the members are in the outcomes, where nobody looks at them; a cluster that is down has epoch 0
func (c *cluster) epoch(ctx context.Context) (newest uint64, err error) {
	var fns []func(context.Context) (uint64, error)
	for _, m := range c.members {
		fns = append(fns, m.Epoch)
	}
	outcomes, err := braid.Settle(ctx, fns, braid.Name("epoch"))
	if err != nil {
		return 0, err
	}
	for _, o := range outcomes {
		newest = max(newest, o.Value)
	}
	c.log.DebugContext(ctx, "epoch", "newest", newest)
	return newest, nil
}

// fine: a minority of failures is logged, which is what the members are five for, and more of them is an error
func (c *cluster) epochOK(ctx context.Context) (newest uint64, err error) {
	var fns []func(context.Context) (uint64, error)
	for _, m := range c.members {
		fns = append(fns, m.Epoch)
	}
	outcomes, err := braid.Settle(ctx, fns, braid.Name("epoch"))
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, o := range outcomes {
		if o.Err != nil {
			failed = append(failed, o.Err)
			continue
		}
		newest = max(newest, o.Value)
	}
	if 2*len(failed) > len(outcomes) {
		return 0, fmt.Errorf("no majority: %w", errors.Join(failed...))
	}
	c.log.DebugContext(ctx, "epoch", "newest", newest, "failed", errors.Join(failed...))
	return newest, nil
}

// part of rebuild: waits for the group and gives its error
func (x *indexer) settle(ctx context.Context, g *errgroup.Group, what string) error {
	begun := time.Now()
	if err := g.Wait(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	x.log.InfoContext(ctx, "done", "what", what, "waited", time.Since(begun))
	return nil
}

// want-rule (g): the method that waits for the group gives its error, which is dropped, and a shard that was not rebuilt is swapped in
func (x *indexer) rebuild(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for n, s := range x.shards {
		g.Go(func() error {
			if err := s.Rebuild(gctx); err != nil {
				return fmt.Errorf("shard %d: %w", n, err)
			}
			return nil
		})
	}
	x.settle(ctx, g, "rebuild")
	return x.swap(ctx)
}

// fine: the shards are swapped in only if the method gives no error
func (x *indexer) rebuildOK(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for n, s := range x.shards {
		g.Go(func() error {
			if err := s.Rebuild(gctx); err != nil {
				return fmt.Errorf("shard %d: %w", n, err)
			}
			return nil
		})
	}
	if err := x.settle(ctx, g, "rebuild"); err != nil {
		return err
	}
	return x.swap(ctx)
}
