package swallowed

import "context"

// receiveAll hands on what comes. If ctx is done, it
// returns nil after all that had begun have ended.
func receiveAll(ctx context.Context, in <-chan int, put func(int) error) error {
	for {
		select {
		case n, ok := <-in:
			if !ok {
				return nil
			}
			if err := put(n); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// whileAsked returns nil when its context is cancelled. Other errors are those of next.
func whileAsked(ctx context.Context, next func() (bool, error)) error {
	for ctx.Err() == nil {
		more, err := next()
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// receiveSome returns nil on success, and an error if the context ends.
func receiveSome(ctx context.Context, in <-chan int, put func(int) error) error {
	for {
		select {
		case n, ok := <-in:
			if !ok {
				return nil
			}
			if err := put(n); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil // want `ctx has ended`
		}
	}
}

// wrong: it returns nil when ctx is cancelled.
func receiveHalf(ctx context.Context, in <-chan int, put func(int) error) error {
	for {
		select {
		case n, ok := <-in:
			if !ok {
				return nil
			}
			if err := put(n); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil // want `ctx has ended`
		}
	}
}

// receiveFew returns nil when there is no more. It has a context.
func receiveFew(ctx context.Context, in <-chan int, put func(int) error) error {
	for {
		select {
		case n, ok := <-in:
			if !ok {
				return nil
			}
			if err := put(n); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil // want `ctx has ended`
		}
	}
}
