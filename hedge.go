package braid

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"
)

// This file starts one function several times, one after the other, so that a
// slow answer does not hold everybody up. What is kept: while one is awaited
// there is an attempt under way, and none is left when Hedge returns.

// Hedge calls fn up to n times and returns the value of the first call that
// succeeds. The first call starts at once, and each further one delay after the
// one before it was started, or at once when one fails. With a delay of 0 all
// start at once. The others are cancelled and joined before Hedge returns.
//
// If all fail the error is a [*GroupError] with every failure, each under the
// number of its attempt, which [AttemptNumber] tells fn; of a hedge that was
// won, [OnFailure] sees them. One that is [Permanent] ends the hedge: no further
// attempt starts, and those under way are cancelled. A panic or a Goexit of an
// attempt ends it too and is raised after the join. If ctx dies before one has
// succeeded, the error is as for [Run].
//
// Attempts are tasks of a group and take its options: under a [Limit] those
// that have no slot are queued, and a [Rate] holds their starts back. Calls of fn
// run at the same time, so it must bear that, as must what it asks: it should be
// a read, or be idempotent. A good delay is what 95 of 100 calls do not take; then
// few are made twice. Hedge panics if ctx or fn is nil, n is less than one or
// delay is negative.
//
// The idea is from Dean and Barroso, "The Tail at Scale"; that a failure starts
// the next one, and may end all, is as gRPC has it (proposal A6).
func Hedge[T any](ctx context.Context, n int, delay time.Duration, fn func(ctx context.Context) (T, error), opts ...GroupOption) (T, error) {
	checkScope("Hedge", ctx, fn == nil)
	switch {
	case n < 1:
		panic("braid: Hedge called with fewer than one attempt")
	case delay < 0:
		panic("braid: Hedge called with a negative delay")
	}
	h := hedge{failures: make(chan struct{}, n)}
	pc := funcPC(fn)
	var won atomic.Bool
	var v T
	err := run(ctx, "Hedge", pc, func(ctx context.Context, g *Group) error {
		h.g = g
		h.run(ctx, n, delay, func(i int) {
			// The body's own group is open, so there is no error.
			_ = g.addFunc(goFunc(func(ctx context.Context) error {
				c := number(ctx, i)
				defer c.end()
				got, err := fn(c)
				if err == nil && won.CompareAndSwap(false, true) {
					v = got
					g.cancel(&Cancellation{by: g.path(), at: time.Now(), pc: pc})
				}
				return err
			}), pc, 0, &taskConfig{name: "attempt " + strconv.Itoa(i)})
		})
		return nil
	}, with(opts, preset{failed: h.failed}))
	if won.Load() {
		return v, nil
	}
	return v, err
}

// A hedge is one call of Hedge.
type hedge struct {
	g        *Group
	failures chan struct{} // has room for one of each attempt
}

// run starts attempts until there are n or it is over.
func (h *hedge) run(ctx context.Context, n int, delay time.Duration, start func(i int)) {
	var timer *time.Timer
	for i := 1; ctx.Err() == nil; i++ {
		start(i)
		switch {
		case i == n:
			return
		case delay == 0:
			continue
		case soon(func() bool { return ctx.Err() != nil || len(h.failures) > 0 }):
			select { // with neither a timer nor Done, which would have to be made
			case <-h.failures:
			default:
			}
			continue
		case timer == nil:
			timer = time.NewTimer(delay)
			defer timer.Stop()
		default:
			timer.Reset(delay)
		}
		select {
		case <-timer.C:
		case <-h.failures:
		case <-ctx.Done():
		}
	}
}

// failed is told of each failure that the group records.
func (h *hedge) failed(te *TaskError, ends bool) {
	if adviceOf(te.Err).permanent {
		ends = true
		if said, ok := te.Err.(*permanent); ok {
			te.Err, te.permanent = said.error, true
		}
	}
	if ends {
		h.g.cancel(&Cancellation{kind: byFailure, reason: te, at: time.Now()})
		return
	}
	select {
	case h.failures <- struct{}{}:
	default: // more than attempts: what handlers and groups left open have failed with
	}
}
