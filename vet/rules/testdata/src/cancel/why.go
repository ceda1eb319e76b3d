package cancel

import (
	"context"
	"time"
)

func explained(ctx context.Context, f func(context.Context)) {
	//nolint:govet // we don't want to cancel that context: the timeout takes care of it
	fresh, _ := context.WithTimeout(ctx, time.Second)
	f(fresh)
}

func unexplained(ctx context.Context, f func(context.Context)) {
	// The context for f.
	fresh, _ := context.WithTimeout(ctx, time.Second) // want `the cancel function of context.WithTimeout is dropped`
	f(fresh)
}
