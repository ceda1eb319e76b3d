package loose

import "context"

func do(context.Context) {}

func StartLoop(ctx context.Context) {
	go do(ctx) // want `StartLoop starts a goroutine`
}

func process(ctx context.Context) {
	go do(ctx)
}
