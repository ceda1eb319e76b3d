// Ends that are told by something else than the context.

package blocking

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

func merges(ctx context.Context, a, b <-chan int) {
	for a != nil || b != nil {
		select { // want `this select ignores ctx`
		case v, ok := <-a:
			if !ok {
				a = nil
			}
			use(v)
		case v, ok := <-b:
			if !ok {
				b = nil
			}
			use(v)
		}
	}
}

func innerLoop(ctx context.Context, a, b <-chan int) {
	for {
		select { // want `this select ignores ctx`
		case v := <-a:
			for v > 0 {
				if v == 3 {
					break
				}
				v--
			}
		case v := <-b:
			use(v)
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

func marches(ctx context.Context) {
	m := &march{ctx: ctx}
	m.walk()
	m.wg.Wait()
}

func marchesOn(ctx context.Context, m *march) {
	m.wg.Wait() // want `Wait ignores ctx`
}

// Another function of the object's wakes who waits when its context has ended.

type index struct {
	mu     sync.Mutex
	cond   *sync.Cond
	other  *sync.Cond
	paused bool
}

func (x *index) serve(ctx context.Context) {
	<-ctx.Done()
	x.cond.Broadcast()
}

func (x *index) resume() { x.other.Broadcast() }

func (x *index) running(ctx context.Context) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for x.paused && ctx.Err() == nil {
		x.cond.Wait()
	}
	for x.paused && ctx.Err() == nil {
		x.other.Wait() // want `Cond.Wait ignores ctx`
	}
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

func once(ctx context.Context, in <-chan int) {
	v, ok := <-in // want `this receive on in ignores ctx`
	if ok {
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

func listens(ctx context.Context, ready chan<- struct{}, results chan<- int, f func(context.Context)) {
	ready <- struct{}{}
	f(ctx)
	results <- 1 // want `this send on results`
}

// A context of the function's own, for something else.

func collects2(metrics chan<- int, f func(context.Context) int) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	n := f(ctx)
	cancel()
	metrics <- n
}

func (m *march) put(ctx context.Context) { m.walk() }

func batch(ctx context.Context) {
	m := &march{}
	m.put(ctx)
	m.wg.Wait()
}

func batchWithout(ctx context.Context) {
	m := &march{}
	m.walk()
	m.wg.Wait() // want `Wait ignores ctx`
}
