package busyloop

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func use(int) {}

func breaks(ctx context.Context, in <-chan int) {
	for {
		select {
		case v := <-in:
			use(v)
		case <-ctx.Done(): // want `when ctx has ended this loop runs hot`
			break
		}
	}
}

func continues(ctx context.Context, in <-chan int) {
	for {
		select {
		case v := <-in:
			use(v)
		case <-ctx.Done(): // want `runs hot`
			continue
		}
	}
}

func saysOnly(ctx context.Context, in <-chan int) {
	for {
		select {
		case v := <-in:
			use(v)
		case <-ctx.Done(): // want `runs hot`
			println("stopping")
		}
	}
}

func emptyDefault(ctx context.Context, in <-chan int) int {
	for {
		select {
		case v := <-in:
			return v
		case <-ctx.Done():
			return 0
		default: // want `with this default the loop never blocks`
		}
	}
}

func continueDefault(ctx context.Context, in <-chan int) int {
	for {
		select {
		case v := <-in:
			return v
		default: // want `never blocks`
			continue
		}
	}
}

func emptyDefaultWithWork(ctx context.Context, in <-chan int) {
	for {
		select {
		case v := <-in:
			use(v)
		case <-ctx.Done():
			return
		default: // want `never blocks`
		}
	}
}

func flag(done *bool) {
	for !*done { // want `burns a processor until`
	}
}

func atomicFlag(done *atomic.Bool) {
	for !done.Load() { // want `burns a processor until`
		runtime.Gosched()
	}
}

func atomicInt(n *int32) {
	for atomic.LoadInt32(n) > 0 { // want `burns a processor until`
	}
}

func underMutex(mu *sync.Mutex, ready *bool) {
	for { // want `burns a processor until`
		mu.Lock()
		if *ready {
			mu.Unlock()
			return
		}
		mu.Unlock()
	}
}

func asks(ctx context.Context) {
	for ctx.Err() == nil { // want `burns a processor until`
	}
}

func ever() {
	for { // want `burns a processor for ever`
	}
}

// What follows is fine.

func returns(ctx context.Context, in <-chan int) {
	for {
		select {
		case v := <-in:
			use(v)
		case <-ctx.Done():
			return
		}
	}
}

func labelled(ctx context.Context, in <-chan int) {
loop:
	for {
		select {
		case v := <-in:
			use(v)
		case <-ctx.Done():
			break loop
		}
	}
}

func looksBelow(ctx context.Context, t *time.Ticker) {
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			return
		}
	}
}

func drains(ctx context.Context, in <-chan int) {
	done := ctx.Done()
	for {
		select {
		case v, ok := <-in:
			if !ok {
				return
			}
			use(v)
		case <-done:
			done = nil
		}
	}
}

func conditional(ctx context.Context, in <-chan int) {
	for n := 0; n < 10; n++ {
		select {
		case v := <-in:
			use(v)
		case <-ctx.Done():
		}
	}
}

func works(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		default:
			use(1)
		}
	}
}

func worksBelow(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		default:
		}
		use(1)
	}
}

func swaps(n *atomic.Int32) {
	for {
		old := n.Load()
		if n.CompareAndSwap(old, old+1) {
			return
		}
	}
}

func waits(done *atomic.Bool) {
	for !done.Load() {
		time.Sleep(time.Millisecond)
	}
}

func blocks() { select {} }

func counts() (n int) {
	for n < 10 {
		n++
	}
	return n
}

func receives(in <-chan int) {
	for <-in != 0 {
	}
}

func halves(n int) int {
	for n > 10 {
		n = n / 2
	}
	return n
}

func cond(mu *sync.Mutex, c *sync.Cond, ready *bool) {
	for !*ready {
		c.Wait()
	}
}

func drainNow(in <-chan int) {
	for {
		select {
		case <-in:
		default:
			return
		}
	}
}

func untilEnded(ctx context.Context, in <-chan int) {
	for ctx.Err() == nil {
		select {
		case v := <-in:
			use(v)
		default: // want `with this default the loop never blocks`
			continue
		}
	}
}

func untilEndedWithWork(ctx context.Context, in <-chan int) {
	for ctx.Err() == nil {
		select {
		case v := <-in:
			use(v)
		default:
			use(0)
		}
	}
}

func whileThere(n int, in <-chan int) {
	for n > 0 {
		select {
		case v := <-in:
			n -= v
		default:
			return
		}
	}
}

func whileItComes(ctx context.Context, next func() bool, in <-chan int) {
	for next() && ctx.Err() == nil {
		select {
		case v := <-in:
			use(v)
		default:
		}
	}
}
