package g

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/http"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (g): a deferred Wait, and nobody is told what it returns
func (im *importer) run(ctx context.Context) (err error) {
	g, gctx := errgroup.WithContext(ctx)
	defer g.Wait()
	for _, t := range im.tables {
		g.Go(func() error { return im.copy(gctx, t) })
	}
	if err := im.vacuum(ctx); err != nil {
		return fmt.Errorf("vacuum: %w", err)
	}
	return nil
}

// fine: what the deferred Wait returns becomes part of the result
func (im *importer) runOK(ctx context.Context) (err error) {
	g, gctx := errgroup.WithContext(ctx)
	defer func() { err = errors.Join(err, g.Wait()) }()
	for _, t := range im.tables {
		g.Go(func() error { return im.copy(gctx, t) })
	}
	if err := im.vacuum(ctx); err != nil {
		return fmt.Errorf("vacuum: %w", err)
	}
	return nil
}

// want-rule (g): 204, whatever the nodes have said
func (h *cacheAPI) purge(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	g, ctx := errgroup.WithContext(r.Context())
	for _, n := range h.nodes {
		g.Go(func() error {
			if err := n.purge(ctx, key); err != nil {
				return fmt.Errorf("node %s: %w", n.addr, err)
			}
			return nil
		})
	}
	g.Wait()
	w.WriteHeader(http.StatusNoContent)
}

// fine: a node that failed is a 502
func (h *cacheAPI) purgeOK(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	g, ctx := errgroup.WithContext(r.Context())
	for _, n := range h.nodes {
		g.Go(func() error {
			if err := n.purge(ctx, key); err != nil {
				return fmt.Errorf("node %s: %w", n.addr, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// want-rule (g): the goroutine that closes the channel is the only one that waits
func (p *parser) total(paths []string) (sum int, err error) {
	counts := make(chan int)
	var g errgroup.Group
	g.SetLimit(4)
	go func() {
		defer close(counts)
		for _, path := range paths {
			g.Go(func() error {
				n, err := p.count(path)
				if err == nil {
					counts <- n
				}
				return err
			})
		}
		g.Wait()
	}()
	for n := range counts {
		sum += n
	}
	return sum, nil
}

// fine: Wait gives its error a second time
func (p *parser) totalOK(paths []string) (sum int, err error) {
	counts := make(chan int)
	var g errgroup.Group
	g.SetLimit(4)
	go func() {
		defer close(counts)
		for _, path := range paths {
			g.Go(func() error {
				n, err := p.count(path)
				if err == nil {
					counts <- n
				}
				return err
			})
		}
		g.Wait()
	}()
	for n := range counts {
		sum += n
	}
	return sum, g.Wait()
}

// want-rule (g): where there is something to flush, its outcome takes the place of the group's
func (w *writer) commit(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, part := range w.parts {
		g.Go(func() error { return part(gctx) })
	}
	err := g.Wait()
	if w.dirty {
		err = w.flush(ctx)
	}
	return err
}

// fine: both count
func (w *writer) commitOK(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, part := range w.parts {
		g.Go(func() error { return part(gctx) })
	}
	err := g.Wait()
	if w.dirty {
		err = errors.Join(err, w.flush(ctx))
	}
	return err
}

// want-rule (g): that the heartbeat failed, which ended it all, is known to Close alone
func (s *server) serve(ctx context.Context, ln net.Listener) error {
	g, ctx := braid.Open(ctx)
	defer g.Close()
	g.Go(s.heartbeat)
	g.Go(s.expire)
	return s.accept(ctx, ln)
}

// fine: the deferred Close is for panics; that which counts is before it
func (s *server) serveOK(ctx context.Context, ln net.Listener) error {
	g, ctx := braid.Open(ctx)
	defer g.Close()
	g.Go(s.heartbeat)
	g.Go(s.expire)
	return errors.Join(s.accept(ctx, ln), g.Close())
}

// want-rule (g): what Each returns for a region is lost in the goroutine
func (r *replicator) replicate(ctx context.Context, objects []object) error {
	var wg sync.WaitGroup
	for _, reg := range r.regions {
		wg.Go(func() {
			braid.Each(ctx, objects, reg.put, braid.Limit(8))
		})
	}
	wg.Wait()
	return ctx.Err()
}

// fine: each region has its place for it
func (r *replicator) replicateOK(ctx context.Context, objects []object) error {
	var errs [2]error
	var wg sync.WaitGroup
	for i, reg := range r.regions {
		wg.Go(func() {
			errs[i] = braid.Each(ctx, objects, reg.put, braid.Limit(8))
		})
	}
	wg.Wait()
	return errors.Join(errs[:]...)
}

// want-rule (g): finish waits for the last inserts, and keeps to itself that they failed
func (l *loader) load(ctx context.Context, src iter.Seq[record]) (err error) {
	rows := make(chan record)
	g, ctx := errgroup.WithContext(ctx)
	for range 4 {
		g.Go(func() error { return l.insertAll(ctx, rows) })
	}
	finish := sync.OnceFunc(func() {
		close(rows)
		g.Wait()
	})
	defer finish()
	for rec := range src {
		if !rec.valid() {
			l.skipped++
			continue
		}
		select {
		case rows <- rec:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// fine: finish gives it to the result
func (l *loader) loadOK(ctx context.Context, src iter.Seq[record]) (err error) {
	rows := make(chan record)
	g, ctx := errgroup.WithContext(ctx)
	for range 4 {
		g.Go(func() error { return l.insertAll(ctx, rows) })
	}
	finish := sync.OnceValue(func() error {
		close(rows)
		return g.Wait()
	})
	defer func() { err = errors.Join(err, finish()) }()
	for rec := range src {
		if !rec.valid() {
			l.skipped++
			continue
		}
		select {
		case rows <- rec:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// want-rule (g): the error of Wait is put into a variable of the if alone
func (rs *reports) build(ctx context.Context, title string) (*report, error) {
	rep, err := rs.open(ctx, title)
	if err != nil {
		return nil, err
	}
	g, ctx := errgroup.WithContext(ctx)
	for q := range rep.sums {
		g.Go(func() (err error) {
			rep.sums[q], err = rs.sum(ctx, q)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		err = fmt.Errorf("report %s: %w", title, err)
	}
	return rep, err
}

// fine: it is put into the one that is returned
func (rs *reports) buildOK(ctx context.Context, title string) (*report, error) {
	rep, err := rs.open(ctx, title)
	if err != nil {
		return nil, err
	}
	g, ctx := errgroup.WithContext(ctx)
	for q := range rep.sums {
		g.Go(func() (err error) {
			rep.sums[q], err = rs.sum(ctx, q)
			return err
		})
	}
	if err = g.Wait(); err != nil {
		err = fmt.Errorf("report %s: %w", title, err)
	}
	return rep, err
}
