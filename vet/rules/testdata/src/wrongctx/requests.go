package wrongctx

import (
	"context"
	"net/http"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// Requests that were made before, in lists and for tasks with a context of their own.

func probes(ctx context.Context, hc *http.Client, urls []string) error {
	reqs := make([]*http.Request, 0, len(urls))
	for _, url := range urls {
		req, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
		if err != nil {
			return err
		}
		reqs = append(reqs, req)
	}
	return braid.Each(ctx, reqs, func(ctx context.Context, req *http.Request) error {
		res, err := hc.Do(req) // want `this task has a context of its own: this request was made with ctx before; give it the task's by WithContext`
		if err != nil {
			return err
		}
		return res.Body.Close()
	})
}

func probesByIndex(ctx context.Context, hc *http.Client, urls []string) (err error) {
	reqs := make([]*http.Request, len(urls))
	for i, url := range urls {
		if reqs[i], err = http.NewRequestWithContext(ctx, http.MethodHead, url, nil); err != nil {
			return err
		}
	}
	g, gctx := errgroup.WithContext(ctx)
	for i := range reqs {
		g.Go(func() error {
			res, err := hc.Do(reqs[i]) // want `this task's group cancels another context, gctx: this request was made with ctx before; give it the group's by WithContext`
			if err != nil {
				return err
			}
			return res.Body.Close()
		})
	}
	g.Go(func() error { return do(gctx) })
	return g.Wait()
}

func probePool(ctx context.Context, hc *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return err
	}
	p := pool.New().WithContext(ctx).WithCancelOnError()
	p.Go(func(context.Context) error {
		res, err := hc.Do(req) // want `this request was made with ctx before`
		if err != nil {
			return err
		}
		return res.Body.Close()
	})
	p.Go(func(ctx context.Context) error {
		res, err := hc.Do(req.Clone(ctx))
		if err != nil {
			return err
		}
		return res.Body.Close()
	})
	return p.Wait()
}

// Left alone: requests that come from elsewhere, are made in the task, or whose response is kept.
func probesOK(ctx context.Context, hc *http.Client, given []*http.Request, url string) (bodies []*http.Response, err error) {
	if err := braid.Each(ctx, given, func(ctx context.Context, req *http.Request) error {
		res, err := hc.Do(req)
		if err != nil {
			return err
		}
		return res.Body.Close()
	}); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			res, err := hc.Do(req)
			if err != nil {
				return err
			}
			bodies = append(bodies, res)
			return nil
		})
		g.Go(func(ctx context.Context) error {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err != nil {
				return err
			}
			res, err := hc.Do(req)
			if err != nil {
				return err
			}
			return res.Body.Close()
		})
		return nil
	})
	return bodies, err
}

func mixed(ctx context.Context, hc *http.Client, urls []string) error {
	var reqs []*http.Request
	for _, url := range urls {
		req, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
		if err != nil {
			return err
		}
		reqs = append(reqs, req)
	}
	plain, err := http.NewRequest(http.MethodHead, urls[0], nil)
	if err != nil {
		return err
	}
	reqs = append(reqs, plain)
	return braid.Each(ctx, reqs, func(ctx context.Context, req *http.Request) error {
		res, err := hc.Do(req)
		if err != nil {
			return err
		}
		return res.Body.Close()
	})
}
