package c

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// want-rule (c): workers range over a channel that nobody closes and so sit there after the cancellation
func (q *Queue) Work(ctx context.Context, workers int) error {
	g, ctx := errgroup.WithContext(ctx)
	for range workers {
		g.Go(func() error {
			for j := range q.jobs {
				if err := ctx.Err(); err != nil {
					q.done(j.ID, err)
					return err
				}
				q.done(j.ID, q.run(ctx, j))
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: a worker that waits for a job waits for the cancellation too
func (q *Queue) WorkOK(ctx context.Context, workers int) error {
	g, ctx := errgroup.WithContext(ctx)
	for range workers {
		g.Go(func() error {
			for {
				select {
				case <-ctx.Done():
					return context.Cause(ctx)
				case j, ok := <-q.jobs:
					if !ok {
						return nil
					}
					q.done(j.ID, q.run(ctx, j))
				}
			}
		})
	}
	return g.Wait()
}
