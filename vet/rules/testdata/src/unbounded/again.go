// Tasks that start more of their kind.

package unbounded

import (
	"context"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

type tree interface {
	Children(ctx context.Context, of string) ([]string, error)
	Known(of string) []string
}

func descend(ctx context.Context, t tree, g *braid.Group, at string) error {
	below, err := t.Children(ctx, at)
	if err != nil {
		return err
	}
	for _, b := range below {
		g.Go(func(ctx context.Context) error { return descend(ctx, t, g, b) }) // may have a limit that was set elsewhere
	}
	return nil
}

func visitAll(ctx context.Context, t tree, root string) error {
	var g errgroup.Group
	var visit func(at string) error
	visit = func(at string) error {
		below, err := t.Children(ctx, at)
		if err != nil {
			return err
		}
		for _, b := range below {
			g.Go(func() error { return visit(b) }) // want `a goroutine for each of what was found, which starts one for each that it finds`
		}
		return nil
	}
	g.Go(func() error { return visit(root) })
	return g.Wait()
}

func (w *walker) visit(ctx context.Context, at string) error {
	below, err := w.t.Children(ctx, at)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	for _, b := range below {
		wg.Go(func() { // want `a goroutine for each of what was found`
			if err := w.visit(ctx, b); err != nil {
				w.fail(err)
			}
		})
	}
	wg.Wait()
	return nil
}

type walker struct {
	t    tree
	fail func(error)
	sem  *semaphore.Weighted
}

// Slots, a limit, what is known already, one at a time, or another function.

func (w *walker) slots(ctx context.Context, at string) error {
	if err := w.sem.Acquire(ctx, 1); err != nil {
		return err
	}
	below, err := w.t.Children(ctx, at)
	w.sem.Release(1)
	if err != nil {
		return err
	}
	var g errgroup.Group
	for _, b := range below {
		g.Go(func() error { return w.slots(ctx, b) })
	}
	return g.Wait()
}

func (w *walker) known(ctx context.Context, at string) error {
	var g errgroup.Group
	for _, b := range w.t.Known(at) {
		g.Go(func() error { return w.known(ctx, b) })
	}
	return g.Wait()
}

func (w *walker) inTurn(ctx context.Context, at string) error {
	below, err := w.t.Children(ctx, at)
	if err != nil {
		return err
	}
	for _, b := range below {
		var g errgroup.Group
		g.Go(func() error { return w.inTurn(ctx, b) })
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) limited(ctx context.Context, root string) error {
	var g errgroup.Group
	g.SetLimit(8)
	var visit func(at string) error
	visit = func(at string) error {
		below, err := w.t.Children(ctx, at)
		if err != nil {
			return err
		}
		for _, b := range below {
			g.Go(func() error { return visit(b) })
		}
		return nil
	}
	return visit(root)
}

func (w *walker) onlyBelow(ctx context.Context, at string) error {
	below, err := w.t.Children(ctx, at)
	if err != nil {
		return err
	}
	var g errgroup.Group
	for _, b := range below {
		g.Go(func() error { return work(b) })
	}
	return g.Wait()
}
