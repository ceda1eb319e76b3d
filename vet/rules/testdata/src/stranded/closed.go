package stranded

import "context"

func closesAsItLeaves(ctx context.Context, next func() (int, bool), use func(int)) {
	in := make(chan int)
	done := make(chan struct{})
	defer close(in)
	go func() {
		defer close(done)
		for {
			n, ok := next()
			if !ok {
				return
			}
			in <- n // want `would block for ever, or panic, since the receiver closes the channel`
		}
	}()
	for {
		select {
		case n := <-in:
			use(n)
		case <-done:
			return
		case <-ctx.Done():
			return
		}
	}
}

func senderCloses(ctx context.Context, next func() (int, bool), use func(int)) {
	in := make(chan int)
	go func() {
		defer close(in)
		for {
			n, ok := next()
			if !ok {
				return
			}
			in <- n // want `would block for ever`
		}
	}()
	for {
		select {
		case n, ok := <-in:
			if !ok {
				return
			}
			use(n)
		case <-ctx.Done():
			return
		}
	}
}
