package handle

import (
	"context"
	"time"

	"github.com/braid-go/braid"
)

func polls(ctx context.Context, f func()) {
	for {
		braid.Sleep(ctx, time.Second) // want `once the context is dead this returns at once`
		f()
	}
}

func pollsWhile(ctx context.Context, done func() bool) {
	for !done() {
		_ = braid.Sleep(ctx, time.Second) // want `once the context is dead this returns at once`
	}
}

func pollsAndLooks(ctx context.Context, f func()) {
	for ctx.Err() == nil {
		braid.Sleep(ctx, time.Second)
		f()
	}
}

func pollsAndAsks(ctx context.Context, f func(context.Context) error) error {
	for {
		braid.Sleep(ctx, time.Second)
		if err := f(ctx); err != nil {
			return err
		}
	}
}

func pollsAndReturns(ctx context.Context, f func()) error {
	for {
		if err := braid.Sleep(ctx, time.Second); err != nil {
			return err
		}
		f()
	}
}

func once(ctx context.Context, f func()) {
	braid.Sleep(ctx, time.Second)
	f()
}

func counted(ctx context.Context, f func()) {
	for i := 0; i < 3; i++ {
		braid.Sleep(ctx, time.Second)
		f()
	}
}
