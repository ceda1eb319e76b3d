package wrongctx

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

func allCutOff(ctx context.Context, parts []string, put func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx) // want `gctx is used for nothing but context.WithoutCancel`
	for _, part := range parts {
		g.Go(func() error {
			pctx, cancel := context.WithTimeout(context.WithoutCancel(gctx), time.Second)
			defer cancel()
			return put(pctx, part)
		})
	}
	return g.Wait()
}

// Left alone.

func someCutOff(ctx context.Context, parts []string, get, put func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, part := range parts {
		g.Go(func() error {
			if err := get(gctx, part); err != nil {
				return err
			}
			return put(context.WithoutCancel(gctx), part)
		})
	}
	return g.Wait()
}

func lastCutOff(ctx context.Context, parts []string, put func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, part := range parts {
		g.Go(func() error {
			defer put(context.WithoutCancel(gctx), part)
			return nil
		})
	}
	return g.Wait()
}

func saysWhyCutOff(ctx context.Context, parts []string, put func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, part := range parts {
		g.Go(func() error {
			// A part that was begun has to be put even if another has failed.
			return put(context.WithoutCancel(gctx), part)
		})
	}
	return g.Wait()
}

func stopsStarting(ctx context.Context, parts []string, put func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, part := range parts {
		if gctx.Err() != nil {
			break
		}
		g.Go(func() error { return put(context.WithoutCancel(gctx), part) })
	}
	return g.Wait()
}
