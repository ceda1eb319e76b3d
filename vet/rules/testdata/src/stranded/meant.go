// Shapes of large programs that look like the rule's, and are meant.

package stranded

import "context"

// Each round that sends returns: one send and one receive.
func once(next func() (int, bool)) int {
	out := make(chan int)
	go func() {
		for {
			if v, ok := next(); ok {
				out <- v
				return
			}
		}
	}()
	return <-out
}

func onceOrEnd(ctx context.Context, next func() (int, bool)) (int, error) {
	out := make(chan int)
	go func() {
		for {
			if v, ok := next(); ok {
				out <- v // want `the receiver may leave at line \d+ before it receives from out`
				return
			}
		}
	}()
	select {
	case v := <-out:
		return v, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
