// Goroutines that end with something else than the function that starts them.

package loose

import (
	"context"
	"io"
	"os"
	"time"
)

type subscription struct{ err chan error }

func (s *subscription) Err() <-chan error { return s.err }

type mount struct{}

func (*mount) Wait() error { return nil }

func subscribe2(ctx context.Context, sub *subscription, events <-chan int, notify func(int)) error {
	go func() {
		for {
			select {
			case e := <-events:
				notify(e)
			case <-sub.Err():
				return
			}
		}
	}()
	return ctx.Err()
}

func forward(ctx context.Context, results <-chan int, notify func(int)) error {
	go func() {
		for r := range results {
			notify(r)
		}
	}()
	return ctx.Err()
}

func mounted(ctx context.Context, m *mount, forget func()) error {
	go func() {
		if m.Wait() == nil {
			forget()
		}
	}()
	return ctx.Err()
}

func upload(ctx context.Context, write func(io.Writer) error, send func(context.Context, io.Reader) error) error {
	r, w := io.Pipe()
	go func() {
		w.CloseWithError(write(w))
	}()
	return send(ctx, r)
}

func quit(ctx context.Context, code int) error {
	go func() {
		time.Sleep(time.Second)
		os.Exit(code)
	}()
	return ctx.Err()
}
