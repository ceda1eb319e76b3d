package a

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// want-rule (a): a task that does not get its share of the budget because the context died ends as if it had loaded its region
func (w *Warmer) WarmRegions(ctx context.Context, regions []string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(w.parallel)
	for _, region := range regions {
		g.Go(func() error {
			if err := w.budget.Acquire(ctx, 1); err != nil {
				return nil
			}
			defer w.budget.Release(1)
			err := w.load(ctx, region)
			if errors.Is(err, ErrNotFound) {
				return nil
			}
			return err
		})
	}
	return g.Wait()
}

// fine: the failed Acquire is the task's error; only a region that is not there is let pass
func (w *Warmer) WarmRegionsOK(ctx context.Context, regions []string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(w.parallel)
	for _, region := range regions {
		g.Go(func() error {
			if err := w.budget.Acquire(ctx, 1); err != nil {
				return fmt.Errorf("warm %s: %w", region, err)
			}
			defer w.budget.Release(1)
			err := w.load(ctx, region)
			if errors.Is(err, ErrNotFound) {
				return nil
			}
			return err
		})
	}
	return g.Wait()
}
