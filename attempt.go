package braid

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// This file tells of attempts, and numbers them. What is kept: a first attempt
// that is inside no other needs no context of its own, so that a call which
// succeeds at once allocates nothing.

// An Attempt is what [Policy] tells its Observe of an attempt that failed.
type Attempt struct {
	Number int           // from 1
	Err    error         // what it returned
	Took   time.Duration // how long it ran, without the wait for Rate
	Delay  time.Duration // from now to the next one, without the wait for Rate
	Last   bool          // there is no next one
}

// LogValue gives the number, the error, how long it took, and the delay or that
// it was the last.
func (a Attempt) LogValue() slog.Value {
	next := slog.Duration("delay", a.Delay)
	if a.Last {
		next = slog.Bool("last", true)
	}
	return slog.GroupValue(slog.Int("number", a.Number), slog.Any("error", a.Err), slog.Duration("took", a.Took), next)
}

// AttemptNumber tells which attempt of a [Retry] or [Hedge] the function that
// was given ctx is called for, from 1; of nested ones the innermost counts. It
// is 1 where there is none: what is called once is at its first attempt.
//
// It tells of the present: a context that is kept longer than an attempt of a
// Retry lasts has the number of the one that is under way, unless the attempt
// was a first one, whose context may be that of the Retry; and one that is kept
// longer than the Retry or the attempt of a Hedge belongs to none. AttemptNumber
// panics if ctx is nil.
func AttemptNumber(ctx context.Context) int {
	if ctx == nil {
		panic("braid: AttemptNumber called with a nil context")
	}
	for {
		c, ok := ctx.Value(numberKey{}).(*numbered)
		if !ok {
			return 1
		}
		if n := c.number.Load(); n > 0 {
			return int(n)
		}
		ctx = c.Context
	}
}

type numberKey struct{}

// numbered is the context of an attempt.
type numbered struct {
	context.Context
	number atomic.Int64 // 0 when it is over
}

func (c *numbered) Value(key any) any {
	if _, ok := key.(numberKey); ok {
		return c
	}
	return c.Context.Value(key)
}

// numbering counts the contexts that have a number. While there are none no
// context has to be asked, which takes longer than all else that Retry does.
var numbering atomic.Int64

// unnumbered says whether AttemptNumber is 1.
func unnumbered(ctx context.Context) bool { return numbering.Load() == 0 || AttemptNumber(ctx) == 1 }

func number(ctx context.Context, n int) *numbered {
	c := &numbered{Context: ctx}
	c.number.Store(int64(n))
	numbering.Add(1)
	return c
}

// end takes the number back.
func (c *numbered) end() {
	c.number.Store(0)
	numbering.Add(-1)
}
