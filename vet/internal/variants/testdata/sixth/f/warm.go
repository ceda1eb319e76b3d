package f

import (
	"context"
	"io"
	"os/exec"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// want-rule (f): the pool's tasks load with the caller's context instead of the one the pool hands them
func warmCaches(ctx context.Context, c cache, keys []string) error {
	p := pool.New().WithContext(ctx).WithCancelOnError().WithMaxGoroutines(4)
	for _, k := range keys {
		p.Go(func(context.Context) error {
			return c.Load(ctx, k)
		})
	}
	return p.Wait()
}

// fine: each task loads with the context that the pool gives it
func warmCachesOK(ctx context.Context, c cache, keys []string) error {
	p := pool.New().WithContext(ctx).WithCancelOnError().WithMaxGoroutines(4)
	for _, k := range keys {
		p.Go(func(ctx context.Context) error {
			return c.Load(ctx, k)
		})
	}
	return p.Wait()
}

// want-rule (f): one of the two compressors runs under context.Background, so neither the caller nor a failing sibling can end it
func compressSegment(ctx context.Context, data, index string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		bg := context.Background()
		return exec.CommandContext(bg, "zstd", "-q", data).Run()
	})
	g.Go(func() error {
		return exec.CommandContext(ctx, "zstd", "-q", index).Run()
	})
	return g.Wait()
}

// fine: both compressors run under the group's context
func compressSegmentOK(ctx context.Context, data, index string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return exec.CommandContext(ctx, "zstd", "-q", data).Run()
	})
	g.Go(func() error {
		return exec.CommandContext(ctx, "zstd", "-q", index).Run()
	})
	return g.Wait()
}

// want-rule (f): the context of errgroup.WithContext is thrown away, so the tasks go on with the caller's after one has failed
func transferPair(ctx context.Context, ns nameserver, forward, reverse string) (fwd, rev zone, err error) {
	var g *errgroup.Group
	g, _ = errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		fwd, err = ns.Transfer(ctx, forward)
		return err
	})
	g.Go(func() (err error) {
		rev, err = ns.Transfer(ctx, reverse)
		return err
	})
	err = g.Wait()
	return fwd, rev, err
}

// fine: the group's context takes the place of the caller's
func transferPairOK(ctx context.Context, ns nameserver, forward, reverse string) (fwd, rev zone, err error) {
	var g *errgroup.Group
	g, ctx = errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		fwd, err = ns.Transfer(ctx, forward)
		return err
	})
	g.Go(func() (err error) {
		rev, err = ns.Transfer(ctx, reverse)
		return err
	})
	err = g.Wait()
	return fwd, rev, err
}

// want-rule (f): the tasks of the braid group put with the context from outside the group
func (m *mirror) push(ctx context.Context, config, layer blob) error {
	return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
		for _, b := range [...]blob{config, layer} {
			g.Go(func(_ context.Context) error {
				return m.remote.Put(ctx, b)
			}, braid.Name(b.Digest))
		}
		return nil
	})
}

// fine: the tasks put with their own context
func (m *mirror) pushOK(ctx context.Context, config, layer blob) error {
	return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
		for _, b := range [...]blob{config, layer} {
			g.Go(func(ctx context.Context) error {
				return m.remote.Put(ctx, b)
			}, braid.Name(b.Digest))
		}
		return nil
	})
}

// want-rule (f): the forwarding task waits on the Done of the outer context, so it outlives a lost heartbeat and Wait hangs
func forward(ctx context.Context, in <-chan event, s sink) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.Heartbeat(gctx) })
	g.Go(func() error {
		for {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case ev, ok := <-in:
				if !ok {
					return io.ErrUnexpectedEOF
				}
				if err := s.Write(gctx, ev); err != nil {
					return err
				}
			}
		}
	})
	return g.Wait()
}

// fine: the forwarding task ends with the group
func forwardOK(ctx context.Context, in <-chan event, s sink) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.Heartbeat(gctx) })
	g.Go(func() error {
		for {
			select {
			case <-gctx.Done():
				return gctx.Err()
			case ev, ok := <-in:
				if !ok {
					return io.ErrUnexpectedEOF
				}
				if err := s.Write(gctx, ev); err != nil {
					return err
				}
			}
		}
	})
	return g.Wait()
}
