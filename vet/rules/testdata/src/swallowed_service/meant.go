// Shapes of large programs that look like the rule's, and are meant.

package swallowed_service

import (
	"context"
	"time"

	"swallowed_service/errors"
)

type peer struct {
	done     chan struct{}
	failures chan error
}

func (p *peer) closed(ctx context.Context, in <-chan int) error {
	for {
		select {
		case <-in:
		case <-p.done:
			return nil
		case <-ctx.Done():
			return nil // want `nil says that all was done`
		}
	}
}

func (p *peer) wrapped(ctx context.Context, in <-chan int) error {
	for {
		select {
		case <-in:
		case err := <-p.failures:
			return errors.Wrap(err, "failed")
		case <-ctx.Done():
			return nil // want `nil says that all was done`
		}
	}
}

func startLater(ctx context.Context, d time.Duration, in <-chan int) error {
	select {
	case <-time.After(d):
	case <-ctx.Done():
		return nil // want `nil says that all was done`
	}
	for {
		select {
		case <-in:
		case <-ctx.Done():
			return nil // want `nil says that all was done`
		}
	}
}

var errJoin error = nil

func (p *peer) running(ctx context.Context, in <-chan int, abort bool) error {
	if abort {
		return errJoin
	}
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	for ctx.Err() == nil {
		select {
		case <-in:
		case <-ctx.Done():
			return nil // want `nil says that all was done`
		}
	}
	return nil // want `the loop is left when ctx has ended, and nil says that all was done`
}
