// Shapes of large programs that look like the rule's, and are meant.

package swallowed

import (
	"context"
	"time"
)

func consume(ctx context.Context, in <-chan int) error {
	for {
		select {
		case v, ok := <-in:
			if !ok {
				return nil
			}
			use(string(rune(v)))
		case <-ctx.Done():
			// We don't return ctx.Err() here as it manifests as a service failure.
			return nil
		}
	}
}

// A channel of a parameter may say that all is done: nil is success as well.
func waits(ctx context.Context, done <-chan struct{}) error {
	for {
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			return nil // want `nil says that all was done`
		}
	}
}

// A function that is all a goroutine does: nobody goes on with half the work.

type restarter struct{ cancel context.CancelFunc }

func (r *restarter) start() {
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	done := make(chan bool)
	go func() {
		defer close(done)
		if err := r.loop(ctx); err != nil {
			println(err.Error())
		}
	}()
	<-done
}

func (r *restarter) loop(ctx context.Context) error {
	for {
		if err := r.once(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
		if r.cancel == nil {
			return nil
		}
	}
}

func (r *restarter) once() error { return nil }
