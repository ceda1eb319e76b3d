// Who hears what a function returns: somebody who goes on, nobody in sight, or nobody at all.

package swallowed

import (
	"context"
	"time"
)

type jobs struct{}

func (*jobs) add(name string, f func(context.Context) error) {}

type agent struct {
	jobs   jobs
	synced chan struct{}
}

func (a *agent) start() {
	a.jobs.add("sync", a.sync)
	a.jobs.add("collect", func(ctx context.Context) error { return a.collect(ctx, 1) })
	a.jobs.add("inline", func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return nil
		case <-a.synced:
		}
		return do(ctx, 1)
	})
}

func (a *agent) sync(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-a.synced:
	}
	if err := do(ctx, 1); err != nil {
		return nil
	}
	return do(ctx, 2)
}

func (a *agent) collect(ctx context.Context, n int) error {
	select {
	case <-ctx.Done():
		return nil
	case <-a.synced:
	}
	return do(ctx, n)
}

func (a *agent) both(ctx context.Context) error {
	if err := a.ready(ctx); err != nil {
		return err
	}
	return do(ctx, 2)
}

func (a *agent) ready(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil // want `nil says that all was done`
	case <-a.synced:
	}
	return do(ctx, 1)
}

// Nobody in sight uses it: who does may take nil for what it says.
func (a *agent) Signal(ctx context.Context, to chan<- int) error {
	select {
	case <-ctx.Done():
		return nil // want `nil says that all was done`
	case to <- 1:
	}
	return do(ctx, 1)
}

func (a *agent) waitAtMost(ctx context.Context, d time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	select {
	case <-ctx.Done():
		return nil // its own time is up
	case <-a.synced:
	}
	return do(ctx, 1)
}

func (a *agent) expired(ctx context.Context) error {
	if err := do(ctx, 1); err != nil {
		return nil // the parent context has expired, and we are already terminating
	}
	return do(ctx, 2)
}

// A channel that is closed ends the loop.

func untilClosed(ctx context.Context, in <-chan int) {
	for {
		n, ok := <-in
		if !ok {
			return
		}
		if err := do(ctx, n); err != nil {
			logError(err)
			continue
		}
		println(n)
	}
}
