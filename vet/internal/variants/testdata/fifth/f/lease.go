package f

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// want-rule (f): the renewing task listens to the outer context only and goes on when the consumer has failed
func ConsumeLeased(ctx context.Context, q queue, owner string, handle func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		for {
			msg, err := q.Next(gctx)
			if err != nil {
				return err
			}
			if err := handle(gctx, msg); err != nil {
				return err
			}
		}
	})
	g.Go(func() error {
		tick := time.NewTicker(10 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if err := q.Renew(gctx, owner); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
	return g.Wait()
}

// fine: both tasks end with the group's context
func ConsumeLeasedOK(ctx context.Context, q queue, owner string, handle func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		for {
			msg, err := q.Next(gctx)
			if err != nil {
				return err
			}
			if err := handle(gctx, msg); err != nil {
				return err
			}
		}
	})
	g.Go(func() error {
		tick := time.NewTicker(10 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if err := q.Renew(gctx, owner); err != nil {
					return err
				}
			case <-gctx.Done():
				return gctx.Err()
			}
		}
	})
	return g.Wait()
}
