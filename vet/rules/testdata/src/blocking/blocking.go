package blocking

import (
	"context"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// Tasks of a group: when a sibling fails, who is at the other end may leave.

func sends(ctx context.Context, out chan<- int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		out <- 1 // want `this send on out ignores ctx`
		return ctx.Err()
	})
	return g.Wait()
}

func receives(g *braid.Group, in <-chan int) {
	g.Go(func(ctx context.Context) error {
		<-in // want `this receive on in ignores ctx`
		return nil
	})
	g.Go(func(ctx context.Context) error {
		for range in { // want `this loop over a channel on in ignores ctx`
		}
		return nil
	})
}

// Who selects on Done in one place expects that nobody may be there any more.

func twice(ctx context.Context, out chan<- int, values []int) error {
	for _, v := range values {
		select {
		case out <- v:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	out <- -1 // want `this send on out ignores ctx`
	return nil
}

func answers(ctx context.Context, in <-chan int, ask chan<- int) (int, error) {
	select {
	case ask <- 1:
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	select {
	case v := <-in:
		return v, nil
	case <-ctx.Done():
	}
	return <-in, nil // want `this receive on in ignores ctx`
}

// Another channel than the one that is selected on, and one that is selected on beside something else.

func other(ctx context.Context, out, log chan<- int, tick <-chan time.Time) error {
	select {
	case out <- 1:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case log <- 1:
	case <-tick:
	}
	log <- 2
	return nil
}

// These are off by default: the other end is out of sight, and may well stay.

func send(ctx context.Context, out chan<- int)       { out <- 1 }
func receive(ctx context.Context, in <-chan int) int { return <-in }

func either(ctx context.Context, a, b <-chan int) int {
	select {
	case v := <-a:
		return v
	case v := <-b:
		return v
	}
}

func wait(ctx context.Context, wg *sync.WaitGroup) { wg.Wait() }

func idle(ctx context.Context, busy func() bool, cond *sync.Cond) {
	cond.L.Lock()
	defer cond.L.Unlock()
	for busy() {
		cond.Wait()
	}
}
