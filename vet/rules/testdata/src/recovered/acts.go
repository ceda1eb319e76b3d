package recovered

import (
	"context"
	"sync"
	"time"
)

type pool struct{ ch chan int }

func (p *pool) free(ctx context.Context, n int) {}

// The branch for a panic does something about it.

func (p *pool) put(ctx context.Context, n int) {
	defer func() {
		if recover() != nil {
			p.free(ctx, n)
		}
	}()
	p.ch <- n
}

func (p *pool) putSilently(ctx context.Context, n int) {
	defer func() {
		if recover() != nil { // want `what was recovered is dropped`
			return
		}
		p.free(ctx, n)
	}()
	p.ch <- n
}

// A channel that whoever receives may have closed: the send is all that can panic.

func tell(ch chan<- int, n int, mu *sync.RWMutex) {
	go func() {
		defer func() { _ = recover() }()
		mu.RLock()
		defer mu.RUnlock()
		select {
		case ch <- n:
		case <-time.After(time.Second):
		}
	}()
	go func() {
		defer func() { _ = recover() }() // want `what was recovered is dropped`
		ch <- n
		f()
	}()
}

type gate struct {
	open chan struct{}
	body interface{ Close() error }
}

// Somebody may have closed it.
func (g *gate) Close() error {
	if g.body != nil {
		return g.body.Close()
	}
	defer func() {
		if recover() != nil && g.body != nil {
			g.body.Close()
		}
	}()
	close(g.open)
	return nil
}

// Here more than that may panic.
func (g *gate) CloseBody() error {
	defer func() { recover() }() // want `after this recover the function returns nil`
	close(g.open)
	return g.body.Close()
}
