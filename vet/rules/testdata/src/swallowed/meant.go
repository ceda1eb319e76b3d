// Shapes of large programs that look like the rule's, and are meant.

package swallowed

import "context"

func consume(ctx context.Context, in <-chan int) error {
	for {
		select {
		case v, ok := <-in:
			if !ok {
				return nil
			}
			use(string(rune(v)))
		case <-ctx.Done():
			// We don't return ctx.Err() here as it manifests as a service failure.
			return nil
		}
	}
}

// A channel of a parameter may say that all is done: nil is success as well.
func waits(ctx context.Context, done <-chan struct{}) error {
	for {
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			return nil // want `nil says that all was done`
		}
	}
}
