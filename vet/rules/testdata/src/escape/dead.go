package escape

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

type getter interface {
	Get(ctx context.Context, key string) (string, error)
	Put(ctx context.Context, key, value string) error
}

// Contexts made of a group's.

func valued(ctx context.Context, s getter) (context.Context, error) {
	var found string
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		found, err = s.Get(gctx, "a")
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return context.WithValue(gctx, key(1), found), nil // want `gctx belongs to g, and is dead`
}

func valuedAtOnce(ctx context.Context, s getter) (context.Context, error) {
	g, gctx := errgroup.WithContext(ctx)
	vctx := context.WithValue(gctx, key(1), "a")
	g.Go(func() error { return s.Put(vctx, "a", "b") })
	return vctx, g.Wait() // want `vctx is made of gctx, and is dead with that`
}

func limited(ctx context.Context, s getter) error {
	g, gctx := errgroup.WithContext(ctx)
	tctx, cancel := context.WithTimeout(gctx, time.Minute)
	defer cancel()
	g.Go(func() error { return s.Put(tctx, "a", "b") })
	if err := g.Wait(); err != nil {
		return err
	}
	return s.Put(tctx, "c", "d") // want `tctx is made of gctx, and is dead with that`
}

// Functions that work with it.

func undoes(ctx context.Context, s getter) error {
	g, gctx := errgroup.WithContext(ctx)
	undo := func(key string) error { return s.Put(gctx, key, "") }
	g.Go(func() error { return s.Put(gctx, "a", "b") })
	if err := g.Wait(); err != nil {
		_ = undo("a") // want `undo works with gctx, which is dead`
		return err
	}
	return nil
}

func givesLookup(ctx context.Context, s getter) (func(string) (string, error), error) {
	seen := map[string]string{}
	g, gctx := errgroup.WithContext(ctx)
	lookup := func(key string) (string, error) {
		if v, ok := seen[key]; ok {
			return v, nil
		}
		return s.Get(gctx, key)
	}
	g.Go(func() (err error) {
		seen["a"], err = s.Get(gctx, "a")
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return lookup, nil // want `lookup works with gctx`
}

type cached struct {
	s      getter
	seen   map[string]string
	lookup func(string) (string, error)
	kick   func(string) error
}

func (c *cached) fill(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		v, err := c.s.Get(gctx, "a")
		c.seen["a"] = v
		return err
	})
	c.lookup = func(key string) (string, error) { return c.s.Get(gctx, key) } // want `the context of a group \(gctx\) is kept in a function`
	return g.Wait()
}

// Left alone: made of the outer context, asked for its values, asked whether it is alive, or in sight of the tasks.

func madeOfOuter(ctx context.Context, s getter) error {
	tctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.Put(ctx, "a", "b") })
	if err := g.Wait(); err != nil {
		return err
	}
	return s.Put(tctx, "c", "d")
}

func freed(ctx context.Context, s getter) (context.Context, error) {
	g, gctx := errgroup.WithContext(ctx)
	free := context.WithoutCancel(gctx)
	vctx := context.WithValue(gctx, key(1), 2)
	g.Go(func() error { return s.Put(vctx, "a", "b") })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	_ = vctx.Value(key(1))
	return free, nil
}

func getsWhatIsThere(ctx context.Context, s getter, keys []string) (list []string, err error) {
	var mu sync.Mutex
	seen := map[string]string{}
	g, gctx := errgroup.WithContext(ctx)
	get := func(key string) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if v, ok := seen[key]; ok {
			return v, nil
		}
		v, err := s.Get(gctx, key)
		seen[key] = v
		return v, err
	}
	for _, key := range keys {
		g.Go(func() error {
			_, err := get(key)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for _, key := range keys {
		v, err := get(key)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func asksFirst(ctx context.Context, s getter) error {
	g, gctx := errgroup.WithContext(ctx)
	put := func(key string) error {
		if err := gctx.Err(); err != nil {
			return err
		}
		return s.Put(gctx, key, "")
	}
	g.Go(func() error { return put("a") })
	if err := g.Wait(); err != nil {
		return err
	}
	return put("b")
}

func beforeTheJoin(ctx context.Context, s getter) (error, error) {
	g, gctx := errgroup.WithContext(ctx)
	put := func(key string) error { return s.Put(gctx, key, "") }
	g.Go(func() error { return put("a") })
	return put("b"), g.Wait()
}

// A group that serves, tasks that use what is kept, and what is taken back.

func (c *cached) serve(ctx context.Context, serve func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serve(gctx) })
	c.kick = func(key string) error { return c.s.Put(gctx, key, "") }
	return g.Wait()
}

func (c *cached) fillByLookup(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	c.lookup = func(key string) (string, error) { return c.s.Get(gctx, key) }
	g.Go(func() error {
		v, err := c.s.Get(gctx, "a")
		if err != nil {
			v, err = c.lookup("b")
		}
		c.seen["a"] = v
		return err
	})
	return g.Wait()
}

func (c *cached) fillForNow(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	c.lookup = func(key string) (string, error) { return c.s.Get(gctx, key) }
	defer func() { c.lookup = nil }()
	g.Go(func() error {
		v, err := c.s.Get(gctx, "a")
		c.seen["a"] = v
		return err
	})
	return g.Wait()
}

// Maps that outlive the block.

var (
	everRun sync.Map
	running sync.Map
)

func noted(ctx context.Context, name string, work func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	everRun.Store(name, gctx) // want `the context of a group \(gctx\) is stored`
	running.Store(name, gctx)
	defer running.Delete(name)
	var mine sync.Map
	mine.Store(name, gctx)
	everRun.Store(gctx, name)
	g.Go(func() error { return work(gctx) })
	return g.Wait()
}
