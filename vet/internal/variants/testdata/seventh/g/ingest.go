package g

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"

	"golang.org/x/sync/errgroup"
)

// want-rule (g): the deferred closure wraps the group's error into a variable of its own, and the function's result stays as it was
func (in *ingester) ingest(ctx context.Context, src source) (n int, err error) {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(in.parallel)
	defer func() {
		if err := g.Wait(); err != nil {
			err = fmt.Errorf("ingest %s: %w", src.Name(), err)
		}
	}()
	for batch, err := range src.Batches(gctx) {
		if err != nil {
			return n, fmt.Errorf("read %s: %w", src.Name(), err)
		}
		n += len(batch)
		g.Go(func() error { return in.index.Add(gctx, batch) })
	}
	return n, nil
}

// fine: the deferred closure adds the group's error to the function's result
func (in *ingester) ingestOK(ctx context.Context, src source) (n int, err error) {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(in.parallel)
	defer func() {
		if werr := g.Wait(); werr != nil {
			err = errors.Join(err, fmt.Errorf("ingest %s: %w", src.Name(), werr))
		}
	}()
	for batch, err := range src.Batches(gctx) {
		if err != nil {
			return n, fmt.Errorf("read %s: %w", src.Name(), err)
		}
		n += len(batch)
		g.Go(func() error { return in.index.Add(gctx, batch) })
	}
	return n, nil
}

// want-rule (g): the task that waits for the walkers to close the channel drops their error, and half a scan counts as a whole one
func (s *scanner) scan(ctx context.Context, roots [4]string) (all []finding, err error) {
	found := make(chan finding)
	g, gctx := errgroup.WithContext(ctx)
	walkers, wctx := errgroup.WithContext(gctx)
	for _, root := range roots {
		walkers.Go(func() error { return s.walk(wctx, root, found) })
	}
	g.Go(func() error {
		defer close(found)
		walkers.Wait()
		return nil
	})
	g.Go(func() error {
		for {
			select {
			case <-gctx.Done():
				return context.Cause(gctx)
			case f, ok := <-found:
				if !ok {
					return nil
				}
				all = append(all, f)
			}
		}
	})
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("scan: %w", err)
	}
	return all, nil
}

// fine: what the walkers failed with is what the task that waits for them fails with
func (s *scanner) scanOK(ctx context.Context, roots [4]string) (all []finding, err error) {
	found := make(chan finding)
	g, gctx := errgroup.WithContext(ctx)
	walkers, wctx := errgroup.WithContext(gctx)
	for _, root := range roots {
		walkers.Go(func() error { return s.walk(wctx, root, found) })
	}
	g.Go(func() error {
		defer close(found)
		return walkers.Wait()
	})
	g.Go(func() error {
		for {
			select {
			case <-gctx.Done():
				return context.Cause(gctx)
			case f, ok := <-found:
				if !ok {
					return nil
				}
				all = append(all, f)
			}
		}
	})
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("scan: %w", err)
	}
	return all, nil
}

// want-rule (g): the error returned is that of the group's context, as a rule "context canceled", and what the lookup failed with is lost
func (t *hostTable) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	var v4, v6 []netip.Addr
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		v4, err = t.res.LookupNetIP(ctx, "ip4", host)
		return err
	})
	g.Go(func() (err error) {
		v6, err = t.res.LookupNetIP(ctx, "ip6", host)
		return err
	})
	if g.Wait() != nil {
		return nil, fmt.Errorf("lookup %s: %w", host, ctx.Err())
	}
	return slices.Concat(v6, v4), nil
}

// fine: the error returned is the group's
func (t *hostTable) lookupOK(ctx context.Context, host string) ([]netip.Addr, error) {
	var v4, v6 []netip.Addr
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		v4, err = t.res.LookupNetIP(ctx, "ip4", host)
		return err
	})
	g.Go(func() (err error) {
		v6, err = t.res.LookupNetIP(ctx, "ip6", host)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("lookup %s: %w", host, err)
	}
	return slices.Concat(v6, v4), nil
}

// want-rule (g): the deferred closure puts the error of Close in the place of the group's, nil as a rule
func (e *exporter) export(ctx context.Context, name string) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	defer func() { err = f.Close() }()

	g, gctx := errgroup.WithContext(ctx)
	for n, s := range e.sections {
		g.Go(func() error {
			if err := s.Encode(gctx, f, s.Offset); err != nil {
				return fmt.Errorf("section %d: %w", n, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: the error of Close is added to the group's
func (e *exporter) exportOK(ctx context.Context, name string) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()

	g, gctx := errgroup.WithContext(ctx)
	for n, s := range e.sections {
		g.Go(func() error {
			if err := s.Encode(gctx, f, s.Offset); err != nil {
				return fmt.Errorf("section %d: %w", n, err)
			}
			return nil
		})
	}
	return g.Wait()
}
