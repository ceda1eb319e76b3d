// Functions that only sleep.

package sleep

import (
	"context"
	"math/rand"
	"time"
)

func backoff(attempt int) {
	d := time.Duration(1<<attempt) * time.Second
	d += time.Duration(rand.Int63n(int64(d)))
	time.Sleep(d)
}

func tiny() { time.Sleep(time.Millisecond) }

func backoffCtx(ctx context.Context, attempt int) {
	select {
	case <-time.After(time.Duration(attempt) * time.Second):
	case <-ctx.Done():
	}
}

func work(f func()) {
	f()
	time.Sleep(time.Second)
}

type poller struct{ wait time.Duration }

func (p *poller) pause() { time.Sleep(p.wait) }

func retries(ctx context.Context, f func(context.Context) error) (err error) {
	for i := range 3 {
		if err = f(ctx); err == nil {
			break
		}
		backoff(i) // want `backoff sleeps, and ignores ctx`
	}
	return err
}

func (p *poller) poll(ctx context.Context, ready func() bool) {
	for !ready() {
		p.pause() // want `pause sleeps, and ignores ctx`
	}
}

func noCtxToGive(f func() error) {
	for f() != nil {
		backoff(1)
	}
}

func others(ctx context.Context, f func()) {
	tiny()
	backoffCtx(ctx, 1)
	work(f)
	defer backoff(1)
}
