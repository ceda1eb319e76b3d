package wrongctx

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// Tasks that ask each round whether to go on.

func checksum(part int) (bool, error) { return part > 0, nil }

func scans(ctx context.Context, parts []int) error {
	g, gctx := errgroup.WithContext(ctx)
	for range 3 {
		g.Go(func() error {
			for _, p := range parts {
				if err := ctx.Err(); err != nil { // want `this task's group cancels another context, gctx: ctx does not end with it`
					return err
				}
				if ok, err := checksum(p); !ok {
					return err
				}
			}
			slog.InfoContext(gctx, "scanned")
			return nil
		})
	}
	return g.Wait()
}

func scansWhile(ctx context.Context, parts []int) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return do(gctx) })
	g.Go(func() error {
		for i := 0; ctx.Err() == nil && i < len(parts); i++ { // want `ctx does not end with it`
			if _, err := checksum(parts[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return g.Wait()
}

func scansOwn(outer context.Context, parts []int) error {
	return braid.Run(outer, func(_ context.Context, g *braid.Group) error {
		for range 3 {
			g.Go(func(own context.Context) error {
				for _, p := range parts {
					if context.Cause(outer) != nil { // want `this task has a context of its own: outer does not end with it`
						break
					}
					if _, err := checksum(p); err != nil {
						return err
					}
				}
				return nil
			})
		}
		return nil
	})
}

// Left alone: the task hears of its group otherwise, or asks why something failed.
func scansOK(ctx context.Context, parts []int, load func(context.Context, int) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		for _, p := range parts {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err := load(gctx, p); err != nil {
				return err
			}
		}
		return nil
	})
	g.Go(func() error {
		for _, p := range parts {
			if _, err := checksum(p); err != nil {
				if ctx.Err() != nil {
					return nil
				}
				return err
			}
		}
		return nil
	})
	g.Go(func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := checksum(1)
		return err
	})
	g.Go(func() error {
		for _, p := range parts {
			if err := ctx.Err(); err != nil {
				slog.Warn("late", "part", p)
			}
			if gctx.Err() != nil {
				return nil
			}
		}
		return nil
	})
	return g.Wait()
}

// Nobody else fails.
func scansAlone(ctx context.Context, parts []int) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		for _, p := range parts {
			if ctx.Err() != nil {
				break
			}
			if _, err := checksum(p); err != nil {
				return err
			}
		}
		return nil
	})
	slog.InfoContext(gctx, "one")
	return g.Wait()
}

// Contexts of spans.

type spans interface {
	StartSpan(ctx context.Context, name string) (context.Context, func())
	DetachSpan(ctx context.Context) context.Context
}

func traced(ctx context.Context, s spans) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		sctx, end := s.StartSpan(ctx, "first") // want `this task's group cancels another context, gctx: ctx does not end with it`
		defer end()
		return do(sctx)
	})
	g.Go(func() error {
		ctx, end := s.StartSpan(gctx, "second")
		defer end()
		return do(ctx)
	})
	g.Go(func() error {
		ctx, end := s.StartSpan(ctx, "third") // for the log
		defer end()
		slog.InfoContext(ctx, "third")
		return do(gctx)
	})
	g.Go(func() error {
		far := s.DetachSpan(ctx)
		return do(far)
	})
	return g.Wait()
}

func tracedPool(ctx context.Context, s spans) error {
	p := pool.New().WithContext(ctx).WithCancelOnError()
	p.Go(func(own context.Context) error {
		sctx, end := s.StartSpan(ctx, "one") // want `this task has a context of its own: ctx does not end with it`
		defer end()
		if err := do(sctx); err != nil {
			return fmt.Errorf("one: %w", err)
		}
		return nil
	})
	p.Go(func(own context.Context) error {
		sctx, end := s.StartSpan(own, "two")
		defer end()
		return do(sctx)
	})
	return p.Wait()
}

// Contexts with a value.

type label struct{}

func labelled(ctx context.Context) error {
	with := context.WithValue(ctx, label{}, 1)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return do(gctx) })
	g.Go(func() error { return do(with) }) // want `this task's group cancels another context, gctx: with does not end with it`
	return g.Wait()
}

func labelledOK(ctx, other context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	with := context.WithValue(gctx, label{}, 1)
	far := context.WithValue(other, label{}, 1)
	g.Go(func() error { return do(with) })
	g.Go(func() error { return do(far) })
	return g.Wait()
}
