package wrongctx

import (
	"context"
	"net/http"

	"golang.org/x/sync/errgroup"
)

func asksAgain(r *http.Request, first, second func(context.Context) error) error {
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() error { return first(ctx) })
	g.Go(func() error { return second(r.Context()) }) // want `this task's group cancels another context, ctx`
	return g.Wait()
}

func asksOther(r, other *http.Request, first, second func(context.Context) error) error {
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() error { return first(ctx) })
	g.Go(func() error { return second(other.Context()) })
	return g.Wait()
}

func each(parent *http.Request, rs []*http.Request, do func(context.Context) error) error {
	g, ctx := errgroup.WithContext(parent.Context())
	g.Go(func() error { return do(ctx) })
	for _, parent := range rs {
		g.Go(func() error { return do(parent.Context()) })
	}
	return g.Wait()
}

func again(r *http.Request, do func(context.Context) error) error {
	g, ctx := errgroup.WithContext(r.Context())
	r = r.WithContext(ctx)
	g.Go(func() error { return do(r.Context()) })
	return g.Wait()
}

func looksAt(r *http.Request, do func(context.Context, any) error) error {
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() error { return do(ctx, r.Context().Value("user")) })
	g.Go(func() error { return do(context.WithoutCancel(r.Context()), nil) })
	g.Go(func() error {
		if err := do(ctx, nil); err != nil && r.Context().Err() == nil {
			return err
		}
		return nil
	})
	return g.Wait()
}
