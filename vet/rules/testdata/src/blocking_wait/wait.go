package blocking_wait

import (
	"context"
	"net/http"
	"sync"
)

func use(int)                           {}
func next(context.Context) (int, error) { return 0, nil }

type server struct{ wg sync.WaitGroup }

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

func (s *server) Wait(ctx context.Context) error {
	s.wg.Wait() // want `Wait ignores ctx: wait in a goroutine`
	return nil
}

func WaitFor(ctx context.Context, wg *sync.WaitGroup) {
	wg.Wait() // want `Wait ignores ctx`
}

func all(ctx context.Context, urls []string) {
	var wg sync.WaitGroup
	for _, url := range urls {
		wg.Go(func() { http.Get(url) })
	}
	wg.Wait() // want `Wait ignores ctx, and so do the goroutines`
}

func joins(ctx context.Context, n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() { next(ctx) })
	}
	wg.Wait()
}

func computes(ctx context.Context, n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() { use(n) })
	}
	wg.Wait()
}

func (s *server) Close(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		s.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *server) run(ctx context.Context) {
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		next(ctx)
	}()
	s.wg.Wait()
}

func marches(ctx context.Context) {
	m := &march{ctx: ctx}
	m.walk()
	m.wg.Wait()
}

func marchesOn(ctx context.Context, m *march) {
	m.wg.Wait() // want `Wait ignores ctx`
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
