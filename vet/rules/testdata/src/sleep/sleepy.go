package sleep

import (
	"context"
	"time"
)

// A helper that is given the context, and plays somebody slow.

func nap(_ context.Context) { time.Sleep(time.Second) }

func slow(ctx context.Context, f func(context.Context) error) error {
	nap(ctx)
	return f(ctx)
}
