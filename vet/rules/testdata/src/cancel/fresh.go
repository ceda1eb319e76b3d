package cancel

import (
	"context"
	"time"
)

func freshKept(f func(context.Context)) {
	ctx, _ := context.WithCancel(context.Background())
	f(ctx)
}

func freshTimed(f func(context.Context)) {
	ctx, _ := context.WithTimeout(context.Background(), time.Minute) // want `stays until its time is over`
	f(ctx)
}

func derived(ctx context.Context, f func(context.Context)) {
	ctx, _ = context.WithCancel(ctx) // want `stays until its parent ends`
	f(ctx)
}
