package progress

import (
	"math"
	"time"
)

// This file estimates rates. The clock is read when somebody looks, never when
// something is counted.

// HalfLife is after how long what happened weighs half in [Snapshot.Rate].
const HalfLife = 15 * time.Second

// A pace is an average of the rate between looks, weighted by an exponential
// that falls with age. The weights are added up too: right after the start they
// are less than one, and without that the estimate would begin at zero.
type pace struct {
	at          time.Time // of the last look
	seen        int64     // at the last look
	sum, weight float64
}

// look gives the rate per second at now, when n have been counted since began.
func (r *pace) look(began, now time.Time, n int64) float64 {
	if r.at.IsZero() {
		r.at = began
	}
	if dt := now.Sub(r.at); dt > 0 {
		keep := math.Exp2(-float64(dt) / float64(HalfLife))
		r.sum = r.sum*keep + average(n-r.seen, dt)*(1-keep)
		r.weight = r.weight*keep + (1 - keep)
		r.at, r.seen = now, n
	}
	if r.weight == 0 {
		return 0
	}
	return r.sum / r.weight
}

// average is n in d, per second.
func average(n int64, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}
