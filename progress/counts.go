package progress

import (
	"math"
	"math/bits"
)

// This file holds the arithmetic: counts that stop at the largest number
// instead of wrapping, and fractions that are exact.

type counts struct{ done, failed, skipped int64 }

func (c *counts) add(o counts) {
	c.done, c.failed, c.skipped = plus(c.done, o.done), plus(c.failed, o.failed), plus(c.skipped, o.skipped)
}

// finished is how much has been dealt with.
func (c counts) finished() int64 { return plus(plus(c.done, c.failed), c.skipped) }

// worked is how much of it was work.
func (c counts) worked() int64 { return plus(c.done, c.failed) }

// plus adds; a is not negative unless b is at least as large as -a.
func plus(a, b int64) int64 {
	if sum := a + b; sum >= 0 {
		return sum
	}
	return math.MaxInt64
}

// load corrects a counter that has wrapped.
func load(n int64) int64 {
	if n < 0 {
		return math.MaxInt64
	}
	return n
}

// whole is the fraction 1. Others are rounded down to multiples of 1/whole, so
// that sums do not depend on their order and a larger numerator never gives a
// smaller fraction.
const whole = 1 << 53

// A ratio adds up a numerator in units of 1/whole and a denominator.
type ratio struct{ hi, lo, units uint64 }

// add counts n units of which part, in units of 1/whole, has been dealt with.
func (r *ratio) add(n int64, part uint64) {
	hi, lo := bits.Mul64(uint64(n), part)
	var carry uint64
	r.lo, carry = bits.Add64(r.lo, lo, 0)
	r.hi += hi + carry
	r.units += uint64(n)
}

// fraction is r rounded down; r has units.
func (r *ratio) fraction() uint64 {
	q, _ := bits.Div64(r.hi, r.lo, r.units)
	return q
}
