package work

import (
	"context"

	"github.com/cenkalti/backoff/v5"
)

var _ = newPeer(20, "backoff", "github.com/cenkalti/backoff/v5", "Retry with a ZeroBackOff",
	retrying.by(func(attempts int) retryFunc {
		opts := []backoff.RetryOption{backoff.WithBackOff(&backoff.ZeroBackOff{}), backoff.WithMaxTries(uint(attempts))}
		return func(ctx context.Context, fn callFunc) (int, error) {
			return backoff.Retry(ctx, func() (int, error) { return fn(ctx) }, opts...)
		}
	}),
)
