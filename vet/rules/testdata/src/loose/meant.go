// Shapes of large programs that look like the rule's, and are meant.

package loose

import (
	"context"
	"sync"
	"time"
)

type tracker struct{ left int }

func (t *tracker) doneWithResult(error) { t.left-- }

func counted(ctx context.Context, keys []string, t *tracker) {
	for _, k := range keys {
		go func() {
			t.doneWithResult(put(ctx, k, nil))
		}()
	}
}

func handedOn(ctx context.Context, keys []string, t *tracker) {
	for _, k := range keys {
		go func() {
			put(ctx, k, t)
		}()
	}
}

func put(ctx context.Context, key string, t *tracker) error { return ctx.Err() }

func told(ctx context.Context, work func(context.Context, chan<- int) error) error {
	out := make(chan int, 100)
	defer close(out)
	go func() {
		for range out {
		}
	}()
	return work(ctx, out)
}

func failureWindow(ctx context.Context, d time.Duration, timers *sync.Map, up func()) {
	go func() {
		timer := time.NewTimer(d)
		defer timer.Stop()
		timers.Store("x", timer)
		select {
		case <-ctx.Done():
		case <-timer.C:
			up()
		}
	}()
}

func interrupts(ctx context.Context, stop func()) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	context.AfterFunc(ctx, func() { stop() })
	return ctx.Err()
}

func onPurpose(ctx context.Context, stop func()) error {
	_ = context.AfterFunc(ctx, func() { stop() })
	return ctx.Err()
}

// A goroutine with a context of its own.

func tidies(ctx context.Context, work func(context.Context)) {
	go func() {
		ctx := context.Background()
		work(ctx)
	}()
}
