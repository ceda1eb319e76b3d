package sleep

import (
	"context"
	"time"
)

func acquireLease(ctx context.Context, try func(context.Context) bool) {
	for range 10 {
		if try(ctx) {
			return
		}
		time.Sleep(time.Second) // want `time.Sleep ignores ctx`
	}
}

func dropAndRelease(ctx context.Context, try func(context.Context) bool) {
	for range 10 {
		if try(ctx) {
			return
		}
		time.Sleep(time.Second)
	}
}

func connects(ctx context.Context, dial func(context.Context) error) {
	if ctx.Err() != nil {
		return
	}
	go func() {
		ctx := context.WithValue(context.Background(), "id", 1)
		for {
			if dial(ctx) == nil {
				return
			}
			time.Sleep(time.Second)
		}
	}()
}

func branches(ctx context.Context, named bool, use func(context.Context)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if named {
			ctx := context.WithValue(context.Background(), "id", 1)
			use(ctx)
		}
		time.Sleep(time.Minute) // want `time.Sleep ignores ctx`
		use(ctx)
	}()
	<-done
}
