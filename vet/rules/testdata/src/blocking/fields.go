// Channels in the fields of what a function is given.

package blocking

import (
	"context"

	"golang.org/x/sync/errgroup"
)

type feed struct {
	name  string
	Items <-chan int
}

type closedFeed struct{ Items <-chan int }

func (closedFeed) Close() error { return nil }

type ownFeed struct{ Items <-chan int }

func newOwnFeed(items chan int) ownFeed { return ownFeed{Items: items} }

func watchFeed(context.Context, feed) {}

func feeds(ctx context.Context, all []feed, one *feed, use func(context.Context, int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, f := range all {
		g.Go(func() error {
			for i := range f.Items { // want `this loop over a channel on Items ignores ctx`
				if err := use(ctx, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		for i := range one.Items { // want `this loop over a channel on Items ignores ctx`
			if err := use(ctx, i); err != nil {
				return err
			}
		}
		return nil
	})
	return g.Wait()
}

// It can be closed by who has it, is made here, is handed on, or is the object's own.

func (f *feed) otherFeeds(ctx context.Context, closed closedFeed, own ownFeed, watched feed, use func(context.Context, int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	watchFeed(ctx, watched)
	g.Go(func() error {
		for i := range closed.Items {
			use(ctx, i)
		}
		for i := range own.Items {
			use(ctx, i)
		}
		for i := range watched.Items {
			use(ctx, i)
		}
		for i := range f.Items {
			use(ctx, i)
		}
		return nil
	})
	return g.Wait()
}

func feedAlone(ctx context.Context, f feed, use func(context.Context, int) error) error {
	for i := range f.Items {
		if err := use(ctx, i); err != nil {
			return err
		}
	}
	return nil
}
