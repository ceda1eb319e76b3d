package background

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/braid-go/braid"
)

func wholeTasks(ctx context.Context, names []string, load func(context.Context, string) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, name := range names {
		g.Go(func() error { return load(context.Background(), name) }) // want `context.Background\(\) does not end with ctx`
	}
	return g.Wait()
}

func wholeTaskChecked(ctx context.Context, load func(context.Context, string) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			if err := load(context.Background(), "a"); err != nil { // want `context.Background\(\) does not end with ctx`
				return err
			}
			return nil
		})
		return nil
	})
}

func undone(ctx context.Context, load, undo func(context.Context, string) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := load(ctx, "a"); err != nil {
			return undo(context.Background(), "a")
		}
		return nil
	})
	g.Go(func() error { return load(context.WithoutCancel(ctx), "b") })
	g.Go(func() error {
		<-ctx.Done()
		return load(context.Background(), "last words")
	})
	return g.Wait()
}
