// Function values that come from elsewhere, and callbacks of timers.

package loose

import (
	"context"
	"sync"
	"time"
)

func callsAll(ctx context.Context, hooks []func(context.Context) error) {
	for _, hook := range hooks {
		go hook(ctx) // want `nobody waits for the goroutine that it starts`
	}
}

func callsNamed(ctx context.Context) {
	go detachedByName(ctx)
}

func detachedByName(context.Context) {}

func callsAndJoins(ctx context.Context, hook func(context.Context, chan<- error)) error {
	done := make(chan error, 1)
	go hook(ctx, done)
	return <-done
}

func callsWithout(ctx context.Context, hook func()) {
	go hook()
}

func alarmStopped(ctx context.Context, ring func(), work func(context.Context) error) error {
	t := time.AfterFunc(time.Minute, ring)
	defer t.Stop()
	return work(ctx)
}

func cancelLater(ctx context.Context, cancel context.CancelFunc) {
	time.AfterFunc(time.Minute, cancel)
}

func waits(ctx context.Context, c *sync.Cond, ready func() bool) {
	context.AfterFunc(ctx, c.Broadcast) // want `nobody keeps what stops it`
	for !ready() && ctx.Err() == nil {
		c.Wait()
	}
}

func waitsOnce(ctx context.Context, c *sync.Cond, ready func() bool) {
	defer context.AfterFunc(ctx, c.Broadcast)()
	for !ready() && ctx.Err() == nil {
		c.Wait()
	}
}
