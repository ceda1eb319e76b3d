// Shapes of large programs that look like the rule's, and are meant.

package background_all

import (
	"context"
	"time"
)

func inOrder(ctx context.Context, work func(context.Context)) {
	workCtx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		work(workCtx)
	}()
	<-ctx.Done()
	cancel()
	<-done
}

func actor(ctx context.Context, add func(run func(context.Context), interrupt func(error))) {
	runCtx, cancel := context.WithCancel(context.Background())
	add(func(context.Context) { do(runCtx) }, func(error) { cancel() })
	<-ctx.Done()
}

func othersEnd(ctx context.Context, register func(func(error))) error {
	runCtx, cancel := context.WithCancel(context.Background())
	defer cancel()
	register(func(error) { cancel() })
	return do(runCtx)
}

func onlyDeferred(ctx context.Context) error {
	ctx, cancel := context.WithCancel(context.Background()) // want `context.Background\(\) does not end with ctx`
	defer cancel()
	return do(ctx)
}

func onPurpose(ctx context.Context) error {
	// A context of its own, to make sure that all get it even if we return early.
	return do(context.Background())
}

// auditContext gives a new context, detached from the one it is given.
func auditContext(ctx context.Context) (context.Context, context.CancelFunc) {
	own := context.WithValue(context.Background(), key{}, ctx.Value(key{}))
	return context.WithTimeout(own, time.Second)
}

type upgrader struct{ cancel context.CancelFunc }

func (u *upgrader) start(ctx context.Context) {
	var own context.Context
	own, u.cancel = context.WithCancel(context.Background())
	if do(own) != nil {
		u.cancel()
	}
}
