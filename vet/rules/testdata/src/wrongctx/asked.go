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
