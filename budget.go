package braid

import (
	"errors"
	"math"
	"sync/atomic"
)

// This file bounds how much all calls together may retry. What is kept: the
// level is between nothing and full, and depends on how calls went and on
// nothing else, no clock for one.

// ErrBudget is among the errors of a [Retry] that would have tried again had
// its [Budget] not been used up.
var ErrBudget = errors.New("braid: the budget for retries is used up")

// A Budget bounds retries as a share of calls, over all calls of [Retry] whose
// [Policy] has it, so that clients do not keep a server down that has too much
// to do already. It is the token bucket of gRPC's retry throttling (proposal
// A6). It may be used from any goroutine, and by policies that differ. The zero
// Budget is refused; [NewBudget] makes them.
type Budget struct {
	level, full, ratio int64 // millionths of a token, which add up exactly
}

const token = 1e6

// NewBudget makes a budget that holds max tokens and is full. An attempt that
// fails takes one, unless its error was not worth another attempt or its context
// had died; one that succeeds gives back ratio. While no more than half of the
// tokens are left nobody retries. So there are at most max/2 retries, and ratio
// for each success.
//
// gRPC's documentation has 10 and 0.1, which allows one retry for each ten
// successes in the long run, and four in a row to begin with. NewBudget panics
// unless max is at least 1 and no more than a million, and ratio between 0 and
// max.
func NewBudget(max, ratio float64) *Budget {
	if !(max >= 1 && max <= 1e6) {
		panic("braid: NewBudget called with a max that is not between 1 and a million")
	}
	if !(ratio >= 0 && ratio <= max) {
		panic("braid: NewBudget called with a ratio that is not between 0 and max")
	}
	full := int64(math.Round(max * token))
	return &Budget{full, full, int64(math.Round(ratio * token))}
}

// gain notes a success. It writes nothing while the budget is full, which is as
// long as all goes well.
func (b *Budget) gain() {
	if b == nil {
		return
	}
	b.move(b.ratio)
}

// spend notes a failure and says whether there may be another attempt.
func (b *Budget) spend() bool { return b.move(-token) > b.full/2 }

func (b *Budget) move(by int64) int64 {
	for {
		was := atomic.LoadInt64(&b.level)
		is := min(max(was+by, 0), b.full)
		if is == was || atomic.CompareAndSwapInt64(&b.level, was, is) {
			return is
		}
	}
}
