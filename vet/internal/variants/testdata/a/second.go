package a

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (a): ctx.Err() in an if with init
func (s *store) copyAll(ctx context.Context, ids []int) error {
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			s.log.Info("stopping", "at", id)
			return nil
		}
		if _, err := s.copyOne(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// fine: returned
func (s *store) copyAllOK(ctx context.Context, ids []int) error {
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			s.log.Info("stopping", "at", id)
			return err
		}
		if _, err := s.copyOne(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) copyOne(ctx context.Context, id int) (item, error) { return fetch(ctx, id) }

// want-rule (a): a switch over ctx.Err()
func (s *store) reindex(ctx context.Context, items []item) error {
	for _, it := range items {
		if err := s.save(ctx, it); err != nil {
			switch ctx.Err() {
			case context.Canceled, context.DeadlineExceeded:
				return nil
			}
			return err
		}
	}
	return nil
}

// fine: the error goes up, whatever it is
func (s *store) reindexOK(ctx context.Context, items []item) error {
	for _, it := range items {
		if err := s.save(ctx, it); err != nil {
			return fmt.Errorf("reindex %d: %w", it.id, err)
		}
	}
	return nil
}

// want-rule (a): the loop's condition asks the context, and nil is behind it
func work(ctx context.Context, next func(context.Context) (item, bool), do func(context.Context, item) error) error {
	for ctx.Err() == nil {
		it, ok := next(ctx)
		if !ok {
			return nil
		}
		if err := do(ctx, it); err != nil {
			return err
		}
	}
	return nil
}

// fine: what is behind the loop is the context's error
func workOK(ctx context.Context, next func(context.Context) (item, bool), do func(context.Context, item) error) error {
	for ctx.Err() == nil {
		it, ok := next(ctx)
		if !ok {
			return nil
		}
		if err := do(ctx, it); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// want-rule (a): what could not be had is left out of the result
func collect(ctx context.Context, ids []int) ([]item, error) {
	var out []item
	for _, id := range ids {
		it, err := fetch(ctx, id)
		if err != nil {
			fmt.Println("skipping", id, err)
			continue
		}
		out = append(out, it)
	}
	return out, nil
}

// fine: the first that cannot be had ends it
func collectOK(ctx context.Context, ids []int) ([]item, error) {
	var out []item
	for _, id := range ids {
		it, err := fetch(ctx, id)
		if err != nil {
			return out, fmt.Errorf("item %d: %w", id, err)
		}
		out = append(out, it)
	}
	return out, nil
}

// want-rule (a): printed to stderr in the task's recover
func parallel(ctx context.Context, items []item) error {
	var g errgroup.Group
	g.SetLimit(3)
	for _, it := range items {
		g.Go(func() error {
			defer func() {
				if err := recover(); err != nil {
					fmt.Fprintln(os.Stderr, "panic:", err)
				}
			}()
			return process(ctx, it)
		})
	}
	return g.Wait()
}

// fine: there is no recover
func parallelOK(ctx context.Context, items []item) error {
	var g errgroup.Group
	g.SetLimit(3)
	for _, it := range items {
		g.Go(func() error { return process(ctx, it) })
	}
	return g.Wait()
}

// want-rule (a): the item's function of Each says nil for its error
func eachItem(ctx context.Context, items []item) error {
	return braid.Each(ctx, items, func(ctx context.Context, it item) error {
		if err := process(ctx, it); err != nil {
			return nil
		}
		return nil
	}, braid.Limit(4))
}

// fine: the item's function returns it
func eachItemOK(ctx context.Context, items []item) error {
	return braid.Each(ctx, items, func(ctx context.Context, it item) error {
		if err := process(ctx, it); err != nil {
			return err
		}
		return nil
	}, braid.Limit(4))
}

// want-rule (a): a deadline in the tree of All counts as success for everybody
func warmAll(ctx context.Context, fns ...func(context.Context) (int, error)) (sum int, err error) {
	vs, err := braid.All(ctx, fns)
	if err != nil && errors.Is(err, context.DeadlineExceeded) {
		return 0, nil
	}
	for _, v := range vs {
		sum += v
	}
	return sum, err
}

// fine: the error is returned as it is
func warmAllOK(ctx context.Context, fns ...func(context.Context) (int, error)) (sum int, err error) {
	vs, err := braid.All(ctx, fns)
	if err != nil {
		return 0, err
	}
	for _, v := range vs {
		sum += v
	}
	return sum, nil
}
