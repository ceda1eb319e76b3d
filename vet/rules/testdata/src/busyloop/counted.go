// Defaults that only count.

package busyloop

import (
	"context"
	"runtime"
	"sync/atomic"
)

type poller struct {
	in    chan int
	polls atomic.Int64
	tries int
	limit int
}

func (p *poller) next(ctx context.Context) int {
	for {
		select {
		case v := <-p.in:
			return v
		default: // want `with this default the loop never blocks`
			p.polls.Add(1)
			runtime.Gosched()
		}
	}
}

func (p *poller) nextCounted(ctx context.Context) (v, rounds int) {
	for {
		rounds++
		select {
		case v = <-p.in:
			return v, rounds
		default: // want `with this default the loop never blocks`
		}
	}
}

// It gives up.
func (p *poller) nextTried(ctx context.Context) int {
	tries := 0
	for {
		select {
		case v := <-p.in:
			return v
		default:
			if tries++; tries > 10 {
				return 0
			}
		}
	}
}

func (p *poller) nextLimited(ctx context.Context) int {
	for {
		if p.tries > p.limit {
			return 0
		}
		select {
		case v := <-p.in:
			return v
		default:
			p.tries++
		}
	}
}

func (p *poller) nextWork(ctx context.Context, step func()) int {
	for {
		select {
		case v := <-p.in:
			return v
		default:
			p.polls.Add(1)
			step()
		}
	}
}
