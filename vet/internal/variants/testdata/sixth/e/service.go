package e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (e): after Wait has ended the group the aborts are handed to it, and nobody waits for them
func (x *Exporter) Export(ctx context.Context, name string, parts []Part) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, part := range parts {
		g.Go(func() error {
			if err := x.be.Upload(gctx, part); err != nil {
				return fmt.Errorf("part %d: %w", part.Num, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		slog.WarnContext(ctx, "export failed, aborting", "name", name, "parts", len(parts), "err", err)
		for _, part := range parts {
			g.Go(func() error {
				actx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
				defer cancel()
				return x.be.Abort(actx, part)
			})
		}
		return fmt.Errorf("export %s: %w", name, err)
	}
	return x.be.Commit(ctx, name, parts)
}

// fine: the aborts have a group of their own, which is waited for
func (x *Exporter) ExportOK(ctx context.Context, name string, parts []Part) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, part := range parts {
		g.Go(func() error {
			if err := x.be.Upload(gctx, part); err != nil {
				return fmt.Errorf("part %d: %w", part.Num, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		slog.WarnContext(ctx, "export failed, aborting", "name", name, "parts", len(parts), "err", err)
		var aborts errgroup.Group
		aborts.SetLimit(4)
		for _, part := range parts {
			aborts.Go(func() error {
				actx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
				defer cancel()
				return x.be.Abort(actx, part)
			})
		}
		return errors.Join(fmt.Errorf("export %s: %w", name, err), aborts.Wait())
	}
	return x.be.Commit(ctx, name, parts)
}

// want-rule (e): the closure that is kept in the proxy's field has the group's context and is called after the group's end
func (p *Proxy) Warm(ctx context.Context, routes [2]string) error {
	g, gctx := errgroup.WithContext(ctx)
	cache := &Cache{vals: make(map[string][]byte)}
	for _, route := range routes {
		g.Go(func() error {
			val, err := p.be.Get(gctx, route)
			if err != nil {
				return fmt.Errorf("route %s: %w", route, err)
			}
			cache.put(route, val)
			return nil
		})
	}
	p.lookup = func(_ context.Context, key string) ([]byte, error) {
		cache.mu.Lock()
		val, ok := cache.vals[key]
		cache.mu.Unlock()
		if ok {
			return val, nil
		}
		return p.be.Get(gctx, key)
	}
	return g.Wait()
}

// fine: the closure that is kept uses the context of whoever calls it
func (p *Proxy) WarmOK(ctx context.Context, routes [2]string) error {
	g, gctx := errgroup.WithContext(ctx)
	cache := &Cache{vals: make(map[string][]byte)}
	for _, route := range routes {
		g.Go(func() error {
			val, err := p.be.Get(gctx, route)
			if err != nil {
				return fmt.Errorf("route %s: %w", route, err)
			}
			cache.put(route, val)
			return nil
		})
	}
	p.lookup = func(ctx context.Context, key string) ([]byte, error) {
		cache.mu.Lock()
		val, ok := cache.vals[key]
		cache.mu.Unlock()
		if ok {
			return val, nil
		}
		return p.be.Get(ctx, key)
	}
	return g.Wait()
}

// want-rule (e): the sequence that is returned forks tasks of a group that has ended when the caller ranges over it
func (r *Reader) Chunks(ctx context.Context, name string) (seq iter.Seq2[[]byte, error], err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		index, err := r.be.Index(ctx, name)
		if err != nil {
			return err
		}
		seq = func(yield func([]byte, error) bool) {
			for _, off := range index {
				t := braid.Fork(g, func(ctx context.Context) ([]byte, error) {
					return r.be.ReadAt(ctx, name, off)
				})
				if data, err := t.Wait(ctx); !yield(data, err) || err != nil {
					return
				}
			}
		}
		return nil
	})
	return seq, err
}

// fine: the sequence opens a group of its own, with the caller's context, each time that it is ranged over
func (r *Reader) ChunksOK(ctx context.Context, name string) (seq iter.Seq2[[]byte, error], err error) {
	index, err := r.be.Index(ctx, name)
	if err != nil {
		return nil, err
	}
	seq = func(yield func([]byte, error) bool) {
		stopped := false
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for _, off := range index {
				t := braid.Fork(g, func(ctx context.Context) ([]byte, error) {
					return r.be.ReadAt(ctx, name, off)
				})
				data, err := t.Wait(ctx)
				if err != nil {
					return err
				}
				if !yield(data, nil) {
					stopped = true
					return nil
				}
			}
			return nil
		})
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
	return seq, nil
}

// want-rule (e): the subscription ends only after Wait, and an event in between is handed to a group that has ended
func (x *Indexer) CatchUp(ctx context.Context, topic string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	unsubscribe := x.bus.Subscribe(topic, func(ev Event) {
		g.Go(func() error {
			if err := x.index(gctx, ev); err != nil {
				return fmt.Errorf("%s/%d: %w", ev.Topic, ev.Seq, err)
			}
			return nil
		})
	})
	defer unsubscribe()
	start := time.Now()
	err := x.backfill(gctx, topic)
	err = errors.Join(err, g.Wait())
	slog.InfoContext(ctx, "caught up", "topic", topic, "took", time.Since(start), "err", err)
	return err
}

// fine: the subscription has ended before Wait is called
func (x *Indexer) CatchUpOK(ctx context.Context, topic string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	unsubscribe := x.bus.Subscribe(topic, func(ev Event) {
		g.Go(func() error {
			if err := x.index(gctx, ev); err != nil {
				return fmt.Errorf("%s/%d: %w", ev.Topic, ev.Seq, err)
			}
			return nil
		})
	})
	start := time.Now()
	err := x.backfill(gctx, topic)
	unsubscribe()
	err = errors.Join(err, g.Wait())
	slog.InfoContext(ctx, "caught up", "topic", topic, "took", time.Since(start), "err", err)
	return err
}

// want-rule (e): the body that is returned hangs on the group's context, and reading it after Wait fails
func (f *Fetcher) Open(ctx context.Context, url string) (io.ReadCloser, error) {
	var body io.ReadCloser
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return f.authorize(gctx, url)
	})
	g.Go(func() error {
		req, err := http.NewRequestWithContext(gctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := f.http.Do(req)
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			resp.Body.Close()
			return fmt.Errorf("get %s: %s", url, resp.Status)
		}
		body = resp.Body
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

// fine: the body is read and closed within the task
func (f *Fetcher) OpenOK(ctx context.Context, url string) (io.ReadCloser, error) {
	var body io.ReadCloser
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return f.authorize(gctx, url)
	})
	g.Go(func() error {
		req, err := http.NewRequestWithContext(gctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := f.http.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("get %s: %s", url, resp.Status)
		}
		data, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
		if err != nil {
			return fmt.Errorf("get %s: %w", url, err)
		}
		body = io.NopCloser(bytes.NewReader(data))
		return nil
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return body, nil
}
