package g

import (
	"context"
	"errors"
	"fmt"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (g): the deferred function closes the braid group and takes no notice of its error
func (a *Agent) ServeOnce(ctx context.Context) error {
	g, gctx := braid.Open(ctx, braid.Name("agent"))
	defer func() {
		g.Close()
		a.log.Info("agent stopped", "addr", a.addr)
	}()
	g.Go(a.heartbeat)
	if err := a.poll(gctx, a.addr); err != nil {
		return fmt.Errorf("poll %s: %w", a.addr, err)
	}
	return nil
}

// fine: the group's error becomes part of the result
func (a *Agent) ServeOnceOK(ctx context.Context) (err error) {
	g, gctx := braid.Open(ctx, braid.Name("agent"))
	defer func() {
		err = errors.Join(err, g.Close())
		a.log.Info("agent stopped", "addr", a.addr, "err", err)
	}()
	g.Go(a.heartbeat)
	if err := a.poll(gctx, a.addr); err != nil {
		return fmt.Errorf("poll %s: %w", a.addr, err)
	}
	return nil
}

// want-rule (g): the helper that waits forgets the error, and the switch-over goes on with replicas that were not flushed
func (c *Cluster) SwitchOver(ctx context.Context, to Replica) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, r := range c.replicas {
		g.Go(func() error { return r.Flush(gctx) })
	}
	c.settle(g)
	if err := to.Flush(ctx); err != nil {
		return err
	}
	c.primary = to
	return nil
}

// part of SwitchOver: waits for the group and forgets what it failed with
func (c *Cluster) settle(g *errgroup.Group) {
	g.Wait()
	c.log.Debug("replicas settled", "n", len(c.replicas))
}

// fine: the helper hands the group's error up
func (c *Cluster) SwitchOverOK(ctx context.Context, to Replica) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, r := range c.replicas {
		g.Go(func() error { return r.Flush(gctx) })
	}
	if err := c.settled(g); err != nil {
		return err
	}
	if err := to.Flush(ctx); err != nil {
		return err
	}
	c.primary = to
	return nil
}

// part of SwitchOverOK: waits for the group and returns its error
func (c *Cluster) settled(g *errgroup.Group) error {
	err := g.Wait()
	c.log.Debug("replicas settled", "n", len(c.replicas), "err", err)
	return err
}
