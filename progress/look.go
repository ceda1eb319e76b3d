package progress

import (
	"math"
	"time"
)

// This file rolls the tree up when somebody looks.

// A share is how far a node has come, in units of 1/whole.
type share struct {
	part  uint64
	known bool
	begun bool
}

// ownTotal is how many items of its own p has, as far as was said, and whether
// these are all. The tree is locked.
func (p *Progress) ownTotal() (int64, extent) {
	announced := load(p.announced.Load())
	if p.extent == undeclared && announced > 0 {
		return announced, known
	}
	return max(p.total, announced), p.extent
}

// look gives what p looks like now, and how far it has come. The tree is locked.
func (p *Progress) look(now time.Time) (Snapshot, share) {
	ended := p.ended.Load()
	// What has been dealt with is read before the total: each item is announced
	// before it ends, so the total cannot be too small.
	own := counts{done: load(p.own[done].Load()), failed: load(p.own[failed].Load()), skipped: load(p.own[skipped].Load())}
	total, extent := own.finished(), known
	if !ended {
		var said int64
		said, extent = p.ownTotal()
		total = max(total, said)
	}
	counted := extent != undeclared || total > 0 // there are items of its own
	sum := p.sum
	sum.add(own)
	r := ratio{}
	if total > 0 {
		r.add(own.finished(), whole)
		r.add(total-own.finished(), 0)
	}
	r.add(p.made, whole)
	all := plus(total, p.sum.finished())
	s := Snapshot{Name: p.name, Ended: ended, TotalKnown: !counted || extent == known}
	f := share{known: s.TotalKnown, begun: counted || p.made > 0 || p.expected > 0 || p.sum != counts{}}
	weight := p.made
	for c := p.first; c != nil; c = c.next {
		cs, cf := c.look(now)
		s.Children = append(s.Children, cs)
		if c.detail {
			continue
		}
		f.begun = true
		weight += int64(c.weight)
		r.add(int64(c.weight), cf.part)
		f.known = f.known && (c.weight == 0 || cf.known || !cf.begun)
		s.TotalKnown = s.TotalKnown && cs.TotalKnown
		all = plus(all, int64(cs.Total))
		sum.add(counts{int64(cs.Done), int64(cs.Failed), int64(cs.Skipped)})
	}
	if weight < p.expected && !ended {
		r.add(p.expected-weight, 0)
		s.TotalKnown = false // that of who is to come
	}
	switch {
	case ended:
		f.part, f.known = whole, true
	case !f.begun:
		f.known, s.TotalKnown = false, false
	case r.units > 0:
		f.part = r.fraction()
	case f.known:
		f.part = whole // nothing to do
	}
	s.Done, s.Failed, s.Skipped, s.Total = number(sum.done), number(sum.failed), number(sum.skipped), number(all)
	if f.known {
		s.Fraction, s.FractionKnown = float64(f.part)/whole, true
	}
	p.time(&s, sum, all, now)
	return s, f
}

// time fills in what has to do with time.
func (p *Progress) time(s *Snapshot, sum counts, total int64, now time.Time) {
	if s.Ended {
		now = p.over
	}
	s.Elapsed = now.Sub(p.began)
	if s.Ended {
		s.Rate = average(sum.worked(), s.Elapsed)
	} else {
		s.Rate = p.pace.look(p.began, now, sum.worked())
	}
	if left := total - sum.finished(); s.Ended || s.TotalKnown && left <= 0 {
		s.RemainingKnown = true
	} else if s.TotalKnown && s.Rate > 0 {
		if ns := float64(left) / s.Rate * float64(time.Second); ns < math.MaxInt64 {
			s.Remaining, s.RemainingKnown = time.Duration(ns), true
		}
	}
}

func number(n int64) int { return int(min(n, math.MaxInt)) }
