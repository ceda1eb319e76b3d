// Shapes of large programs that look like the rule's, and are meant.

package swallowed

import (
	"context"
	"errors"
	"net"
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

// Whoever closes a channel may tell it to stop by that, as its context does.
func waits(ctx context.Context, done <-chan struct{}) error {
	for {
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// A stream goes on until it is told to stop, or for one round.
func streams(ctx context.Context, next <-chan int, oneTime bool) error {
	for {
		if err := fetchOne(ctx); err != nil {
			return err
		}
		if oneTime {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-next:
		}
	}
}

func streamsAll(ctx context.Context, next <-chan int, left int) error {
	for {
		if err := fetchOne(ctx); err != nil {
			return err
		}
		if left--; left == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil // want `nil says that all was done`
		case <-next:
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

// Run goes on until it is stopped, or has nothing more to do.
func (r *restarter) Run(ctx context.Context, in <-chan int) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case n := <-in:
			if n == 0 {
				return nil
			}
			if err := r.once(); err != nil {
				return err
			}
		}
	}
}

// What a call gives beside its error ends the loop.
func rotateAll(ctx context.Context, next func(context.Context) (bool, error)) (failed int) {
	for {
		more, err := next(ctx)
		if err != nil {
			failed++
		}
		if !more {
			return failed
		}
	}
}

// A loop that accepts ends with its listener.
func acceptAll(ctx context.Context, l net.Listener, hand func(context.Context, net.Conn) error) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		if err := hand(ctx, conn); err != nil {
			println(err.Error())
			continue
		}
	}
}

// A call that fails for nothing but the end of the context, in a loop without end.

type inbox chan int

func (in inbox) next(ctx context.Context) (int, error) {
	select {
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	case n := <-in:
		return n, nil
	}
}

func (in inbox) nextEven(ctx context.Context) (int, error) {
	n, err := in.next(ctx)
	if err == nil && n%2 == 1 {
		return 0, errOdd
	}
	return n, err
}

var errOdd = errors.New("odd")

func untilEnd(ctx context.Context, in inbox) error {
	for {
		n, err := in.next(ctx)
		if err != nil {
			return nil
		}
		println(n)
	}
}

func untilFailure(ctx context.Context, in inbox) error {
	for {
		n, err := in.nextEven(ctx)
		if err != nil {
			return nil // want `comes out as success`
		}
		println(n)
	}
}

func oneOfThem(ctx context.Context, in inbox) error {
	n, err := in.next(ctx)
	if err != nil {
		return nil // want `comes out as success`
	}
	println(n)
	return do(ctx, n)
}

func fetchOne(ctx context.Context) error { return ctx.Err() }
