package escape

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"

	"golang.org/x/sync/errgroup"
)

type key int

// Contexts with values are dead with the one that they are made of.

func middleware(next http.Handler, user func(context.Context) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var u any
		g, gctx := errgroup.WithContext(r.Context())
		g.Go(func() (err error) {
			u, err = user(gctx)
			return err
		})
		if err := g.Wait(); err != nil {
			return
		}
		ctx := context.WithValue(gctx, key(1), u) // want `gctx belongs to g, and is dead since the Wait`
		ctx = context.WithValue(ctx, key(2), u)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func valueInPlace(ctx context.Context, work func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return work(context.WithValue(gctx, key(1), 1)) // want `gctx belongs to g, and is dead since the Wait`
}

func valueToLog(ctx context.Context, work func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	err := g.Wait()
	said := context.WithValue(gctx, key(1), err)
	slog.InfoContext(said, "done", "v", said.Value(key(2)))
	return err
}

func valueFreed(ctx context.Context, work func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return work(context.WithoutCancel(context.WithValue(gctx, key(1), 1)))
}

func valueSetAnew(ctx context.Context, work func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	err := g.Wait()
	with := context.WithValue(gctx, key(1), err)
	slog.InfoContext(with, "done")
	with = ctx
	return work(with)
}

func valueBefore(ctx context.Context, work func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	vctx := context.WithValue(gctx, key(1), 1)
	g.Go(func() error { return work(vctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return work(context.WithValue(ctx, key(1), 1))
}

// Bodies that were requested with it cannot be read any more.

func opens(ctx context.Context, url string, hc *http.Client, quota func(context.Context) error) (io.ReadCloser, error) {
	var body io.ReadCloser
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return quota(gctx) })
	g.Go(func() error {
		req, err := http.NewRequestWithContext(gctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		res, err := hc.Do(req)
		if err != nil {
			return err
		}
		body = res.Body
		return nil
	})
	if err := g.Wait(); err != nil {
		if body != nil {
			body.Close()
		}
		return nil, err
	}
	return body, nil // want `the body was requested with gctx, which is dead since the Wait`
}

func readsAll(ctx context.Context, reqs [2]*http.Request, hc *http.Client) ([]byte, error) {
	var all [2]*http.Response
	g, ctx := errgroup.WithContext(ctx)
	for i, req := range reqs {
		g.Go(func() (err error) {
			all[i], err = hc.Do(req.WithContext(ctx))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return io.ReadAll(all[0].Body) // want `the body was requested with ctx`
}

func looksOnly(ctx context.Context, req *http.Request, hc *http.Client) (int, error) {
	var res *http.Response
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		res, err = hc.Do(req.WithContext(ctx))
		return err
	})
	if err := g.Wait(); err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode, nil
}

func readsInTask(ctx context.Context, req *http.Request, hc *http.Client) (res *http.Response, err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		res, err = hc.Do(req.WithContext(ctx))
		if err != nil {
			return err
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		res.Body = io.NopCloser(bytes.NewReader(b))
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return res, nil
}

func requestsWithOuter(ctx context.Context, req *http.Request, hc *http.Client, quota func(context.Context) error) (body io.ReadCloser, err error) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return quota(gctx) })
	g.Go(func() error {
		res, err := hc.Do(req.WithContext(context.WithoutCancel(gctx)))
		if err != nil {
			return err
		}
		body = res.Body
		return nil
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return body, nil
}

func noContextAtAll(ctx context.Context, req *http.Request, hc *http.Client) (body io.ReadCloser, err error) {
	var g errgroup.Group
	g.Go(func() error {
		res, err := hc.Do(req.WithContext(ctx))
		if err != nil {
			return err
		}
		body = res.Body
		return nil
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return body, nil
}

func readsBytes(ctx context.Context, req *http.Request, hc *http.Client) (data []byte, err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		res, err := hc.Do(req.WithContext(ctx))
		if err != nil {
			return err
		}
		defer res.Body.Close()
		data, err = io.ReadAll(res.Body)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return data, nil
}
