// Shapes of large programs that look like the rule's, and are meant.

package cancel

import (
	"context"
	"time"
)

func both(ctx context.Context, d time.Duration) (whole, part context.Context, end context.CancelFunc) {
	whole, end = context.WithTimeout(ctx, d+time.Second)
	part, _ = context.WithTimeout(whole, d)
	return whole, part, end
}

func guarded(ctx context.Context, start <-chan int, run func(context.Context)) {
	var cancel context.CancelFunc
	for {
		select {
		case <-start:
			var runCtx context.Context
			runCtx, cancel = context.WithCancel(ctx)
			run(runCtx)
		case <-ctx.Done():
			if cancel != nil {
				cancel()
			}
			return
		}
	}
}
