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
