package f

import (
	"context"
	"fmt"
	"hash/crc32"

	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// want-rule (f): the attempts that the task has retried run under the caller's context and not under the one they are given
func (r *replicator) copyTables(ctx context.Context, tables [3]string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, t := range tables {
		g.Go(func() error {
			return r.backoff.Do(gctx, func(context.Context) error {
				if _, err := r.db.ExecContext(ctx, "CALL copy_table(?)", t); err != nil {
					return fmt.Errorf("copy %s: %w", t, err)
				}
				return nil
			})
		})
	}
	return g.Wait()
}

// fine: each attempt runs under the context that it is given, which is below the group's
func (r *replicator) copyTablesOK(ctx context.Context, tables [3]string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, t := range tables {
		g.Go(func() error {
			return r.backoff.Do(gctx, func(ctx context.Context) error {
				if _, err := r.db.ExecContext(ctx, "CALL copy_table(?)", t); err != nil {
					return fmt.Errorf("copy %s: %w", t, err)
				}
				return nil
			})
		})
	}
	return g.Wait()
}

// part of flush: makes the task that writes a segment
func (s *store) writing(ctx context.Context, seg segment) func() error {
	return func() error {
		if err := s.remote.Write(ctx, seg.Name, seg.Data); err != nil {
			return fmt.Errorf("write %s: %w", seg.Name, err)
		}
		return s.remote.Sync(ctx, seg.Name)
	}
}

// want-rule (f): the group's context is thrown away and the tasks are made with the caller's, so a failed segment does not stop the others
func (s *store) flush(ctx context.Context, segs [4]segment) error {
	g, _ := errgroup.WithContext(ctx)
	for _, seg := range segs {
		if len(seg.Data) == 0 {
			continue
		}
		g.Go(s.writing(ctx, seg))
	}
	return g.Wait()
}

// fine: the tasks are made with the group's context
func (s *store) flushOK(ctx context.Context, segs [4]segment) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, seg := range segs {
		if len(seg.Data) == 0 {
			continue
		}
		g.Go(s.writing(ctx, seg))
	}
	return g.Wait()
}

// want-rule (f): the workers ask the outer context whether to go on, so they check all their blocks although one has found a bad one
func (v *volume) scrub(ctx context.Context) error {
	const workers = 4
	g, gctx := errgroup.WithContext(ctx)
	for w := range workers {
		g.Go(func() error {
			for n := w; n < len(v.blocks); n += workers {
				if err := ctx.Err(); err != nil {
					return err
				}
				if sum := crc32.ChecksumIEEE(v.blocks[n].data); sum != v.blocks[n].sum {
					return fmt.Errorf("block %d: checksum is %08x and should be %08x", n, sum, v.blocks[n].sum)
				}
			}
			v.log.DebugContext(gctx, "scrubbed", "worker", w)
			return nil
		})
	}
	return g.Wait()
}

// fine: the workers ask the group's context whether to go on
func (v *volume) scrubOK(ctx context.Context) error {
	const workers = 4
	g, gctx := errgroup.WithContext(ctx)
	for w := range workers {
		g.Go(func() error {
			for n := w; n < len(v.blocks); n += workers {
				if err := gctx.Err(); err != nil {
					return err
				}
				if sum := crc32.ChecksumIEEE(v.blocks[n].data); sum != v.blocks[n].sum {
					return fmt.Errorf("block %d: checksum is %08x and should be %08x", n, sum, v.blocks[n].sum)
				}
			}
			v.log.DebugContext(gctx, "scrubbed", "worker", w)
			return nil
		})
	}
	return g.Wait()
}

// want-rule (f): the span's context is derived from the caller's, so a vendor is asked on after another has failed
func (gw *gateway) quotes(ctx context.Context, sku string) ([]quote, error) {
	p := pool.NewWithResults[quote]().WithContext(ctx).WithCancelOnError()
	for _, v := range gw.vendors {
		p.Go(func(pctx context.Context) (quote, error) {
			sctx, end := gw.tracer.Start(ctx, "quote "+v.Name())
			defer end()
			q, err := v.Quote(sctx, sku)
			if err != nil {
				return quote{}, fmt.Errorf("quote of %s: %w", v.Name(), err)
			}
			gw.log.DebugContext(pctx, "quote", "vendor", v.Name(), "cents", q.Cents)
			return q, nil
		})
	}
	return p.Wait()
}

// fine: the span's context is derived from the one that the pool gives
func (gw *gateway) quotesOK(ctx context.Context, sku string) ([]quote, error) {
	p := pool.NewWithResults[quote]().WithContext(ctx).WithCancelOnError()
	for _, v := range gw.vendors {
		p.Go(func(pctx context.Context) (quote, error) {
			sctx, end := gw.tracer.Start(pctx, "quote "+v.Name())
			defer end()
			q, err := v.Quote(sctx, sku)
			if err != nil {
				return quote{}, fmt.Errorf("quote of %s: %w", v.Name(), err)
			}
			gw.log.DebugContext(pctx, "quote", "vendor", v.Name(), "cents", q.Cents)
			return q, nil
		})
	}
	return p.Wait()
}
