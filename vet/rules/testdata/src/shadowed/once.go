package shadowed

import "context"

func last(ctx context.Context, tick <-chan int, status func(context.Context)) {
	for end := false; !end; {
		select {
		case <-ctx.Done():
			end = true
			ctx = context.WithoutCancel(ctx)
		case <-tick:
		}
		status(ctx)
	}
}

func headers(ctx context.Context, header map[string]string, f func(context.Context)) {
	for k, v := range header {
		ctx = context.WithValue(ctx, k, v)
	}
	f(ctx)
}

type round struct{}

func rounds(ctx context.Context, f func(context.Context)) {
	for i := range 10 {
		ctx = context.WithValue(ctx, round{}, i) // want `ctx grows by one link each round`
		f(ctx)
	}
}

// Who asks a context for its values uses it.

func valueOf(ctx context.Context) any { return ctx.Value(round{}) }

func asked(ctx context.Context, f func(context.Context)) any {
	rctx := context.WithValue(ctx, round{}, 1)
	v := valueOf(rctx)
	f(ctx)
	return v
}
