package work

import (
	"context"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/hedgepolicy"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

// This file is failsafe-go. Policies and executors are made once; each call adds
// its context.

var _ = newPeer(22, "failsafe", "github.com/failsafe-go/failsafe-go", "policies made once, the context added for each call; losers of a hedge are not joined",
	retrying.by(func(attempts int) retryFunc {
		return failsafeCall(failsafe.With(retrypolicy.NewBuilder[int]().WithMaxAttempts(attempts).Build()))
	}),
	hedge.by(func(delay time.Duration) hedgeFunc {
		policy := hedgepolicy.NewBuilderWithDelay[int](delay).CancelIf(func(_ int, err error) bool { return err == nil }).Build()
		return failsafeCall(failsafe.With(policy))
	}),
)

func failsafeCall(e failsafe.Executor[int]) func(context.Context, callFunc) (int, error) {
	return func(ctx context.Context, fn callFunc) (int, error) {
		return e.WithContext(ctx).GetWithExecution(func(exec failsafe.Execution[int]) (int, error) { return fn(exec.Context()) })
	}
}
