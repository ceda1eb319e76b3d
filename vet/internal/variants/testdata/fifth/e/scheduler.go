package e

import (
	"context"

	"github.com/braid-go/braid"
)

// want-rule (e): the group of the block is kept in the scheduler, where it is found after the block has ended too
func (s *Scheduler) Serve(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		s.mu.Lock()
		s.group = g
		s.mu.Unlock()
		g.Go(s.ticker, braid.Background)
		for {
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case j := <-s.jobs:
				if err := g.GoWait(ctx, func(ctx context.Context) error { return s.run(ctx, j) }); err != nil {
					return err
				}
			}
		}
	}, braid.Limit(8))
}

// fine: others hand their jobs to the channel, and the group stays in its block
func (s *Scheduler) ServeOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(s.ticker, braid.Background)
		for {
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case j := <-s.jobs:
				if err := g.GoWait(ctx, func(ctx context.Context) error { return s.run(ctx, j) }); err != nil {
					return err
				}
			}
		}
	}, braid.Limit(8))
}
