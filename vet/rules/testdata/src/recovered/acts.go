package recovered

import "context"

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
