// Ends that are told by something else than the context.

package blocking_unseen

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// A clause that leaves the loop says that it is over.

func polls(ctx context.Context, intervals <-chan time.Duration, poll func(context.Context)) {
	var tick <-chan time.Time
	for {
		select {
		case every, ok := <-intervals:
			if !ok {
				return
			}
			tick = time.Tick(every)
		case <-tick:
			poll(ctx)
		}
	}
}

type request struct {
	quit bool
	n    int
}

func commits(ctx context.Context, in <-chan request, commit func(context.Context, int)) {
	idle := time.NewTimer(time.Minute)
	defer idle.Stop()
loop:
	for {
		select {
		case r := <-in:
			if r.quit {
				break loop
			}
			commit(ctx, r.n)
		case <-idle.C:
			commit(ctx, 0)
		}
	}
}

// A goroutine that receives until the channel is closed keeps nobody.

func drain(ctx context.Context, in <-chan int) {
	go func() {
		for range in {
		}
	}()
}

func workers(ctx context.Context, in <-chan int, out chan<- int) {
	for range 4 {
		go worker(ctx, in)
	}
}

func worker(ctx context.Context, in <-chan int) {
	for v := range in {
		use(v)
	}
}

// An object that the function has made of the context.

type march struct {
	ctx context.Context
	wg  sync.WaitGroup
}

func (m *march) walk() {
	m.wg.Add(1)
	go func() {
		defer m.wg.Done()
		<-m.ctx.Done()
	}()
}

// A channel of which the receiver asks whether it is closed.

func untilClosed(ctx context.Context, in <-chan int) {
	for {
		v, ok := <-in
		if !ok {
			return
		}
		use(v)
	}
}

func inTask(ctx context.Context, in <-chan int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		for v := range in { // want `this loop over a channel on in`
			use(v)
		}
		return ctx.Err()
	})
	return g.Wait()
}

// A handshake: who is told that something has begun waits for that.

// A context of the function's own, for something else.

func collects2(metrics chan<- int, f func(context.Context) int) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	n := f(ctx)
	cancel()
	metrics <- n
}
