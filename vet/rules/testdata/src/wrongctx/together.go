package wrongctx

import (
	"context"

	"github.com/braid-go/braid"
)

func joinsTwo(ctx context.Context, f func(context.Context) (int, error)) error {
	_, _, err := braid.Join2(ctx,
		func(context.Context) (int, error) { return f(ctx) }, // want `this task has a context of its own: ctx does not end with it`
		func(ctx context.Context) (int, error) { return f(ctx) })
	return err
}

func firstOf(ctx context.Context, f func(context.Context) (int, error)) (int, error) {
	return braid.First(ctx, braid.Funcs(
		func(own context.Context) (int, error) { return f(ctx) }, // want `this task has a context of its own: ctx does not end with it`
		f,
		func(own context.Context) (int, error) { return f(own) },
	))
}

func firstOfList(ctx context.Context, f func(context.Context) (int, error)) (int, error) {
	return braid.First(ctx, []func(context.Context) (int, error){
		func(own context.Context) (int, error) { return f(ctx) }, // want `this task has a context of its own: ctx does not end with it`
		func(own context.Context) (int, error) { return f(own) },
	})
}
