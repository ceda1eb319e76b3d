// Joins by a function that waits for the group it is given, or by a variable that holds the join.

package dropped

import (
	"context"
	"errors"
	"fmt"
	"log"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type worker struct{ name string }

func (w *worker) finish(g *errgroup.Group) error {
	if err := g.Wait(); err != nil {
		return fmt.Errorf("%s: %w", w.name, err)
	}
	return nil
}

func waitAll(ctx context.Context, g *braid.Group) error { return g.Wait() }

func finishBoth(w *worker, g *errgroup.Group) error {
	err := w.finish(g)
	return errors.Join(err, fails())
}

func tellsOnly(g *errgroup.Group) error {
	if err := g.Wait(); err != nil {
		log.Print(err)
	}
	return fails()
}

func (w *worker) Close(g *errgroup.Group) {
	defer w.finish(g) // want `a deferred join drops`
	g.Go(fails)
}

func (w *worker) alone(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	w.finish(g) // want `the group's error is dropped`
	return nil
}

func (w *worker) aloneBoth() {
	var g errgroup.Group
	g.Go(fails)
	_ = finishBoth(w, &g) // want `assigned to _`
}

func aloneBraid(ctx context.Context) {
	g, ctx := braid.Open(ctx)
	g.Go(work)
	waitAll(ctx, g) // want `the group's error is dropped`
}

func (w *worker) aloneTold() {
	var g errgroup.Group
	g.Go(fails)
	tellsOnly(&g)
}

func (w *worker) aloneFine() {
	var g errgroup.Group
	n := 0
	g.Go(func() error {
		n++
		return nil
	})
	w.finish(&g)
}

func (w *worker) twice(early bool) error {
	var g errgroup.Group
	g.Go(fails)
	if early {
		w.finish(&g)
		return errors.New("early")
	}
	return w.finish(&g)
}

func (w *worker) twiceMixed(early bool) error {
	var g errgroup.Group
	g.Go(fails)
	if early {
		g.Wait()
		return errors.New("early")
	}
	return w.finish(&g)
}

func held() {
	var g errgroup.Group
	wait := g.Wait
	defer wait() // want `a deferred join drops`
	g.Go(fails)
}

func heldOnce(begin func() error) error {
	var g errgroup.Group
	wait := sync.OnceValue(g.Wait)
	defer wait() // want `a deferred join drops`
	g.Go(fails)
	if err := begin(); err != nil {
		return err
	}
	wait() // want `the group's error is dropped`
	return nil
}

func heldLit(name string) {
	var g errgroup.Group
	wait := func() error {
		if err := g.Wait(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	g.Go(fails)
	wait() // want `the group's error is dropped`
}

func heldUsed(begin func() error) error {
	var g errgroup.Group
	wait := sync.OnceValue(g.Wait)
	defer wait()
	g.Go(fails)
	if err := begin(); err != nil {
		return errors.Join(err, wait())
	}
	return wait()
}

func heldGiven(keep func(func() error)) {
	var g errgroup.Group
	wait := g.Wait
	defer wait()
	g.Go(fails)
	keep(wait)
}

func heldFine() {
	var g errgroup.Group
	n := 0
	wait := g.Wait
	defer wait()
	g.Go(func() error {
		n++
		return nil
	})
}

func heldWhole(ctx context.Context) {
	try := func() error { // the group is its own affair
		g, ctx := errgroup.WithContext(ctx)
		g.Go(func() error { return work(ctx) })
		return g.Wait()
	}
	try()
}
