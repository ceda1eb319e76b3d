package blocking_cond

import (
	"context"
	"sync"
)

// Another function of the object's wakes who waits when its context has ended.

type index struct {
	mu     sync.Mutex
	cond   *sync.Cond
	other  *sync.Cond
	paused bool
}

type server struct {
	mu   sync.Mutex
	cond *sync.Cond
	n    int
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

func (s *server) idle(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.n > 0 {
		s.cond.Wait() // want `Cond.Wait ignores ctx`
	}
}

func (s *server) woken(ctx context.Context) {
	defer context.AfterFunc(ctx, s.cond.Broadcast)()
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.n > 0 && ctx.Err() == nil {
		s.cond.Wait()
	}
}

func condWait(ctx context.Context, c *sync.Cond) {
	done := make(chan struct{})
	go func() {
		c.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		c.Broadcast()
		<-done
	}
}

func wakened(ctx context.Context, cond *sync.Cond) {
	done := ctx.Done()
	go func() {
		<-done
		cond.Broadcast()
	}()
	go func() {
		cond.L.Lock()
		defer cond.L.Unlock()
		for ctx.Err() == nil {
			cond.Wait()
		}
	}()
}
