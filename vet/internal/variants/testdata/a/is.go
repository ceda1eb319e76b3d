package a

import (
	"context"
	"errors"
	"fmt"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (a): one cancelled leaf makes the whole tree nil
func (s *store) mirror(ctx context.Context, items []item) error {
	err := braid.Each(ctx, items, s.save)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// fine: only the cancelled part is taken out
func (s *store) mirrorOK(ctx context.Context, items []item) error {
	err := braid.Each(ctx, items, s.save)
	_, rest := braid.Split(err, braid.Is(context.Canceled))
	return rest
}

// want-rule (a): the joined errors are dropped if one is a cancellation
func closeAll(ctx context.Context, fns ...func(context.Context) error) error {
	var errs []error
	for _, fn := range fns {
		errs = append(errs, fn(ctx))
	}
	if err := errors.Join(errs...); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// fine: each error is looked at by itself
func closeAllOK(ctx context.Context, fns ...func(context.Context) error) error {
	var errs []error
	for _, fn := range fns {
		if err := fn(ctx); err != nil && !errors.Is(err, context.Canceled) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// want-rule (a): a switch over the tree of a group
func runPair(ctx context.Context, a, b func(context.Context) error) error {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(a)
		g.Go(b)
		return nil
	})
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil
	default:
		return fmt.Errorf("pair: %w", err)
	}
}

// fine: the tree goes up as it is
func runPairOK(ctx context.Context, a, b func(context.Context) error) error {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(a)
		g.Go(b)
		return nil
	})
	switch {
	case err == nil:
		return nil
	default:
		return fmt.Errorf("pair: %w", err)
	}
}

// want-rule (a): errors of tasks are joined by hand, then tested as one
func joinTwo(ctx context.Context, a, b func(context.Context) error) error {
	var g errgroup.Group
	var ea, eb error
	g.Go(func() error { ea = a(ctx); return ea })
	g.Go(func() error { eb = b(ctx); return eb })
	if g.Wait() == nil {
		return nil
	}
	if err := fmt.Errorf("a: %w; b: %w", ea, eb); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// fine: what is tested is one error
func joinTwoOK(ctx context.Context, a, b func(context.Context) error) error {
	var g errgroup.Group
	var ea, eb error
	g.Go(func() error { ea = a(ctx); return ea })
	g.Go(func() error { eb = b(ctx); return eb })
	if g.Wait() == nil {
		return nil
	}
	return fmt.Errorf("a: %w; b: %w", ea, eb)
}
