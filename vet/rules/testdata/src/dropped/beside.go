package dropped

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// A comment beside the join says why.

func bestEffort(ctx context.Context, checks []func(context.Context) error) {
	g, ctx := errgroup.WithContext(ctx)
	for _, check := range checks {
		g.Go(func() error { return check(ctx) })
	}
	g.Wait() //nolint:errcheck // each check has told of its own
}

func unexplained(ctx context.Context, checks []func(context.Context) error) {
	g, ctx := errgroup.WithContext(ctx)
	for _, check := range checks {
		g.Go(func() error { return check(ctx) })
	}
	g.Wait() /* nolint:errcheck */ // want `the group.s error is dropped`
}
