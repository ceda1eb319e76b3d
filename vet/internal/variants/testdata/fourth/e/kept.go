package e

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"
)

// want-rule (e): the group is kept in the hub, and nobody ever waits for it
func newHub(ctx context.Context, in <-chan event, subs map[string]func(event)) *hub {
	g, ctx := errgroup.WithContext(ctx)
	h := &hub{in: in, subs: subs, g: g}
	g.Go(func() error { return h.dispatch(ctx) })
	return h
}

// fine: the hub lives in here, and the group too
func newHubOK(ctx context.Context, in <-chan event, subs map[string]func(event)) error {
	g, ctx := errgroup.WithContext(ctx)
	h := &hub{in: in, subs: subs}
	g.Go(func() error { return h.dispatch(ctx) })
	return g.Wait()
}

var tasks *errgroup.Group

// want-rule (e): the group goes into a global, to be forgotten there
func setup(ctx context.Context, c config) error {
	tasks, ctx = errgroup.WithContext(ctx)
	tasks.Go(func() error { return c.metrics(ctx) })
	tasks.Go(func() error { return c.reload(ctx) })
	return nil
}

// fine: a variable of that name, but of its own
func setupOK(ctx context.Context, c config) error {
	tasks, ctx := errgroup.WithContext(ctx)
	tasks.Go(func() error { return c.metrics(ctx) })
	tasks.Go(func() error { return c.reload(ctx) })
	return tasks.Wait()
}

// want-rule (e): the function that is returned starts tasks that nobody can wait for
func limited(ctx context.Context, n int) func(j job) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(n)
	return func(j job) {
		g.Go(func() error { return j.run(ctx) })
	}
}

// fine: the function is lent to body, and what it has started is waited for
func limitedOK(ctx context.Context, n int, body func(submit func(j job)) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(n)
	submit := func(j job) {
		g.Go(func() error { return j.run(ctx) })
	}
	err := body(submit)
	return errors.Join(err, g.Wait())
}

// want-rule (e): after the first round's Wait the group's context is dead for all others
func (s *scheduler) rounds(ctx context.Context, tick <-chan time.Time) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for {
		select {
		case now, ok := <-tick:
			if !ok {
				return nil
			}
			for _, j := range s.due(now) {
				g.Go(func() error { return j.run(gctx) })
			}
			if err := g.Wait(); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fine: each round has a group of its own
func (s *scheduler) roundsOK(ctx context.Context, tick <-chan time.Time) error {
	for {
		select {
		case now, ok := <-tick:
			if !ok {
				return nil
			}
			g, gctx := errgroup.WithContext(ctx)
			g.SetLimit(4)
			for _, j := range s.due(now) {
				g.Go(func() error { return j.run(gctx) })
			}
			if err := g.Wait(); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
