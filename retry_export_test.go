package braid

import "time"

// DelaysOf gives the first n delays of the policy.
func DelaysOf(p Policy, n int) []time.Duration {
	var b backoff
	delays := make([]time.Duration, n)
	for i := range delays {
		delays[i] = b.next(&p)
	}
	return delays
}

// Numbering tells how many contexts have a number.
func Numbering() int64 { return numbering.Load() }
