package i

import (
	"context"

	"github.com/sourcegraph/conc/pool"
)

// want-rule (i): the pool has no maximum, and the broker delivers as fast as it can
func (c *Consumer) Consume(ctx context.Context) error {
	p := pool.New()
	defer p.Wait()
	for {
		select {
		case d, ok := <-c.in:
			if !ok {
				return nil
			}
			p.Go(func() { c.handle(ctx, d) })
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fine: the pool has sixteen goroutines at most and its Go waits for one to be free
func (c *Consumer) ConsumeOK(ctx context.Context) error {
	p := pool.New().WithMaxGoroutines(16)
	defer p.Wait()
	for {
		select {
		case d, ok := <-c.in:
			if !ok {
				return nil
			}
			p.Go(func() { c.handle(ctx, d) })
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
