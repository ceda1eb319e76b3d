package braid

import (
	"math/rand/v2"
	"time"
)

// This file works out the delays between attempts. What is kept: a delay is
// never negative and never longer than MaxDelay, whatever the policy's numbers
// are and whatever its Rand gives.

// A Jitter says what chance makes of the delays of a [Policy], so that callers
// that failed together do not come back together. The words and definitions are
// those of "Exponential Backoff And Jitter" in the AWS Architecture Blog.
type Jitter uint8

const (
	// NoJitter leaves the delays as they are.
	NoJitter Jitter = iota
	// FullJitter draws each between zero and what it would be.
	FullJitter
	// EqualJitter draws each between half of what it would be and that.
	EqualJitter
	// DecorrelatedJitter draws each between the policy's Delay and the last one
	// drawn times its Factor, where a Factor of 0 means 3.
	DecorrelatedJitter
)

// backoff is how far a schedule of delays has come.
type backoff struct {
	last  time.Duration // before Full or Equal Jitter; after Decorrelated
	begun bool
}

// next gives the delay before the next attempt.
func (b *backoff) next(p *Policy) time.Duration {
	if p.Delay == 0 {
		return 0
	}
	if p.Jitter == DecorrelatedJitter {
		if !b.begun {
			b.last, b.begun = p.Delay, true
		}
		factor := p.Factor
		if factor == 0 {
			factor = 3
		}
		b.last = p.between(float64(p.Delay), float64(b.last)*factor)
		return b.last
	}
	switch {
	case !b.begun:
		b.last, b.begun = p.capped(float64(p.Delay)), true
	case p.Factor > 0:
		b.last = p.capped(float64(b.last) * p.Factor)
	}
	switch p.Jitter {
	case FullJitter:
		return p.between(0, float64(b.last))
	case EqualJitter:
		return p.between(float64(b.last)/2, float64(b.last))
	}
	return b.last
}

// between draws a delay. A Rand that does not keep to its bounds counts as one
// that gives the bound.
func (p *Policy) between(low, high float64) time.Duration {
	random := p.Rand
	if random == nil {
		random = rand.Float64
	}
	r := random()
	switch {
	case !(r > 0): // NaN too
		r = 0
	case r > 1:
		r = 1
	}
	return p.capped(low + r*max(high-low, 0))
}

// capped is computed in floats: what is too long for a Duration would come out
// as negative, which is no pause at all.
func (p *Policy) capped(d float64) time.Duration {
	most := Forever
	if p.MaxDelay > 0 {
		most = p.MaxDelay
	}
	if d < float64(most) {
		return time.Duration(d)
	}
	return most
}
