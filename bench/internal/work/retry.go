package work

import (
	"context"
	"errors"
	"fmt"
)

// This file is trying again.

// A retryFunc makes attempts without a pause, as many as it was made for.
type retryFunc func(ctx context.Context, fn callFunc) (int, error)

// A retryMaker makes what a program makes once for many calls.
type retryMaker func(attempts int) retryFunc

var retrying = newPattern[retryMaker](80,
	"A function is called until it succeeds, at most three times, without a pause. Each call has a context of its own, "+
		"which the function is given and whose death ends the attempts. The policy is made once.",
	retryRow("retry/first", 1),
	retryRow("retry/third", 3),
)

var errAgain = errors.New("not yet")

// retryRow is calls whose kth attempt succeeds.
func retryRow(name string, k int) row[retryMaker] {
	return row[retryMaker]{name, "call", 200_000, 20, func(ctx context.Context, f retryMaker, n int) Job {
		var w wrong
		call := f(3)
		attempt := 0
		fn := func(context.Context) (int, error) {
			if attempt++; attempt < k {
				return 0, errAgain
			}
			return attempt, nil
		}
		return Job{Do: func() {
			for range n {
				attempt = 0
				if v, err := call(ctx, fn); v != k || err != nil {
					w.add(fmt.Errorf("got %d, %v", v, err))
				}
			}
		}, Check: w.check}
	}}
}
