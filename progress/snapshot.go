package progress

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/braid-go/braid"
)

// This file holds what a look gives, and how it is printed.

// A Snapshot is what a [Progress] looked like at one moment. It is a value:
// nothing that is counted later changes it.
type Snapshot struct {
	Name string

	// The node's own counts and those of all below it.

	Done    int
	Failed  int
	Skipped int
	// Total is how many items there are. If TotalKnown is false there may be
	// more, of the node itself or of a child, also of one yet to come.
	Total      int
	TotalKnown bool

	// Fraction is how far the work has come, from 0 to 1, as the package's
	// documentation defines it; 0 if FractionKnown is false.
	Fraction      float64
	FractionKnown bool

	// Rate is how many items a second were done or failed lately, see
	// [HalfLife]; after End, over the whole time. It is 0 if there were none, or
	// if no time has passed.
	Rate float64
	// Elapsed is the time since the node was made, until its End.
	Elapsed time.Duration
	// Remaining is what is left over the rate. It is 0, and RemainingKnown
	// false, if the total is not known or the rate is 0.
	Remaining      time.Duration
	RemainingKnown bool

	// Ended tells that End was called.
	Ended bool

	// Last and Cause are set by [Watch] and [Progress.Show]: Last in the last
	// report, and Cause if the work was broken off, to the cause of its
	// context's death. Who wants to know of a failure in it finds that by
	// errors.As with a *braid.Cancellation and its Reason.
	Last  bool
	Cause error

	// Children are those that have not ended, in the order in which they were
	// made.
	Children []Snapshot
}

// Snapshot rolls up p and all below it. It blocks nobody who counts. For a nil
// p it is the zero Snapshot.
func (p *Progress) Snapshot() Snapshot {
	if p == nil {
		return Snapshot{}
	}
	p.tree.mu.Lock()
	defer p.tree.mu.Unlock()
	s, _ := p.look(time.Now())
	return s
}

// Finished is how many items have been dealt with: done, failed or skipped.
func (s Snapshot) Finished() int {
	return number(counts{int64(s.Done), int64(s.Failed), int64(s.Skipped)}.finished())
}

// String gives one line, without children and without what is not known:
//
//	backup after 10s: 423 of 1000 (42%), 3 failed, 1 skipped, 61.2/s, 9s left
//
// The percentage is rounded down. In the first second times and rates are left
// out. A last report ends in ", finished", in what broke the work off, or, if all
// was done or failed by then, in what it ended with.
func (s Snapshot) String() string {
	var b strings.Builder
	b.WriteString(s.Name)
	if s.Elapsed >= time.Second {
		fmt.Fprintf(&b, " after %s", rounded(s.Elapsed))
	}
	fmt.Fprintf(&b, ": %d", s.Finished())
	switch {
	case s.TotalKnown:
		fmt.Fprintf(&b, " of %d", s.Total)
	case s.Total > s.Finished():
		fmt.Fprintf(&b, " of %d or more", s.Total)
	}
	if s.FractionKnown {
		fmt.Fprintf(&b, " (%d%%)", percent(s.Fraction))
	}
	if s.Failed > 0 {
		fmt.Fprintf(&b, ", %d failed", s.Failed)
	}
	if s.Skipped > 0 {
		fmt.Fprintf(&b, ", %d skipped", s.Skipped)
	}
	if s.Elapsed >= time.Second && s.Rate > 0 {
		format := ", %.3g/s"
		if s.Rate >= 100 {
			format = ", %.0f/s"
		}
		fmt.Fprintf(&b, format, s.Rate)
		if s.RemainingKnown && s.Remaining > 0 {
			fmt.Fprintf(&b, ", %s left", rounded(s.Remaining))
		}
	}
	switch {
	case s.Last && s.Cause != nil && s.TotalKnown && s.Skipped == 0 && s.Finished() == s.Total:
		fmt.Fprintf(&b, ", ended with: %v", s.reason())
	case s.Last && s.Cause != nil:
		fmt.Fprintf(&b, ", broken off: %v", s.reason())
	case s.Last:
		b.WriteString(", finished")
	}
	return b.String()
}

// reason is the failure that led to the cause, if there is one.
func (s Snapshot) reason() error {
	var c *braid.Cancellation
	if errors.As(s.Cause, &c) && c.Reason() != nil {
		return c.Reason()
	}
	return s.Cause
}

// LogValue gives the numbers that are known as attributes.
func (s Snapshot) LogValue() slog.Value { return slog.GroupValue(s.attrs()...) }

func (s Snapshot) attrs() []slog.Attr {
	attrs := []slog.Attr{
		slog.String("name", s.Name),
		slog.Int("done", s.Done),
		slog.Int("failed", s.Failed),
		slog.Int("skipped", s.Skipped),
	}
	add := func(is bool, a slog.Attr) {
		if is {
			attrs = append(attrs, a)
		}
	}
	add(s.TotalKnown, slog.Int("total", s.Total))
	add(s.FractionKnown, slog.Float64("fraction", s.Fraction))
	add(true, slog.Float64("rate", s.Rate))
	add(true, slog.Duration("elapsed", s.Elapsed))
	add(s.RemainingKnown, slog.Duration("remaining", s.Remaining))
	add(s.Cause != nil, slog.Any("cause", s.reason()))
	return attrs
}

// moved tells whether anything was counted, announced or ended between two looks.
func (s Snapshot) moved(before Snapshot) bool {
	if s.Name != before.Name || s.Done != before.Done || s.Failed != before.Failed || s.Skipped != before.Skipped ||
		s.Total != before.Total || s.TotalKnown != before.TotalKnown || s.Ended != before.Ended ||
		s.Fraction != before.Fraction || s.FractionKnown != before.FractionKnown || len(s.Children) != len(before.Children) {
		return true
	}
	for i := range s.Children {
		if s.Children[i].moved(before.Children[i]) {
			return true
		}
	}
	return false
}

// percent rounds down, but not for what binary fractions are short of.
func percent(f float64) int { return int(math.Floor(f*100 + 1e-9)) }

// rounded leaves what a person wants to know of a duration.
func rounded(d time.Duration) time.Duration {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}
