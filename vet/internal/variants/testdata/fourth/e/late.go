package e

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"golang.org/x/sync/errgroup"
)

// want-rule (e): the next handler is given a context that died at Wait
func (a *auth) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var u *user
		var t *tenant
		g, gctx := errgroup.WithContext(r.Context())
		g.Go(func() (err error) {
			u, err = a.user(gctx, r.Header.Get("Authorization"))
			return err
		})
		g.Go(func() (err error) {
			t, err = a.tenant(gctx, r.Host)
			return err
		})
		if err := g.Wait(); err != nil {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		ctx := context.WithValue(gctx, userKey, u)
		ctx = context.WithValue(ctx, tenantKey, t)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// fine: it is given the request's, with the values
func (a *auth) middlewareOK(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var u *user
		var t *tenant
		g, gctx := errgroup.WithContext(r.Context())
		g.Go(func() (err error) {
			u, err = a.user(gctx, r.Header.Get("Authorization"))
			return err
		})
		g.Go(func() (err error) {
			t, err = a.tenant(gctx, r.Host)
			return err
		})
		if err := g.Wait(); err != nil {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		ctx := context.WithValue(r.Context(), userKey, u)
		ctx = context.WithValue(ctx, tenantKey, t)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// want-rule (e): whoever sends the mail does so with a context that ended with this function
func (m *mailer) submit(ctx context.Context, users []user) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, u := range users {
		g.Go(func() error {
			msg, err := m.render(gctx, u)
			if err != nil {
				return fmt.Errorf("user %s: %w", u.id, err)
			}
			select {
			case m.outbox <- delivery{ctx: gctx, mail: msg}:
				return nil
			case <-gctx.Done():
				return context.Cause(gctx)
			}
		})
	}
	return g.Wait()
}

// fine: what is sent is not bound to the group
func (m *mailer) submitOK(ctx context.Context, users []user) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, u := range users {
		g.Go(func() error {
			msg, err := m.render(gctx, u)
			if err != nil {
				return fmt.Errorf("user %s: %w", u.id, err)
			}
			select {
			case m.outbox <- delivery{ctx: context.WithoutCancel(gctx), mail: msg}:
				return nil
			case <-gctx.Done():
				return context.Cause(gctx)
			}
		})
	}
	return g.Wait()
}

// want-rule (e): the manifest is written by a task that comes after the Wait
func (d *dataset) export(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, shard := range d.shards {
		g.Go(func() error { return d.dump(gctx, shard) })
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	g.Go(func() error { return d.manifest(ctx) })
	return nil
}

// fine: after the Wait it is simply called
func (d *dataset) exportOK(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, shard := range d.shards {
		g.Go(func() error { return d.dump(gctx, shard) })
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return d.manifest(ctx)
}

// want-rule (e): the body was asked for with the group's context, and cannot be read after Wait
func (d *downloads) open(ctx context.Context, key string) (io.ReadCloser, error) {
	var body io.ReadCloser
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.quota(gctx, key) })
	g.Go(func() error {
		req, err := http.NewRequestWithContext(gctx, http.MethodGet, d.base+key, nil)
		if err != nil {
			return err
		}
		res, err := d.hc.Do(req)
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
	return body, nil
}

// fine: what is asked for in the group is over at Wait, the body is the caller's
func (d *downloads) openOK(ctx context.Context, key string) (io.ReadCloser, error) {
	var body io.ReadCloser
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.quota(gctx, key) })
	g.Go(func() error { return d.seen(gctx, key) })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.base+key, nil)
	if err != nil {
		return nil, err
	}
	res, err := d.hc.Do(req)
	if err != nil {
		return nil, err
	}
	body = res.Body
	return body, nil
}
