// The error of a group that is lost on one way, and one that ends with an if.

package dropped

import (
	"context"
	"errors"
	"fmt"
	"log"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

type store struct {
	dirty, stale bool
	flush        func(context.Context) error
}

func (s *store) commit(ctx context.Context, part func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return part(gctx) })
	err := g.Wait() // want `on one way err becomes what flush returns before anybody has looked`
	if s.dirty {
		err = s.flush(ctx)
	}
	return err
}

func oneWay(save func() error, really bool) error {
	var g errgroup.Group
	g.Go(fails)
	err := g.Wait() // want `on one way err becomes what save returns`
	if really {
		err = save()
	}
	return err
}

func withCount(save func() (int, error), really bool) (n int, err error) {
	var g errgroup.Group
	g.Go(fails)
	err = g.Wait() // want `on one way err becomes what save returns`
	if really {
		n, err = save()
	}
	return
}

func inIf(title string, open func() (int, error)) (int, error) {
	n, err := open()
	if err != nil {
		return 0, err
	}
	var g errgroup.Group
	g.Go(fails)
	if err := g.Wait(); err != nil /* want `nobody reads err after this` */ {
		err = fmt.Errorf("report %s: %w", title, err)
	}
	return n, err
}

// What follows is fine.

func (s *store) commitBoth(ctx context.Context, part func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return part(gctx) })
	err := g.Wait()
	if s.dirty {
		err = errors.Join(err, s.flush(ctx))
	}
	return err
}

func (s *store) commitGood(ctx context.Context) error {
	var g errgroup.Group
	g.Go(fails)
	err := g.Wait()
	if s.dirty && err == nil {
		err = s.flush(ctx)
	}
	return err
}

func (s *store) commitTold(ctx context.Context) error {
	var g errgroup.Group
	g.Go(func() error {
		s.stale = true
		return errors.New("stale")
	})
	err := g.Wait()
	if s.stale {
		err = s.flush(ctx)
	}
	return err
}

func retryOnce(again func() error) error {
	var g errgroup.Group
	var stale atomic.Bool
	g.Go(func() error {
		stale.Store(true)
		return errors.New("stale")
	})
	err := g.Wait()
	if stale.Load() {
		err = again()
	}
	return err
}

func whyEnded(ctx context.Context, broken bool) error {
	var g errgroup.Group
	g.Go(fails)
	err := g.Wait()
	if broken {
		err = errors.New("broken")
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return err
}

func newTimeout() error { return errors.New("timeout") }

func timedOut(late bool) error {
	var g errgroup.Group
	g.Go(fails)
	err := g.Wait()
	if late {
		err = newTimeout()
	}
	return err
}

func cutShort(close func() error, quiet bool) error {
	var g errgroup.Group
	g.Go(fails)
	err := g.Wait()
	if quiet { // whatever the tasks say, they are expected to fail
		err = close()
	}
	return err
}

func otherFirst(read error, close func() error) error {
	var g errgroup.Group
	g.Go(fails)
	err := g.Wait()
	if read != nil {
		err = close()
	}
	return err
}

func wrappedOutside() error {
	var g errgroup.Group
	g.Go(fails)
	var err error
	if err = g.Wait(); err != nil {
		err = fmt.Errorf("all: %w", err)
	}
	return err
}

func loggedInIf() {
	var g errgroup.Group
	g.Go(fails)
	if err := g.Wait(); err != nil {
		err = fmt.Errorf("all: %w", err)
		log.Print(err)
	}
}

func lastOf(n int, again func() error) error {
	var g errgroup.Group
	g.Go(fails)
	err := g.Wait()
	for i := 0; i < n && err != nil; i++ {
		err = again()
	}
	return err
}
