package top

import (
	"time"

	"github.com/braid-go/braid/inspect"
)

// This file works out how many tasks end in a second.

// window is how far back a rate looks.
const window = 5 * time.Second

type sample struct {
	at time.Time
	of inspect.Counts
}

// rates has the counts of a while, the oldest first.
type rates struct{ seen []sample }

func (r *rates) count(at time.Time, c inspect.Counts) {
	r.seen = append(r.seen, sample{at, c})
	for len(r.seen) > 2 && at.Sub(r.seen[1].at) >= window {
		r.seen = r.seen[1:]
	}
}

// perSecond gives how many have ended a second, and failed, as of a time: while
// nothing changes there are no counts.
func (r *rates) perSecond(now time.Time) (ended, failed float64) {
	if len(r.seen) < 2 {
		return 0, 0
	}
	first, last := r.seen[0], r.seen[len(r.seen)-1]
	for _, s := range r.seen {
		if now.Sub(s.at) >= window {
			first = s
		}
	}
	took := max(now.Sub(first.at), last.at.Sub(first.at)).Seconds()
	if took <= 0 {
		return 0, 0
	}
	return max(0, float64(sum(last.of)-sum(first.of))/took), max(0, float64(last.of.Failed-first.of.Failed)/took)
}

func sum(c inspect.Counts) int64 { return c.Succeeded + c.Failed + c.Cancelled + c.Skipped }
