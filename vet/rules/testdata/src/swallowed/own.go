package swallowed

import "context"

// A context of the function's own, under the name of the one that it was given:
// what it started ends it when all is done.

func lead(ctx context.Context, work func(context.Context) error, in <-chan int, failed chan error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		if err := work(ctx); err != nil {
			failed <- err
			return
		}
		cancel()
	}()
	for {
		select {
		case _, ok := <-in:
			if !ok {
				return nil
			}
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		}
	}
}

func leadOn(ctx context.Context, work func(context.Context) error, in <-chan int, failed chan error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		if err := work(ctx); err != nil {
			failed <- err
		}
	}()
	for {
		select {
		case _, ok := <-in:
			if !ok {
				return nil
			}
		case <-ctx.Done():
			return nil // want `ctx has ended, and nil says that all was done`
		case err := <-failed:
			return err
		}
	}
}
