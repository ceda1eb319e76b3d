package braid

import "time"

// This file holds what Retry is told. A policy is a plain value that nothing
// writes to, so that one serves any number of calls.

// A Policy says how [Retry] goes about it. It is a plain value; one serves any
// number of calls, also at once. The zero Policy makes three attempts without a
// pause.
type Policy struct {
	Attempts int           // how often at most, the first included; 0 means 3, math.MaxInt no bound
	Delay    time.Duration // before the second attempt
	Factor   float64       // each delay is the last one times Factor; 0 means 1, a constant delay
	MaxDelay time.Duration // no delay is longer, but for one asked for by [RetryAfter]; 0 means no bound
	Jitter   Jitter        // what chance makes of the delays; by default nothing

	// MaxElapsed bounds when attempts may start, counted from the start of the
	// first; 0 means no bound. Where the delay would end later, Retry gives up at
	// once. An attempt that runs is not cut short.
	MaxElapsed time.Duration
	// Timeout bounds each attempt, whose context is dead after it; 0 means none.
	// What it cuts short has failed like any other, with a [*TimeoutError].
	Timeout time.Duration

	// If tells whether an error is worth another attempt; nil means all are. It
	// is not asked about one that is [Permanent].
	If func(error) bool
	// Rate makes each attempt, the first included, wait for it first, outside its
	// Timeout. An error of it ends Retry as that attempt's.
	Rate Limiter
	// Budget bounds the attempts of all calls that share it; nil means no bound.
	Budget *Budget
	// Observe is told of each attempt that failed, on the caller's goroutine,
	// before the delay.
	Observe func(Attempt)
	// Rand gives the numbers from 0 up to 1 that Jitter needs; nil means those of
	// math/rand/v2. If calls share the Policy it must bear being called at once.
	Rand func() float64
}

// plain says whether the first attempt needs no preparation.
func (p *Policy) plain() bool {
	return p.Timeout|p.MaxElapsed == 0 && p.Rate == nil && p.Observe == nil
}

func (p *Policy) attempts() int {
	if p.Attempts == 0 {
		return 3
	}
	return p.Attempts
}

// senseless looks at all signs at once: it is the dearest part of a first attempt.
func (p *Policy) senseless() bool {
	return int64(p.Attempts)|int64(p.Delay|p.MaxDelay|p.MaxElapsed|p.Timeout) < 0 || !(p.Factor >= 0) || p.Jitter > DecorrelatedJitter ||
		p.Budget != nil && p.Budget.full == 0
}

func (p *Policy) refuse() {
	wrong := "Jitter is unknown"
	switch {
	case p.Attempts < 0:
		wrong = "Attempts is below zero"
	case p.Delay < 0:
		wrong = "Delay is below zero"
	case !(p.Factor >= 0): // NaN too
		wrong = "Factor is below zero"
	case p.MaxDelay < 0:
		wrong = "MaxDelay is below zero"
	case p.MaxElapsed < 0:
		wrong = "MaxElapsed is below zero"
	case p.Timeout < 0:
		wrong = "Timeout is below zero"
	case p.Budget != nil && p.Budget.full == 0:
		wrong = "Budget was not made by NewBudget"
	}
	panic("braid: Retry called with a Policy whose " + wrong)
}
