// Shapes of large programs that look like the rule's, and are meant.

package blocking_unseen

import (
	"context"
)

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
