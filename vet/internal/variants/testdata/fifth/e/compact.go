package e

import (
	"context"
	"fmt"

	"github.com/braid-go/braid"
)

// want-rule (e): the group is taken out of its block by a variable, and is handed a task when it has ended
func (c *Compactor) Compact(ctx context.Context) error {
	var group *braid.Group
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		group = g
		g.Go(c.level0)
		g.Go(c.level1)
		return nil
	})
	if err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	group.Go(c.sweep)
	return nil
}

// fine: the sweep, which has to come after both levels, is called by itself
func (c *Compactor) CompactOK(ctx context.Context) error {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(c.level0)
		g.Go(c.level1)
		return nil
	})
	if err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	return c.sweep(ctx)
}
