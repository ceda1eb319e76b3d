package blocking_unseen

import (
	"context"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

func use(int)                                {}
func next(context.Context) (int, error)      { return 0, nil }
func work(context.Context, chan<- int) error { return nil }

func Range(ctx context.Context, in <-chan int) error {
	for v := range in { // whoever sends closes it
		use(v)
	}
	return nil
}

func Task(g *braid.Group, in <-chan int) {
	g.Go(func(ctx context.Context) error {
		for v := range in { // want `this loop over a channel on in ignores ctx`
			use(v)
		}
		return nil
	})
}

func producer(ctx context.Context, n int) error {
	g, ctx := errgroup.WithContext(ctx)
	ch := make(chan int)
	g.Go(func() error {
		defer close(ch)
		for i := range n {
			ch <- i // the matter of stranded: the receiver may leave
		}
		return nil
	})
	g.Go(func() error {
		for v := range ch {
			if _, err := next(ctx); err != nil {
				return err
			}
			use(v)
		}
		return nil
	})
	return g.Wait()
}

type server struct {
	wg sync.WaitGroup
	mu sync.Mutex
	ch chan int
	n  int
}

// What follows is fine.

func noContext(in <-chan int) int { return <-in }

func ignored(_ context.Context, in <-chan int) int { return <-in }

func done(ctx context.Context, done chan bool, over <-chan struct{}) {
	<-done
	<-over
	<-ctx.Done()
}

func own(ctx context.Context) int {
	ch := make(chan int, 1)
	go func() {
		v, _ := next(ctx)
		ch <- v
	}()
	return <-ch
}

func roomy(ctx context.Context, n int) error {
	results := make(chan int, n)
	for range n {
		go fill(ctx, results)
	}
	for range n {
		use(<-results)
	}
	return nil
}

func fill(ctx context.Context, results chan<- int) {
	v, _ := next(ctx)
	results <- v
}

func drained(ctx context.Context, n int) error {
	g, ctx := errgroup.WithContext(ctx)
	ch := make(chan int)
	g.Go(func() error {
		defer close(ch)
		for i := range n {
			ch <- i
		}
		return nil
	})
	g.Go(func() error {
		for v := range ch {
			use(v)
		}
		return nil
	})
	return g.Wait()
}

func cleanup(ctx context.Context, in <-chan int) {
	defer func() {
		for range in {
		}
	}()
}

func told(ctx context.Context, in <-chan int) int {
	return <-in //braid:ignore blocking its sender obeys the same context
}

func (s *server) field(ctx context.Context) { s.ch <- 1 }

// A sender that closes the channel on every way, and waits for the context itself.

func feeds(ctx context.Context, items []int) {
	queue := make(chan int)
	go drains(ctx, queue)
	go func() {
		defer close(queue)
		for _, item := range items {
			select {
			case queue <- item:
			case <-ctx.Done():
				return
			}
		}
	}()
}

func drains(ctx context.Context, queue chan int) {
	for range queue {
		if ctx == nil {
			return
		}
	}
}

func floods(ctx context.Context, items []int) {
	queue := make(chan int)
	go drainsForever(ctx, queue)
	go func() {
		defer close(queue)
		for _, item := range items {
			queue <- item
		}
	}()
}

func drainsForever(ctx context.Context, queue chan int) {
	for range queue { // a goroutine, which ends when that is closed
		if ctx == nil {
			return
		}
	}
}

// Whatever happens, all that is sent is received.

func collects(ctx context.Context, use func(int) error) error {
	ctx, cancel := context.WithCancel(ctx)
	out := make(chan int)
	go lists(ctx, out)
	defer func() {
		cancel()
		for range out {
		}
	}()
	for n := range out {
		if err := use(n); err != nil {
			return err
		}
	}
	return nil
}

func lists(ctx context.Context, out chan int) {
	defer close(out)
	for n := range 10 {
		if ctx.Err() != nil {
			return
		}
		out <- n
	}
}
