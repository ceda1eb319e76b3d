package background

import (
	"context"
	"os/exec"

	"golang.org/x/sync/errgroup"
)

type conn interface {
	Exec(ctx context.Context, q string) error
	Save(ctx context.Context, q string) error
	Close(ctx context.Context) error
}

// Tasks that have the same function work under another context than the group's.

func packs(ctx context.Context, a, b string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return exec.CommandContext(ctx, "gzip", a).Run() })
	g.Go(func() error {
		bgCtx := context.Background() // want `context.Background\(\) does not end with ctx`
		return exec.CommandContext(bgCtx, "gzip", b).Run()
	})
	return g.Wait()
}

func execs(ctx context.Context, a, b conn) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := a.Exec(context.Background(), "a"); err != nil { // want `context.Background\(\) does not end with ctx`
			return err
		}
		return nil
	})
	g.Go(func() error { return b.Exec(gctx, "b") })
	return g.Wait()
}

// Left alone.

func execsMeant(ctx context.Context, a, b conn) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return b.Exec(gctx, "b") })
	g.Go(func() error { return b.Save(gctx, "b") })
	g.Go(func() error { return b.Close(gctx) })
	g.Go(func() error { return a.Save(context.Background(), "a") })
	g.Go(func() error { return a.Close(context.Background()) })
	g.Go(func() error {
		_ = a.Exec(context.Background(), "not needed")
		cleanupCtx := context.Background()
		return a.Exec(cleanupCtx, "a")
	})
	g.Go(func() error {
		if err := b.Exec(gctx, "a"); err != nil {
			return a.Exec(context.Background(), "undo")
		}
		return nil
	})
	g.Go(func() error { // finishes what it has begun
		if err := b.Save(gctx, "a"); err != nil {
			return err
		}
		return a.Exec(context.Background(), "a")
	})
	g.Go(func() error {
		all := context.Background() // the statement has to come to its end, whatever becomes of the others: the context is not the group's
		return a.Exec(context.WithValue(all, key{}, 1), "a")
	})
	return g.Wait()
}

type key struct{}

func otherGroup(ctx context.Context, a, b conn) error {
	var plain errgroup.Group
	plain.Go(func() error { return a.Exec(context.Background(), "a") })
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return b.Exec(gctx, "b") })
	if err := plain.Wait(); err != nil {
		return err
	}
	return g.Wait()
}
