package wrongctx

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// Functions that captured the context around.

func helper(ctx context.Context, keys []string, get func(context.Context, string) error) error {
	load := func(key string) error { return get(ctx, key) }
	if err := load("first"); err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return do(gctx) })
	for _, key := range keys {
		g.Go(func() error {
			if err := load(key); err != nil { // want `this task's group cancels another context, gctx: load works with ctx, which does not end with it`
				return err
			}
			return nil
		})
	}
	return g.Wait()
}

func helperOfRequest(w http.ResponseWriter, r *http.Request, get func(context.Context, string) (int, error)) {
	size := func(key string) (int, error) {
		ctx, cancel := context.WithTimeout(r.Context(), time.Second)
		defer cancel()
		return get(ctx, key)
	}
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() error { return do(ctx) })
	g.Go(func() (err error) {
		_, err = size("a") // want `size works with r.Context\(\), which does not end with it`
		return err
	})
	_ = g.Wait()
}

func onlyHelpers(ctx context.Context, keys []string, get func(context.Context, string) error) error {
	load := func(key string) error { return get(ctx, key) }
	g, gctx := errgroup.WithContext(ctx)
	for _, key := range keys {
		if gctx.Err() != nil {
			break
		}
		g.Go(func() error { return load(key) }) // want `load works with ctx, which does not end with it`
	}
	return g.Wait()
}

func onlyPlainHelpers(ctx context.Context, keys []string, size func(string) error) error {
	load := func(key string) error { return size(key) }
	g, _ := errgroup.WithContext(ctx)
	for _, key := range keys {
		g.Go(func() error { return load(key) })
	}
	return g.Wait()
}

func helpersMeant(ctx context.Context, keys []string, get func(context.Context, string) error) error {
	with := func(ctx context.Context, key string) error { return get(ctx, key) }
	say := func(key string) error { slog.InfoContext(ctx, key); return nil }
	count := func(key string) { _ = get(ctx, key) }
	release := func(key string) error { return get(ctx, key) }
	free := func(key string) error { return get(context.WithoutCancel(ctx), key) }
	open := func(key string) error { return openFor(ctx, key) }
	g, gctx := errgroup.WithContext(ctx)
	behind := func(key string) error { return get(gctx, key) }
	for _, key := range keys {
		g.Go(func() error {
			if err := with(gctx, key); err != nil {
				return release(key)
			}
			defer release(key)
			count(key)
			if err := say(key); err != nil {
				return err
			}
			if err := free(key); err != nil {
				return err
			}
			if err := open(key); err != nil {
				return err
			}
			return behind(key)
		})
	}
	return g.Wait()
}

func openFor(ctx context.Context, key string) error { return nil }

func helperReassigned(ctx context.Context, keys []string, get func(context.Context, string) error) error {
	load := func(key string) error { return get(ctx, key) }
	g, ctx := errgroup.WithContext(ctx)
	for _, key := range keys {
		g.Go(func() error { return load(key) })
	}
	return g.Wait()
}

// Functions of the package that have it from a field.

type crawl struct {
	ctx  context.Context
	stop context.CancelFunc
	next *crawl
	get  func(context.Context, string) error
}

func (c *crawl) Stop() { c.stop() }

func (c *crawl) one(key string) error { return c.get(c.ctx, key) }

func oneOf(c *crawl, key string) error {
	if err := c.get(c.ctx, key); err != nil {
		return err
	}
	return nil
}

func (c *crawl) given(ctx context.Context, key string) error { return c.get(ctx, key) }

func (c *crawl) watchAll(key string) error { return c.watchOne(c.ctx, key) }

func (c *crawl) watchOne(ctx context.Context, key string) error { return nil }

func (c *crawl) asks() error { return c.ctx.Err() }

func (c *crawl) set(key string) error {
	var cancel context.CancelFunc
	c.ctx, cancel = context.WithTimeout(c.ctx, time.Second)
	defer cancel()
	return c.get(c.ctx, key)
}

func (c *crawl) all(keys []string) error {
	g, ctx := errgroup.WithContext(c.ctx)
	g.Go(func() error { return do(ctx) })
	for _, key := range keys {
		g.Go(func() error { return c.one(key) })    // want `this task's group cancels another context, ctx: c.one works with c.ctx, which does not end with it`
		g.Go(func() error { return oneOf(c, key) }) // want `oneOf works with c.ctx, which does not end with it`
	}
	return g.Wait()
}

func (c *crawl) allMeant(keys []string) error {
	g, ctx := errgroup.WithContext(c.ctx)
	for _, key := range keys {
		g.Go(func() error { return c.next.one(key) })
		g.Go(func() error { return c.given(ctx, key) })
		g.Go(func() error { return c.watchAll(key) })
		g.Go(func() error { return c.asks() })
		g.Go(func() error { return c.set(key) })
		g.Go(func() error {
			_ = c.one(key)
			if err := do(ctx); err != nil {
				return c.one(key) // makes up for it
			}
			return nil
		})
	}
	return g.Wait()
}

func (c *crawl) allEnded(keys []string) error {
	g, ctx := errgroup.WithContext(c.ctx)
	g.Go(func() error {
		<-ctx.Done()
		c.Stop()
		return nil
	})
	for _, key := range keys {
		g.Go(func() error { return c.one(key) })
	}
	return g.Wait()
}

// Its cancel function is called by whoever fails.

type crawler struct {
	ctx  context.Context
	stop context.CancelFunc
}

func (c *crawler) one(key string) error {
	if err := do(c.ctx); err != nil {
		c.stop()
		return err
	}
	return nil
}

func (c *crawler) all(keys []string) error {
	g, ctx := errgroup.WithContext(c.ctx)
	g.Go(func() error { return do(ctx) })
	for _, key := range keys {
		g.Go(func() error { return c.one(key) })
	}
	return g.Wait()
}
