package e

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// want-rule (e): the node keeps the group's context for later proposals, and it is dead as soon as Wait has returned
func (n *Node) Bootstrap(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	n.ctx = gctx
	g.Go(func() error { return n.loadSnapshot(gctx) })
	g.Go(func() error { return n.joinCluster(gctx) })
	if err := g.Wait(); err != nil {
		return fmt.Errorf("bootstrap: %w", err)
	}
	return nil
}

// part of Bootstrap: proposes with the context that Bootstrap kept
func (n *Node) Propose(cmd []byte) error {
	return n.propose(n.ctx, cmd)
}

// fine: the group's context is used by its tasks only
func (n *Node) BootstrapOK(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.loadSnapshot(gctx) })
	g.Go(func() error { return n.joinCluster(gctx) })
	if err := g.Wait(); err != nil {
		return fmt.Errorf("bootstrap: %w", err)
	}
	return nil
}

// part of BootstrapOK: proposes with the context of whoever calls it
func (n *Node) ProposeOK(ctx context.Context, cmd []byte) error {
	return n.propose(ctx, cmd)
}
