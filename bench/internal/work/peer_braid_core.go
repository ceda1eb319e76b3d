package work

import (
	"context"
	"fmt"
	"time"

	"github.com/braid-go/braid"
)

// This file is groups of tasks with braid.

var _ = peerBraid.also(
	spawning.by(braidSpawn),
	beating.by(braidSpawn),
	grouping.by(func(ctx context.Context, n int, fn func(context.Context) error) error {
		return braidGroup(ctx, n, fn)
	}),
	typing.by(func(ctx context.Context, n int, fn itemFunc) (results []int, err error) {
		return braid.Call(ctx, func(ctx context.Context, g *braid.Group) ([]int, error) {
			tasks := make([]*braid.Task[int], n)
			for i := range tasks {
				tasks[i] = braid.Fork(g, func(ctx context.Context) (int, error) { return fn(ctx, i) })
			}
			results := make([]int, n)
			for i, t := range tasks {
				var err error
				if results[i], err = t.Wait(ctx); err != nil {
					return nil, err
				}
			}
			return results, nil
		})
	}),
	limiting.by(func(ctx context.Context, n int, fn func(context.Context) error) error {
		return braidGroup(ctx, n, fn, braid.Limit(atLimit))
	}),
	timing.by(func(ctx context.Context, n int, d time.Duration, fn func(context.Context) error) error {
		return braidGroup(ctx, n, func(ctx context.Context) error { return braid.Timeout(ctx, d, fn) })
	}),
)

func braidGroup(ctx context.Context, n int, fn func(context.Context) error, opts ...braid.GroupOption) error {
	return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
		for range n {
			g.Go(fn)
		}
		return nil
	}, opts...)
}

var _ = peerBraid.also(
	owning.by(func(ctx context.Context, n int, fn func(context.Context, int), started func(cancel func(i int))) {
		_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			tasks := make([]*braid.Task[struct{}], n)
			for i := range tasks {
				tasks[i] = braid.Fork(g, func(ctx context.Context) (struct{}, error) {
					fn(ctx, i)
					return struct{}{}, nil
				})
			}
			started(func(i int) { tasks[i].Cancel() })
			return nil
		})
	}),
	producing.by(func(p, n int, fn duty) {
		//braid:ignore dropped a duty has no errors: it returns nil
		_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
			for i := range p {
				g.Go(func(context.Context) error {
					for range share(i, p, n) {
						g.Go(fn.under)
					}
					return nil
				})
			}
			return nil
		})
	}),
	failing.by(func(ctx context.Context, n int, fn func(int) error) (error, func(error) string) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			for i := range n {
				g.Go(func(context.Context) error { return fn(i) })
			}
			return nil
		}, braid.Supervised, braid.Keep(n))
		return err, func(err error) string { return fmt.Sprintf("%+v", err) }
	}),
)

func braidSpawn(n int, fn duty) {
	//braid:ignore dropped a duty has no errors: it returns nil
	_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		for range n {
			g.Go(fn.under)
		}
		return nil
	})
}
