// Shapes of large programs that look like the rule's, and are meant.

package blocking

import (
	"context"
	"sync"
)

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

// What the receiver leaves behind is the matter of the rule about that.
func leftBehind(ctx context.Context, d <-chan struct{}) int {
	out := make(chan int)
	go produce(ctx, out)
	select {
	case v := <-out:
		return v
	case <-d:
		return 0
	}
}

func produce(ctx context.Context, out chan int) {
	out <- 1
}

// A goroutine wakes who waits when the context has ended.

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
