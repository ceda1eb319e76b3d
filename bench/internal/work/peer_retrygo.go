package work

import (
	"context"

	"github.com/avast/retry-go/v5"
)

// This file is retry-go. Its context belongs to the policy, so that one is made
// for each call. A policy that is used again has no context for the call, which
// is less than the workload asks for.

var _ = newPeer(21, "retry-go", "github.com/avast/retry-go/v5", "a policy made for each call, since the context is part of it",
	retrying.by(func(attempts int) retryFunc {
		return func(ctx context.Context, fn callFunc) (int, error) {
			return retry.NewWithData[int](
				retry.Context(ctx), retry.Attempts(uint(attempts)), retry.Delay(0), retry.DelayType(retry.FixedDelay),
			).Do(func() (int, error) { return fn(ctx) })
		}
	}),
)
