package wrongctx

import (
	"context"

	"github.com/braid-go/braid"
)

// Nothing cuts these groups short: their contexts end with the join alone.
func uncut(ctx context.Context, s *s) {
	_ = braid.Run(context.WithoutCancel(ctx), func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error {
			_ = do(ctx)
			_ = do(s.ctx)
			return nil
		})
		_ = do(ctx)
		return nil
	}, braid.Limit(2), braid.CrashOnPanic)
	_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return do(ctx) })
		return nil
	}, braid.Supervised)
	_, _ = braid.Call(context.WithoutCancel(ctx), func(gctx context.Context, g *braid.Group) (int, error) {
		task := braid.Fork(g, func(context.Context) (int, error) {
			_ = do(ctx)
			return 1, nil
		})
		return task.Wait(gctx)
	})
	_, _ = braid.Map(context.WithoutCancel(ctx), []int{1}, func(_ context.Context, n int) (int, error) {
		_ = do(ctx)
		return n, nil
	})
}

// A task that fails cuts the others short.
func fails(ctx context.Context) error {
	return braid.Run(context.WithoutCancel(ctx), func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error {
			return do(ctx) // want `this task has a context of its own: ctx`
		})
		return nil
	})
}

// So does a body that fails, whether the group is supervised or not.
func bodyFails(ctx context.Context, early bool) error {
	return braid.Run(context.WithoutCancel(ctx), func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error {
			_ = do(ctx) // want `this task has a context of its own: ctx`
			return nil
		})
		if early {
			return context.Canceled
		}
		return nil
	}, braid.Supervised)
}

// So does whoever is given the group, or cancels it.
func cancelled(ctx context.Context, early bool) error {
	return braid.Run(context.WithoutCancel(ctx), func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error {
			_ = do(ctx) // want `this task has a context of its own: ctx`
			return nil
		})
		if early {
			g.Cancel()
		}
		return nil
	})
}

// And so does the end of the context that the group is made under.
func given(parent, ctx context.Context) error {
	return braid.Run(parent, func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error {
			_ = do(ctx) // want `this task has a context of its own: ctx`
			return nil
		})
		return nil
	})
}
