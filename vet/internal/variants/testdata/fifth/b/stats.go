package b

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// want-rule (b): the group is never waited for: at the first failure it returns while the other nodes are still being asked
func (c *Coordinator) CollectStats(ctx context.Context, nodes []Node) ([]Stats, error) {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(c.fanout)
	out := make(chan Stats, len(nodes))
	for _, n := range nodes {
		g.Go(func() error {
			st, err := n.Stats(gctx)
			if err != nil {
				return fmt.Errorf("stats of %s: %w", n.Name(), err)
			}
			out <- st
			return nil
		})
	}
	all := make([]Stats, 0, len(nodes))
	for range nodes {
		select {
		case st := <-out:
			all = append(all, st)
		case <-gctx.Done():
			return nil, context.Cause(gctx)
		}
	}
	return all, nil
}

// fine: all tasks have ended before the channel, which has room for all of them, is read
func (c *Coordinator) CollectStatsOK(ctx context.Context, nodes []Node) ([]Stats, error) {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(c.fanout)
	out := make(chan Stats, len(nodes))
	for _, n := range nodes {
		g.Go(func() error {
			st, err := n.Stats(gctx)
			if err != nil {
				return fmt.Errorf("stats of %s: %w", n.Name(), err)
			}
			out <- st
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	close(out)
	all := make([]Stats, 0, len(nodes))
	for st := range out {
		all = append(all, st)
	}
	return all, nil
}
