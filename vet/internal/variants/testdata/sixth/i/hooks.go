package i

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// want-rule (i): whoever sends the request says how many goroutines it starts
func (h *hooks) batch(w http.ResponseWriter, r *http.Request) {
	var req []delivery
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		h.fail(w, http.StatusBadRequest, err)
		return
	}
	if len(req) == 0 {
		h.fail(w, http.StatusBadRequest, errors.New("empty batch"))
		return
	}
	errs := make([]error, len(req))
	var wg sync.WaitGroup
	for i, d := range req {
		wg.Go(func() { errs[i] = h.post(r.Context(), d) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		h.fail(w, http.StatusBadGateway, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// fine: a batch is refused if it is larger than the constant, so there are never more goroutines than that
func (h *hooks) batchOK(w http.ResponseWriter, r *http.Request) {
	var req []delivery
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		h.fail(w, http.StatusBadRequest, err)
		return
	}
	if len(req) == 0 || len(req) > maxBatch {
		h.fail(w, http.StatusBadRequest, fmt.Errorf("batch of %d", len(req)))
		return
	}
	errs := make([]error, len(req))
	var wg sync.WaitGroup
	for i, d := range req {
		wg.Go(func() { errs[i] = h.post(r.Context(), d) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		h.fail(w, http.StatusBadGateway, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// want-rule (i): each packet that anybody sends starts a goroutine
func (r *responder) serve(ctx context.Context, pc net.PacketConn) error {
	g, gctx := errgroup.WithContext(ctx)
	stop := context.AfterFunc(gctx, func() {
		if err := pc.Close(); err != nil {
			r.log.Debug("close", "err", err)
		}
	})
	defer stop()

	buf := make([]byte, 1500)
	for {
		n, from, err := pc.ReadFrom(buf)
		if err != nil {
			return errors.Join(context.Cause(gctx), err, g.Wait())
		}
		q := slices.Clone(buf[:n])
		g.Go(func() error {
			return r.answer(gctx, pc, from, q)
		})
	}
}

// fine: packets for which there is no slot are dropped, as DNS over UDP allows
func (r *responder) serveOK(ctx context.Context, pc net.PacketConn) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(256)
	stop := context.AfterFunc(gctx, func() {
		if err := pc.Close(); err != nil {
			r.log.Debug("close", "err", err)
		}
	})
	defer stop()

	buf := make([]byte, 1500)
	for {
		n, from, err := pc.ReadFrom(buf)
		if err != nil {
			return errors.Join(context.Cause(gctx), err, g.Wait())
		}
		q := slices.Clone(buf[:n])
		if !g.TryGo(func() error {
			return r.answer(gctx, pc, from, q)
		}) {
			r.log.Debug("busy, question dropped", "from", from)
		}
	}
}

// want-rule (i): the semaphore bounds the checks but not the goroutines that wait for it, of which there is one for each object of the bucket
func (a *auditor) audit(ctx context.Context, prefix string) error {
	sem := semaphore.NewWeighted(a.parallel)
	g, gctx := errgroup.WithContext(ctx)
	for o, err := range a.b.List(gctx, prefix) {
		if err != nil {
			return errors.Join(fmt.Errorf("list %s: %w", prefix, err), g.Wait())
		}
		if o.Size == 0 {
			continue
		}
		g.Go(func() error {
			if err := sem.Acquire(gctx, 1); err != nil {
				return err
			}
			defer sem.Release(1)
			return a.b.Verify(gctx, o)
		})
	}
	return g.Wait()
}

// fine: the semaphore is taken before the goroutine is started, so the listing is held back
func (a *auditor) auditOK(ctx context.Context, prefix string) error {
	sem := semaphore.NewWeighted(a.parallel)
	g, gctx := errgroup.WithContext(ctx)
	for o, err := range a.b.List(gctx, prefix) {
		if err != nil {
			return errors.Join(fmt.Errorf("list %s: %w", prefix, err), g.Wait())
		}
		if o.Size == 0 {
			continue
		}
		if err := sem.Acquire(gctx, 1); err != nil {
			return errors.Join(err, g.Wait())
		}
		g.Go(func() error {
			defer sem.Release(1)
			return a.b.Verify(gctx, o)
		})
	}
	return g.Wait()
}

// want-rule (i): the limit is set to the number of paths in the request, which is no limit
func (p *purger) purge(ctx context.Context, body []byte) (int, error) {
	var req purgeRequest
	if err := json.Unmarshal(body, &req); err != nil {
		return 0, fmt.Errorf("purge: %w", err)
	}
	slices.Sort(req.Paths)
	req.Paths = slices.Compact(req.Paths)

	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(max(p.parallel, len(req.Paths)))
	for _, path := range req.Paths {
		g.Go(func() error {
			if err := p.edge.Purge(gctx, path); err != nil {
				return fmt.Errorf("purge %s: %w", path, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	return len(req.Paths), nil
}

// fine: the limit is the configured one
func (p *purger) purgeOK(ctx context.Context, body []byte) (int, error) {
	var req purgeRequest
	if err := json.Unmarshal(body, &req); err != nil {
		return 0, fmt.Errorf("purge: %w", err)
	}
	slices.Sort(req.Paths)
	req.Paths = slices.Compact(req.Paths)

	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(p.parallel)
	for _, path := range req.Paths {
		g.Go(func() error {
			if err := p.edge.Purge(gctx, path); err != nil {
				return fmt.Errorf("purge %s: %w", path, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	return len(req.Paths), nil
}

// want-rule (i): each link of each page that is fetched starts a goroutine, which does the same with that page's
func (c *crawler) crawl(ctx context.Context, root string) error {
	var seen sync.Map
	g, gctx := errgroup.WithContext(ctx)

	var visit func(url string, depth int) error
	visit = func(url string, depth int) error {
		if _, old := seen.LoadOrStore(url, true); old || depth > c.maxDepth {
			return nil
		}
		links, err := c.links(gctx, url)
		if err != nil {
			return fmt.Errorf("crawl %s: %w", url, err)
		}
		for _, l := range links {
			g.Go(func() error { return visit(l, depth+1) })
		}
		return nil
	}
	g.Go(func() error { return visit(root, 0) })
	return g.Wait()
}

// fine: there are never more goroutines than the limit; a link for which there is none is visited on the spot, no deeper than maxDepth
func (c *crawler) crawlOK(ctx context.Context, root string) error {
	var seen sync.Map
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(c.parallel)

	var visit func(url string, depth int) error
	visit = func(url string, depth int) error {
		if _, old := seen.LoadOrStore(url, true); old || depth > c.maxDepth {
			return nil
		}
		links, err := c.links(gctx, url)
		if err != nil {
			return fmt.Errorf("crawl %s: %w", url, err)
		}
		for _, l := range links {
			next := func() error { return visit(l, depth+1) }
			if g.TryGo(next) {
				continue
			}
			if err := next(); err != nil {
				return err
			}
		}
		return nil
	}
	g.Go(func() error { return visit(root, 0) })
	return g.Wait()
}
