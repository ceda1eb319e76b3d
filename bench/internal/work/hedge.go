package work

import (
	"context"
	"fmt"
	"time"
)

// This file is the second attempt that is started because the first takes long.

// A hedgeFunc makes at most two attempts.
type hedgeFunc func(ctx context.Context, fn callFunc) (int, error)

// A hedgeMaker makes what a program makes once for many calls.
type hedgeMaker func(delay time.Duration) hedgeFunc

var hedge = newPattern[hedgeMaker](70,
	"A function that returns at once is called with a second attempt to come after a second, which is not needed. "+
		"If it were, the first value would be the result and the context of the other attempt would die; "+
		"failsafe-go does not wait until that one has returned, the others do.",
	row[hedgeMaker]{"hedge/idle", "call", 20_000, 20, func(ctx context.Context, f hedgeMaker, n int) Job {
		var w wrong
		call := f(time.Second)
		fn := func(context.Context) (int, error) { return 7, nil }
		return Job{Do: func() {
			for range n {
				if v, err := call(ctx, fn); v != 7 || err != nil {
					w.add(fmt.Errorf("got %d, %v", v, err))
				}
			}
		}, Check: w.check}
	}},
)
