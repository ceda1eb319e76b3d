package escape

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"golang.org/x/sync/errgroup"
)

// Functions of the package that send a request.

type site struct{ hc http.Client }

func (s *site) open(ctx context.Context, url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return s.hc.Do(req)
}

func openOK(hc *http.Client, ctx context.Context, req *http.Request) (*http.Response, error) {
	res, err := hc.Do(req.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		return nil, fmt.Errorf("%s", res.Status)
	}
	return res, nil
}

// buffered has read the body when it returns.
func buffered(ctx context.Context, hc *http.Client, req *http.Request) (*http.Response, error) {
	res, err := hc.Do(req.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	res.Body = io.NopCloser(bytes.NewReader(b))
	return res, err
}

func (s *site) detached(ctx context.Context, req *http.Request) (*http.Response, error) {
	return s.hc.Do(req.WithContext(context.WithoutCancel(ctx)))
}

func (s *site) pages(ctx context.Context, urls []string) (out [][]byte, err error) {
	all := make([]*http.Response, len(urls))
	g, gctx := errgroup.WithContext(ctx)
	for i, url := range urls {
		g.Go(func() (err error) {
			all[i], err = s.open(gctx, url)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for _, res := range all {
		b, err := io.ReadAll(res.Body) // want `the body was requested with gctx`
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

func (s *site) page(ctx context.Context, req *http.Request) (io.ReadCloser, error) {
	var all [1]*http.Response
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		res, err := openOK(&s.hc, ctx, req)
		if err != nil {
			return err
		}
		all[0] = res
		return nil
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	one := all[0]
	return one.Body, nil // want `the body was requested with ctx`
}

// Left alone.

func (s *site) others(ctx context.Context, req *http.Request) (io.ReadCloser, error) {
	var a, b, d *http.Response
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		a, err = buffered(gctx, &s.hc, req)
		return err
	})
	g.Go(func() (err error) {
		b, err = s.open(ctx, "x")
		return err
	})
	g.Go(func() (err error) {
		d, err = s.detached(gctx, req)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if _, err := io.ReadAll(a.Body); err != nil {
		return d.Body, err
	}
	return b.Body, nil
}

func (s *site) states(ctx context.Context, urls []string) (list []int, err error) {
	all := make([]*http.Response, len(urls))
	g, ctx := errgroup.WithContext(ctx)
	for i, url := range urls {
		g.Go(func() (err error) {
			all[i], err = s.open(ctx, url)
			return err
		})
	}
	err = g.Wait()
	for _, res := range all {
		if res != nil {
			_, _ = io.ReadAll(res.Body)
			res.Body.Close()
			list = append(list, res.StatusCode)
		}
	}
	return list, err
}

func (s *site) readLater(ctx context.Context, urls []string) (list []io.Reader, err error) {
	all := make([]*http.Response, len(urls))
	g, ctx := errgroup.WithContext(ctx)
	for i, url := range urls {
		g.Go(func() (err error) {
			if all[i], err = s.open(ctx, url); err != nil {
				return err
			}
			b, err := io.ReadAll(all[i].Body)
			all[i].Body = io.NopCloser(bytes.NewReader(b))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for _, res := range all {
		list = append(list, res.Body)
	}
	return list, nil
}

// What looks like a log by its name, but gives an error that somebody looks at.

type ledger struct {
	record   func(ctx context.Context, n int) error
	readInfo func(ctx context.Context) error
}

func (l *ledger) settles(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return l.record(ctx, 1) // want `ctx belongs to g, and is dead`
}

func (l *ledger) audits(ctx context.Context) (err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) })
	if err = g.Wait(); err != nil {
		return err
	}
	if err = l.readInfo(ctx); err != nil { // want `ctx belongs to g, and is dead`
		return err
	}
	return nil
}

func wrapError(ctx context.Context, err error) error {
	return fmt.Errorf("%v: %w", ctx.Value(key(1)), err)
}

func (l *ledger) onlySays(ctx context.Context, logError func(context.Context, error) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) })
	if err := g.Wait(); err != nil {
		return logError(ctx, wrapError(ctx, err))
	}
	l.readInfo(ctx)
	_ = l.record(ctx, 2)
	return nil
}
