package swallowed_service

import (
	"context"
	"time"
)

func service(ctx context.Context, tick <-chan time.Time) error {
	for {
		select {
		case <-tick:
		case <-ctx.Done():
			return nil // want `nil says that all was done`
		}
	}
}

func causes(ctx context.Context, tick <-chan time.Time) error {
	for {
		select {
		case <-tick:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
