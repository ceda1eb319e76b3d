package f

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (f): one task asks with the request's context, which has neither the handler's budget nor the group's cancellation
func (a *api) overview(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), a.budget)
	defer cancel()
	tenant := r.PathValue("tenant")

	var (
		used usage
		open []alert
	)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		if used, err = a.usage.Current(ctx, tenant); err != nil {
			return fmt.Errorf("usage of %s: %w", tenant, err)
		}
		return nil
	})
	g.Go(func() (err error) {
		if open, err = a.alerts.Open(r.Context(), tenant); err != nil {
			return fmt.Errorf("alerts of %s: %w", tenant, err)
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		a.log.Warn("overview", "tenant", tenant, "err", err)
		http.Error(w, "backend unavailable", http.StatusBadGateway)
		return
	}
	a.render(w, used, open)
}

// fine: both tasks ask with the group's context, which is below the request's
func (a *api) overviewOK(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), a.budget)
	defer cancel()
	tenant := r.PathValue("tenant")

	var (
		used usage
		open []alert
	)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		if used, err = a.usage.Current(ctx, tenant); err != nil {
			return fmt.Errorf("usage of %s: %w", tenant, err)
		}
		return nil
	})
	g.Go(func() (err error) {
		if open, err = a.alerts.Open(ctx, tenant); err != nil {
			return fmt.Errorf("alerts of %s: %w", tenant, err)
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		a.log.Warn("overview", "tenant", tenant, "err", err)
		http.Error(w, "backend unavailable", http.StatusBadGateway)
		return
	}
	a.render(w, used, open)
}

// want-rule (f): the collectors are run with the process's context, not with the one of the task
func (a *agent) gather(ctx context.Context) (map[string][]byte, error) {
	samples, err := braid.Map(ctx, a.collectors, func(ctx context.Context, c collector) ([]byte, error) {
		begun := time.Now()
		s, err := c.Collect(a.host.Context(), a.host.Hostname())
		if err != nil {
			return nil, fmt.Errorf("collector %s: %w", c.Name(), err)
		}
		a.log.DebugContext(ctx, "collected", "name", c.Name(), "took", time.Since(begun))
		return s, nil
	}, braid.Limit(a.parallel))
	if err != nil {
		return nil, err
	}
	out := make(map[string][]byte, len(samples))
	for i, s := range samples {
		out[a.collectors[i].Name()] = s
	}
	return out, nil
}

// fine: the collectors are run with the task's context
func (a *agent) gatherOK(ctx context.Context) (map[string][]byte, error) {
	samples, err := braid.Map(ctx, a.collectors, func(ctx context.Context, c collector) ([]byte, error) {
		begun := time.Now()
		s, err := c.Collect(ctx, a.host.Hostname())
		if err != nil {
			return nil, fmt.Errorf("collector %s: %w", c.Name(), err)
		}
		a.log.DebugContext(ctx, "collected", "name", c.Name(), "took", time.Since(begun))
		return s, nil
	}, braid.Limit(a.parallel))
	if err != nil {
		return nil, err
	}
	out := make(map[string][]byte, len(samples))
	for i, s := range samples {
		out[a.collectors[i].Name()] = s
	}
	return out, nil
}

// want-rule (f): the helper closure that the tasks call dials under the caller's context, which it captured before there was a group
func (p *prober) sweep(ctx context.Context, targets []string) ([]time.Duration, error) {
	rtt := make([]time.Duration, len(targets))
	var d net.Dialer
	probe := func(i int) error {
		dctx, cancel := context.WithTimeout(ctx, p.timeout)
		defer cancel()
		begun := time.Now()
		conn, err := d.DialContext(dctx, "tcp", targets[i])
		if err != nil {
			return fmt.Errorf("probe %s: %w", targets[i], err)
		}
		rtt[i] = time.Since(begun)
		return conn.Close()
	}

	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(p.parallel)
	for i := range targets {
		if gctx.Err() != nil {
			break
		}
		g.Go(func() error { return probe(i) })
	}
	if err := errors.Join(g.Wait(), ctx.Err()); err != nil {
		return nil, err
	}
	return rtt, nil
}

// fine: the helper closure is given the group's context by the tasks that call it
func (p *prober) sweepOK(ctx context.Context, targets []string) ([]time.Duration, error) {
	rtt := make([]time.Duration, len(targets))
	var d net.Dialer
	probe := func(ctx context.Context, i int) error {
		dctx, cancel := context.WithTimeout(ctx, p.timeout)
		defer cancel()
		begun := time.Now()
		conn, err := d.DialContext(dctx, "tcp", targets[i])
		if err != nil {
			return fmt.Errorf("probe %s: %w", targets[i], err)
		}
		rtt[i] = time.Since(begun)
		return conn.Close()
	}

	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(p.parallel)
	for i := range targets {
		if gctx.Err() != nil {
			break
		}
		g.Go(func() error { return probe(gctx, i) })
	}
	if err := errors.Join(g.Wait(), ctx.Err()); err != nil {
		return nil, err
	}
	return rtt, nil
}

// want-rule (f): the inner group is opened in a task of the outer one but under the caller's context, so a bad level does not stop the others
func (l *lsm) verify(ctx context.Context) error {
	levels, lctx := errgroup.WithContext(ctx)
	for n, lvl := range l.levels {
		levels.Go(func() error {
			if err := lctx.Err(); err != nil {
				return err
			}
			tables, tctx := errgroup.WithContext(ctx)
			for _, t := range lvl.Tables {
				tables.Go(func() error { return l.verifyTable(tctx, t) })
			}
			if err := tables.Wait(); err != nil {
				return fmt.Errorf("level %d: %w", n, err)
			}
			return nil
		})
	}
	return levels.Wait()
}

// fine: the inner group is opened under the context of the outer one
func (l *lsm) verifyOK(ctx context.Context) error {
	levels, lctx := errgroup.WithContext(ctx)
	for n, lvl := range l.levels {
		levels.Go(func() error {
			if err := lctx.Err(); err != nil {
				return err
			}
			tables, tctx := errgroup.WithContext(lctx)
			for _, t := range lvl.Tables {
				tables.Go(func() error { return l.verifyTable(tctx, t) })
			}
			if err := tables.Wait(); err != nil {
				return fmt.Errorf("level %d: %w", n, err)
			}
			return nil
		})
	}
	return levels.Wait()
}

// want-rule (f): the parts are put under a context that was cut off from the group's cancellation
func (u *uploader) upload(ctx context.Context, key string, parts []part) (err error) {
	id, err := u.store.Begin(ctx, key)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			// The bucket bills unfinished uploads, so abort even if the caller has gone.
			actx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			err = errors.Join(err, u.store.Abort(actx, id))
		}
	}()

	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, p := range parts {
		g.Go(func() error {
			pctx, cancel := context.WithTimeout(context.WithoutCancel(gctx), u.partTimeout)
			defer cancel()
			return u.store.PutPart(pctx, id, p)
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("upload %s: %w", key, err)
	}
	return u.store.Complete(ctx, id)
}

// fine: the parts are put under the group's context; only the abort, after the join and for a bounded time, is cut off from it
func (u *uploader) uploadOK(ctx context.Context, key string, parts []part) (err error) {
	id, err := u.store.Begin(ctx, key)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			// The bucket bills unfinished uploads, so abort even if the caller has gone.
			actx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			err = errors.Join(err, u.store.Abort(actx, id))
		}
	}()

	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, p := range parts {
		g.Go(func() error {
			pctx, cancel := context.WithTimeout(gctx, u.partTimeout)
			defer cancel()
			return u.store.PutPart(pctx, id, p)
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("upload %s: %w", key, err)
	}
	return u.store.Complete(ctx, id)
}
