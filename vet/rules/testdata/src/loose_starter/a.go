package loose

import "context"

func do(context.Context) {}

func StartLoop(ctx context.Context) {
	go do(ctx) // want `StartLoop starts a goroutine`
}

func process(ctx context.Context) {
	go do(ctx)
}

func follow(ctx context.Context, next func(context.Context) error) error {
	go func() { // want `goes on until something in its loop ends it`
		for {
			if next(ctx) != nil {
				return
			}
		}
	}()
	return ctx.Err()
}
