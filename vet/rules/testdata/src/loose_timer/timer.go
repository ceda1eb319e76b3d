package loose_timer

import (
	"context"
	"time"
)

func remindsLater(ctx context.Context, remind func(context.Context)) error {
	time.AfterFunc(time.Minute, func() { remind(ctx) }) // want `nobody keeps what stops it`
	return ctx.Err()
}

func forgets(ctx context.Context, forget func()) error {
	context.AfterFunc(ctx, func() { forget() }) // want `what AfterFunc starts belongs to no group`
	return ctx.Err()
}

// What somebody can stop is fine.

func remindsStopped(ctx context.Context, remind func(context.Context)) error {
	t := time.AfterFunc(time.Minute, func() { remind(ctx) })
	defer t.Stop()
	return ctx.Err()
}

func forgetsStopped(ctx context.Context, forget func()) error {
	defer context.AfterFunc(ctx, func() { forget() })()
	return ctx.Err()
}
