package dropped

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

// Who has found something says so over a channel, and returns an error to cancel the others.

func first(ctx context.Context, asks []func(context.Context) (int, error)) (int, bool) {
	g, ctx := errgroup.WithContext(ctx)
	found := make(chan int, len(asks))
	for _, ask := range asks {
		g.Go(func() error {
			n, err := ask(ctx)
			if err != nil {
				return nil
			}
			found <- n
			return errors.New("done")
		})
	}
	_ = g.Wait()
	select {
	case n := <-found:
		return n, true
	default:
		return 0, false
	}
}

func all(ctx context.Context, asks []func(context.Context) (int, error)) chan int {
	g, ctx := errgroup.WithContext(ctx)
	found := make(chan int, len(asks))
	for _, ask := range asks {
		g.Go(func() error {
			n, err := ask(ctx)
			if err != nil {
				return err
			}
			found <- n
			return nil
		})
	}
	_ = g.Wait() // want `the group's error is assigned to _`
	close(found)
	return found
}
