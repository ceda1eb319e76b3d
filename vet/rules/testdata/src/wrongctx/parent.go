package wrongctx

import (
	"context"
	"io"
	"log/slog"
	"net/http"

	"golang.org/x/sync/errgroup"
)

// The context of a group is made of one in a field.

type link struct {
	ctx  context.Context
	next *link
}

func (l *link) relay(pump, keep func(context.Context) error) error {
	g, ctx := errgroup.WithContext(l.ctx)
	g.Go(func() error { return pump(l.ctx) }) // want `this task's group cancels another context, ctx: l.ctx does not end with it`
	g.Go(func() error { return keep(ctx) })
	return g.Wait()
}

func (l *link) others(pump, keep func(context.Context) error) error {
	g, ctx := errgroup.WithContext(l.ctx)
	g.Go(func() error { return pump(l.next.ctx) }) // of another
	g.Go(func() error {
		slog.InfoContext(l.ctx, "started")
		if l.ctx.Err() != nil {
			return nil
		}
		return keep(context.WithoutCancel(l.ctx))
	})
	g.Go(func() error { return keep(ctx) })
	return g.Wait()
}

func (l *link) set(pump func(context.Context) error) error {
	g, ctx := errgroup.WithContext(l.ctx)
	l.ctx = ctx
	g.Go(func() error { return pump(l.ctx) })
	return g.Wait()
}

func (l *link) startReader(ctx context.Context) error { return nil }

func (l *link) closeAll(ctx context.Context) error { return nil }

func (l *link) runReader(ctx context.Context) error {
	go func() { _ = do(ctx) }()
	return nil
}

// What is started, or goes on by itself, lives as long as the object.
func (l *link) starts(check func(context.Context) error) error {
	g, ctx := errgroup.WithContext(l.ctx)
	g.Go(func() error { return l.startReader(l.ctx) })
	g.Go(func() error { return l.runReader(l.ctx) })
	g.Go(func() error { return check(ctx) })
	g.Go(func() error {
		if err := check(ctx); err != nil {
			return check(l.ctx) // makes up for it
		}
		return l.closeAll(l.ctx)
	})
	return g.Wait()
}

// Functions that captured the context around.

func constructed(ctx context.Context, urls []string, get func(context.Context, string) error) error {
	task := func(url string) func() error {
		return func() error { return get(ctx, url) } // want `this task's group cancels another context, ctx: ctx does not end with it`
	}
	for range 3 {
		g, ctx := errgroup.WithContext(ctx)
		for _, url := range urls {
			g.Go(task(url))
		}
		g.Go(func() error { return do(ctx) })
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

func kept(ctx context.Context) error {
	task := func() error { return do(ctx) } // want `ctx does not end with it`
	g, gctx := errgroup.WithContext(ctx)
	g.Go(task)
	g.Go(task)
	g.Go(func() error { return do(gctx) })
	return g.Wait()
}

func constructedWith(ctx context.Context, urls []string, get func(context.Context, string) error) error {
	task := func(ctx context.Context, url string) func() error {
		return func() error { return get(ctx, url) }
	}
	g, gctx := errgroup.WithContext(ctx)
	for _, url := range urls {
		g.Go(task(gctx, url))
	}
	return g.Wait()
}

func constructedBehind(ctx context.Context, urls []string, get func(context.Context, string) error) error {
	g, ctx := errgroup.WithContext(ctx)
	task := func(url string) func() error {
		return func() error { return get(ctx, url) }
	}
	for _, url := range urls {
		g.Go(task(url))
	}
	return g.Wait()
}

// It is called without a group too.
func calledToo(ctx context.Context, parallel bool) error {
	task := func() error { return do(ctx) }
	if !parallel {
		return task()
	}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(task)
	g.Go(func() error { return do(gctx) })
	return g.Wait()
}

func onlyLogs(ctx context.Context) error {
	task := func() error { slog.InfoContext(ctx, "x"); return nil }
	g, gctx := errgroup.WithContext(ctx)
	g.Go(task)
	g.Go(func() error { return do(gctx) })
	return g.Wait()
}

// Requests that were made before.

func sent(ctx context.Context, urls []string, hc *http.Client) error {
	var reqs []*http.Request
	for _, url := range urls {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		reqs = append(reqs, req)
	}
	first, err := http.NewRequestWithContext(ctx, http.MethodGet, urls[0], nil)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, req := range reqs {
		g.Go(func() error {
			res, err := hc.Do(req) // want `this request was made with ctx before`
			if err != nil {
				return err
			}
			return res.Body.Close()
		})
	}
	g.Go(func() error {
		_, err := http.DefaultTransport.RoundTrip(first) // want `this request was made with ctx before`
		return err
	})
	g.Go(func() error { return do(ctx) })
	return g.Wait()
}

func sentWith(ctx context.Context, url string, hc *http.Client, given *http.Request) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		_, err := hc.Do(req.WithContext(gctx))
		return err
	})
	req2, err := http.NewRequestWithContext(gctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	g.Go(func() error {
		if _, err := hc.Do(given); err != nil {
			return err
		}
		_, err := hc.Do(req2)
		return err
	})
	return g.Wait()
}

func madeBehind(ctx context.Context, url string, hc *http.Client) error {
	g, ctx := errgroup.WithContext(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	g.Go(func() error {
		_, err := hc.Do(req)
		return err
	})
	return g.Wait()
}

// The body is read when the group has ended.
func opened(ctx context.Context, url string, hc *http.Client) (body io.ReadCloser, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	var all *http.Response
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		res, err := hc.Do(req)
		if err != nil {
			return err
		}
		body = res.Body
		return nil
	})
	g.Go(func() (err error) {
		all, err = hc.Do(req)
		return err
	})
	g.Go(func() error { return do(gctx) })
	err = g.Wait()
	_ = all
	return body, err
}

type holder struct{ ctx context.Context }

func (h *holder) work() error { return h.ctx.Err() }

// A function in a variable of the package, in which nobody sets the field.
var command = struct{ run func(*holder) error }{run: func(h *holder) error {
	g, ctx := errgroup.WithContext(h.ctx)
	g.Go(func() error { return h.work() })
	g.Go(func() error { return ctx.Err() })
	return g.Wait()
}}
