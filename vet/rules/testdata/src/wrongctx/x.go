package wrongctx

import (
	"context"
	"log/slog"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

func do(context.Context) error { return nil }

func outer(ctx context.Context, g *braid.Group) {
	g.Go(func(tctx context.Context) error {
		return do(ctx) // want `this task has a context of its own: ctx does not end with it`
	})
	g.Go(func(_ context.Context) error {
		return do(ctx) // want `this task has a context of its own`
	})
	g.Go(func(context.Context) error {
		return do(ctx) // want `this task has a context of its own`
	})
	_ = braid.Fork(g, func(task context.Context) (int, error) {
		<-ctx.Done() // want `this task has a context of its own`
		return 0, nil
	})
}

func ownOnPurpose(ctx context.Context, g *braid.Group) {
	soft, enough := context.WithCancel(ctx)
	defer enough()
	g.Go(func(context.Context) error { return do(soft) })
}

func body(parent context.Context) error {
	return braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
		return do(parent) // want `this task has a context of its own: parent`
	})
}

func inner(parent context.Context) error {
	return braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(own context.Context) error { return do(ctx) }) // want `this task has a context of its own: ctx`
		return nil
	})
}

func timeout(ctx context.Context) error {
	return braid.Timeout(ctx, 1, func(tctx context.Context) error {
		return do(ctx) // want `this task has a context of its own`
	})
}

func group(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return do(gctx) })
	g.Go(func() error { return do(ctx) }) // want `this task's group cancels another context, gctx: ctx does not end with it`
	return g.Wait()
}

func dropped(ctx context.Context) error {
	g, _ := errgroup.WithContext(ctx) // want `the group's context is dropped`
	g.Go(func() error { return do(ctx) })
	return g.Wait()
}

func silenced(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx) // want `the group's context is dropped`
	_ = gctx
	g.Go(func() error { return do(ctx) })
	return g.Wait()
}

// What follows is fine.

func shadowed(ctx context.Context, g *braid.Group) {
	g.Go(func(ctx context.Context) error { return do(ctx) })
}

func reused(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return do(ctx) })
	return g.Wait()
}

func derived(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	tctx, cancel := context.WithTimeout(gctx, 1)
	defer cancel()
	g.Go(func() error { return do(tctx) })
	return g.Wait()
}

func madeInside(ctx context.Context, g *braid.Group) {
	g.Go(func(own context.Context) error {
		sub, cancel := context.WithCancel(own)
		defer cancel()
		return do(sub)
	})
}

func values(ctx context.Context, g *braid.Group) {
	g.Go(func(own context.Context) error {
		slog.InfoContext(ctx, "hello", "v", ctx.Value("k"))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return do(own)
	})
}

func both(ctx context.Context, g *braid.Group) {
	g.Go(func(own context.Context) error {
		select {
		case <-own.Done():
		case <-ctx.Done():
		}
		return nil
	})
}

func freed(ctx context.Context, g *braid.Group) {
	g.Go(func(own context.Context) error { return do(context.WithoutCancel(ctx)) })
}

func noContext(ctx context.Context) error {
	var g errgroup.Group
	g.Go(func() error { return do(ctx) })
	return g.Wait()
}

func outside(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return do(gctx) })
	if err := do(ctx); err != nil {
		return err
	}
	return g.Wait()
}

func background(g *braid.Group) {
	root := context.Background()
	g.Go(func(own context.Context) error { return do(root) })
}

func told(ctx context.Context, g *braid.Group) {
	g.Go(func(own context.Context) error {
		return do(ctx) //braid:ignore wrongctx it has to outlive the group's failure
	})
}

type s struct{ ctx context.Context }

func (s *s) field(g *braid.Group) {
	g.Go(func(own context.Context) error { return do(s.ctx) }) // want `this task has a context of its own: s.ctx does not end with it`
}

func (s *s) unnamed(ctx context.Context, g *braid.Group) {
	g.Go(func(context.Context) error { return do(ctx) }) // want `this task has a context of its own: ctx does not end with it`
}

func (s *s) fieldMeant(g *braid.Group) {
	g.Go(func(own context.Context) error {
		stop := context.AfterFunc(s.ctx, func() {})
		defer stop()
		slog.InfoContext(s.ctx, "started")
		_ = s.ctx.Err()
		mine := &s2{ctx: own}
		if err := do(mine.ctx); err != nil {
			return err
		}
		return do(own)
	})
}

type s2 struct{ ctx context.Context }

func (s *s) outOfTask() error { return do(s.ctx) }

func elsewhere(ctx context.Context, g *braid.Group) {
	f := func() error { return do(ctx) }
	g.Go(func(own context.Context) error { return f() })
}
