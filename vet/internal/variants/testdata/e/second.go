package e

import (
	"context"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type registry struct {
	mu     sync.Mutex
	groups map[string]*braid.Group
	spawn  func(func(context.Context) error, ...braid.TaskOption)
}

// want-rule (e): the group goes into a map of an object
func (r *registry) register(ctx context.Context, name string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		r.mu.Lock()
		r.groups[name] = g
		r.mu.Unlock()
		g.Go(work)
		return nil
	})
}

// fine: a group of the object's own
func (r *registry) registerOK(ctx context.Context, name string) {
	g, _ := braid.Open(ctx)
	r.mu.Lock()
	r.groups[name] = g
	r.mu.Unlock()
	g.Go(work)
}

// want-rule (e): a method value keeps the group
func (r *registry) bind(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		r.spawn = g.Go
		g.Go(work)
		return nil
	})
}

// fine: a method value in the block
func (r *registry) bindOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		spawn := g.Go
		spawn(work)
		return nil
	})
}

// want-rule (e): the context of a Timeout goes into a field
func (s *service) within(ctx context.Context) error {
	return braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
		s.ctx = ctx
		return s.step(ctx)
	})
}

// fine: the context of a Timeout is handed down
func (s *service) withinOK(ctx context.Context) error {
	return braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
		return s.step(ctx)
	})
}

// want-rule (e): Call returns an object with the group in it
func newOwner(ctx context.Context) (*service, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (*service, error) {
		g.Go(work)
		return &service{group: g}, nil
	})
}

// fine: the object opens a group
func newOwnerOK(ctx context.Context) *service {
	s := &service{}
	s.group, s.ctx = braid.Open(ctx)
	s.group.Go(work)
	return s
}

// want-rule (e): a goroutine hands work to a group that may have ended
func trickle(ctx context.Context, fns <-chan func(context.Context) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		go func() {
			for fn := range fns {
				g.Go(fn)
			}
		}()
		return nil
	})
}

// fine: a task hands work to its group
func trickleOK(ctx context.Context, fns []func(context.Context) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for _, fn := range fns {
				g.Go(fn)
			}
			return nil
		})
		return nil
	})
}

// want-rule (e): an errgroup is given work behind its Wait
func twoRounds(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	g.Go(func() error { return work(gctx) })
	return g.Wait()
}

// fine: a group for each round
func twoRoundsOK(ctx context.Context) error {
	for range 2 {
		g, gctx := errgroup.WithContext(ctx)
		g.Go(func() error { return work(gctx) })
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}
