package blocking_quit

import (
	"context"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

func task(g *braid.Group, in <-chan int, quit <-chan struct{}) {
	g.Go(func(ctx context.Context) error {
		select { // want `this select does not end with ctx, which is the task's`
		case <-in:
		case <-quit:
		}
		return nil
	})
}

func errgroupTask(ctx context.Context, in <-chan int, quit <-chan struct{}) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		select { // want `this select does not end with ctx`
		case <-in:
		case <-quit:
		}
		return nil
	})
	return g.Wait()
}

func taskThatLooks(g *braid.Group, in <-chan int, quit <-chan struct{}) {
	g.Go(func(ctx context.Context) error {
		select {
		case <-in:
		case <-quit:
		case <-ctx.Done():
			return ctx.Err()
		}
		return nil
	})
}

func noTask(ctx context.Context, in <-chan int, quit <-chan struct{}) {
	select {
	case <-in:
	case <-quit:
	}
}
