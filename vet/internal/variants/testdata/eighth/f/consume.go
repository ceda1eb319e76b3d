package f

import (
	"context"
	"fmt"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// want-rule (f): the deadline of each poll is derived from the outer context instead of the group's
func (c *Consumer) Consume(ctx context.Context, partitions int) error {
	group, groupCtx := errgroup.WithContext(ctx)
	for p := range partitions {
		group.Go(func() error {
			for groupCtx.Err() == nil {
				pollCtx, cancel := context.WithTimeout(ctx, c.timeout)
				err := c.poll(pollCtx, p)
				cancel()
				if err != nil {
					return fmt.Errorf("%s/%d: %w", c.topic, p, err)
				}
			}
			return groupCtx.Err()
		})
	}
	return group.Wait()
}

// fine: the deadline of each poll is below the group's context
func (c *Consumer) ConsumeOK(ctx context.Context, partitions int) error {
	group, groupCtx := errgroup.WithContext(ctx)
	for p := range partitions {
		group.Go(func() error {
			for groupCtx.Err() == nil {
				pollCtx, cancel := context.WithTimeout(groupCtx, c.timeout)
				err := c.poll(pollCtx, p)
				cancel()
				if err != nil {
					return fmt.Errorf("%s/%d: %w", c.topic, p, err)
				}
			}
			return groupCtx.Err()
		})
	}
	return group.Wait()
}

// want-rule (f): the pool hands each task a context that dies with the first error, and the task uses the outer one
func (c *Client) FetchAll(ctx context.Context, hosts []Host) ([][]byte, error) {
	p := pool.NewWithResults[[]byte]().
		WithMaxGoroutines(8).
		WithContext(ctx).
		WithCancelOnError()
	for _, h := range hosts {
		p.Go(func(context.Context) ([]byte, error) {
			return c.get(ctx, h.URL)
		})
	}
	return p.Wait()
}

// fine: each task uses the context that the pool hands it
func (c *Client) FetchAllOK(ctx context.Context, hosts []Host) ([][]byte, error) {
	p := pool.NewWithResults[[]byte]().
		WithMaxGoroutines(8).
		WithContext(ctx).
		WithCancelOnError()
	for _, h := range hosts {
		p.Go(func(ctx context.Context) ([]byte, error) {
			return c.get(ctx, h.URL)
		})
	}
	return p.Wait()
}

// want-rule (f): the task ignores its own context and pulls with the one that Run was given
func PullBoth(ctx context.Context, segment string, near, far Replica) error {
	return braid.Run(ctx, func(gctx context.Context, g *braid.Group) error {
		g.Go(func(_ context.Context) error {
			return far.Pull(ctx, segment)
		}, braid.Name("far"))
		return near.Pull(gctx, segment)
	})
}

// fine: the task pulls with its own context and ends when the body has failed
func PullBothOK(ctx context.Context, segment string, near, far Replica) error {
	return braid.Run(ctx, func(gctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			return far.Pull(ctx, segment)
		}, braid.Name("far"))
		return near.Pull(gctx, segment)
	})
}
