package e

import (
	"context"
	"fmt"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (e): the group is kept in a field of the scheduler, where it is after Run has ended it
func (s *Scheduler) Start(ctx context.Context, jobs map[string][]Job) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, kind := range s.kinds {
			s.lanes = append(s.lanes, lane{kind, g})
		}
		for _, l := range s.lanes {
			for _, j := range jobs[l.kind] {
				l.g.Go(j.Run, braid.Name(j.Name))
			}
		}
		return nil
	}, braid.Limit(8))
}

// fine: the structs with the group are a local variable of the body
func (s *Scheduler) StartOK(ctx context.Context, jobs map[string][]Job) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		var lanes []lane
		for _, kind := range s.kinds {
			lanes = append(lanes, lane{kind, g})
		}
		for _, l := range lanes {
			for _, j := range jobs[l.kind] {
				l.g.Go(j.Run, braid.Name(j.Name))
			}
		}
		return nil
	}, braid.Limit(8))
}

// want-rule (e): the group's context is put into a global map, and is dead when Wait has returned
func ScanAll(ctx context.Context, t Tree, root string) error {
	dirs, err := t.Dirs(ctx, root)
	if err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	scans.Store(root, gctx)
	for _, dir := range dirs {
		g.Go(func() error {
			return t.Scan(gctx, dir)
		})
	}
	return g.Wait()
}

// fine: what is put into the global map is when the scan began
func ScanAllOK(ctx context.Context, t Tree, root string) error {
	dirs, err := t.Dirs(ctx, root)
	if err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	scans.Store(root, time.Now())
	for _, dir := range dirs {
		g.Go(func() error {
			return t.Scan(gctx, dir)
		})
	}
	return g.Wait()
}

// want-rule (e): the context that is returned is derived from the group's, which Wait has cancelled
func (l *Loader) Preload(ctx context.Context, keys [3]string) (context.Context, error) {
	cache := &Cache{vals: make(map[string][]byte)}
	g, gctx := errgroup.WithContext(ctx)
	for _, key := range keys {
		g.Go(func() error {
			val, err := l.be.Get(gctx, key)
			if err != nil {
				return fmt.Errorf("preload %s: %w", key, err)
			}
			cache.put(key, val)
			return nil
		})
	}
	err := g.Wait()
	return context.WithValue(gctx, cacheKey{}, cache), err
}

// fine: the context that is returned is derived from the caller's
func (l *Loader) PreloadOK(ctx context.Context, keys [3]string) (context.Context, error) {
	cache := &Cache{vals: make(map[string][]byte)}
	g, gctx := errgroup.WithContext(ctx)
	for _, key := range keys {
		g.Go(func() error {
			val, err := l.be.Get(gctx, key)
			if err != nil {
				return fmt.Errorf("preload %s: %w", key, err)
			}
			cache.put(key, val)
			return nil
		})
	}
	err := g.Wait()
	return context.WithValue(ctx, cacheKey{}, cache), err
}

// want-rule (e): the task is sent to somebody outside of the group, which may have ended by then
func (l *Loader) Offer(ctx context.Context, key string, pending chan<- *braid.Task[[]byte]) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		task := braid.Fork(g, func(ctx context.Context) ([]byte, error) {
			return l.be.Get(ctx, key)
		})
		select {
		case pending <- task:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
}

// fine: the task is waited for within the group, and its value is sent
func (l *Loader) OfferOK(ctx context.Context, key string, values chan<- []byte) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		task := braid.Fork(g, func(ctx context.Context) ([]byte, error) {
			return l.be.Get(ctx, key)
		})
		value, err := task.Wait(ctx)
		if err != nil {
			return err
		}
		select {
		case values <- value:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
}

// want-rule (e): ctx has become the group's, so the commit after Wait is made with a context that is dead
func (x *Exporter) Publish(ctx context.Context, name string, parts []Part) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, part := range parts {
		g.Go(func() error {
			return x.be.Upload(ctx, part)
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("publish %s: %w", name, err)
	}
	return x.be.Commit(ctx, name, parts)
}

// fine: the group's context has a name of its own, and the commit is made with the caller's
func (x *Exporter) PublishOK(ctx context.Context, name string, parts []Part) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, part := range parts {
		g.Go(func() error {
			return x.be.Upload(gctx, part)
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("publish %s: %w", name, err)
	}
	return x.be.Commit(ctx, name, parts)
}
