package f

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (f): the task that shuts the server down waits on the Done of the outer context, so when the janitor fails the server goes on and Wait hangs
func (a *admin) run(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{Handler: a.mux, ReadHeaderTimeout: 5 * time.Second}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("admin: %w", err)
		}
		return nil
	})
	g.Go(func() error { return a.janitor(gctx) })
	g.Go(func() error {
		<-ctx.Done()
		// Requests that are under way get some time to end.
		sctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.drain)
		defer cancel()
		return srv.Shutdown(sctx)
	})
	return g.Wait()
}

// fine: the task waits for the end of the group, and only the shutdown that follows, which has a bound, is cut off from it
func (a *admin) runOK(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{Handler: a.mux, ReadHeaderTimeout: 5 * time.Second}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("admin: %w", err)
		}
		return nil
	})
	g.Go(func() error { return a.janitor(gctx) })
	g.Go(func() error {
		<-gctx.Done()
		// Requests that are under way get some time to end.
		sctx, cancel := context.WithTimeout(context.WithoutCancel(gctx), a.drain)
		defer cancel()
		return srv.Shutdown(sctx)
	})
	return g.Wait()
}

// want-rule (f): the requests were built with the caller's context, and the tasks send them as they are
func (c *client) reachable(ctx context.Context, urls [2]string) error {
	var reqs [2]*http.Request
	for i, url := range urls {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return fmt.Errorf("reachable: %w", err)
		}
		req.Header.Set("User-Agent", "mirror-check/2")
		reqs[i] = req
	}
	return braid.Each(ctx, reqs[:], func(ctx context.Context, req *http.Request) (err error) {
		resp, err := c.http.Do(req)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, resp.Body.Close()) }()
		n, err := io.Copy(io.Discard, resp.Body)
		c.log.DebugContext(ctx, "checked", "host", req.URL.Host, "status", resp.Status, "bytes", n)
		return err
	})
}

// fine: each task sends a copy of the request that has the task's context
func (c *client) reachableOK(ctx context.Context, urls [2]string) error {
	var reqs [2]*http.Request
	for i, url := range urls {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return fmt.Errorf("reachable: %w", err)
		}
		req.Header.Set("User-Agent", "mirror-check/2")
		reqs[i] = req
	}
	return braid.Each(ctx, reqs[:], func(ctx context.Context, req *http.Request) (err error) {
		resp, err := c.http.Do(req.WithContext(ctx))
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, resp.Body.Close()) }()
		n, err := io.Copy(io.Discard, resp.Body)
		c.log.DebugContext(ctx, "checked", "host", req.URL.Host, "status", resp.Status, "bytes", n)
		return err
	})
}

// part of rollout: drains a node within the configured time
func (d *deployer) drain(node string) error {
	ctx, cancel := context.WithTimeout(context.Background(), d.wait)
	defer cancel()
	return d.nodes.Drain(ctx, node)
}

// want-rule (f): the method that one task calls makes its context from Background, so the drain goes on when the pull has failed or the caller has gone
func (d *deployer) rollout(ctx context.Context, blue, green string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.nodes.Pull(gctx, green) })
	g.Go(func() error { return d.drain(blue) })
	if err := g.Wait(); err != nil {
		return fmt.Errorf("rollout from %s to %s: %w", blue, green, err)
	}
	return nil
}

// part of rolloutOK: drains a node within the configured time
func (d *deployer) drainOK(ctx context.Context, node string) error {
	ctx, cancel := context.WithTimeout(ctx, d.wait)
	defer cancel()
	return d.nodes.Drain(ctx, node)
}

// fine: the method is given the group's context and makes its own below it
func (d *deployer) rolloutOK(ctx context.Context, blue, green string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.nodes.Pull(gctx, green) })
	g.Go(func() error { return d.drainOK(gctx, blue) })
	if err := g.Wait(); err != nil {
		return fmt.Errorf("rollout from %s to %s: %w", blue, green, err)
	}
	return nil
}

// want-rule (f): within the time limit the ping is given the task's context instead of the limit's, so the limit cannot end it
func (m *monitor) check(ctx context.Context, primary, standby endpoint) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, e := range [...]endpoint{primary, standby} {
			g.Go(func(ctx context.Context) error {
				return braid.Timeout(ctx, m.patience, func(context.Context) error {
					return e.Ping(ctx)
				}, braid.Name(e.Addr()))
			})
		}
		return nil
	}, braid.Supervised)
}

// fine: the ping is given the context that the limit ends
func (m *monitor) checkOK(ctx context.Context, primary, standby endpoint) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, e := range [...]endpoint{primary, standby} {
			g.Go(func(ctx context.Context) error {
				return braid.Timeout(ctx, m.patience, func(ctx context.Context) error {
					return e.Ping(ctx)
				}, braid.Name(e.Addr()))
			})
		}
		return nil
	}, braid.Supervised)
}
