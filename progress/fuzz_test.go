package progress_test

import (
	"testing"

	"github.com/braid-go/braid/progress"
)

// This file shows what holds for any tree and any order of calls.

// A grown is a tree that a sequence of bytes makes and counts on, and what has
// to be true of it.
type grown struct {
	t     *testing.T
	nodes []*progress.Progress
	room  []int     // of each node: how much weight of children is still expected
	seen  []float64 // of each node: its fraction when last known
	done  int       // on all nodes together
	fail  int
}

func (g *grown) add(p *progress.Progress, b byte) {
	if b%4 > 0 { // else it has no items of its own, or they are unknown when counted
		p.Total(int(b / 4))
	}
	expected := int(b%3) * 4
	if expected > 0 {
		p.Expect(expected)
	}
	g.nodes, g.room, g.seen = append(g.nodes, p), append(g.room, expected), append(g.seen, 0)
}

// check looks at every node: nothing that is known has fallen.
func (g *grown) check(what string) {
	g.t.Helper()
	for i, p := range g.nodes {
		s := p.Snapshot()
		switch {
		case s.Total < s.Finished() || s.Done < 0 || s.Failed < 0 || s.Skipped < 0 || s.Remaining < 0 || s.Rate < 0:
			g.t.Fatalf("after %s node %d has %+v", what, i, s)
		case !s.FractionKnown:
			if s.Fraction != 0 {
				g.t.Fatalf("after %s node %d has a fraction that is not known: %v", what, i, s.Fraction)
			}
			continue
		case s.Fraction < g.seen[i] || s.Fraction > 1:
			g.t.Fatalf("after %s the fraction of node %d is %v, and was %v", what, i, s.Fraction, g.seen[i])
		case s.Ended && s.Fraction != 1:
			g.t.Fatalf("after %s node %d has ended at %v", what, i, s.Fraction)
		}
		g.seen[i] = s.Fraction
	}
	if s := g.nodes[0].Snapshot(); s.Done != g.done || s.Failed != g.fail {
		g.t.Fatalf("after %s the root has %d done and %d failed, want %d and %d", what, s.Done, s.Failed, g.done, g.fail)
	}
}

func FuzzRollUp(f *testing.F) {
	f.Add([]byte{0x29, 0x10, 0x0f, 0x41, 0x31, 0x52, 0x03, 0x91, 0x04, 0x22})
	f.Add([]byte{2, 0x0f, 7, 0x1f, 9, 0x13, 0x23, 0x04, 0x14, 0x24, 0x03})
	f.Add([]byte{5, 0x0f, 5, 0x0f, 4, 0x21, 0x24, 0x21, 0x12, 0x14, 0x11})
	f.Fuzz(func(t *testing.T, ops []byte) {
		if len(ops) < 1 || len(ops) > 300 {
			return
		}
		g := &grown{t: t}
		g.add(progress.New("root"), ops[0])
		g.check("the start")
		for i := 1; i < len(ops); i++ {
			at := int(ops[i]>>4) % len(g.nodes)
			p := g.nodes[at]
			switch n := int(ops[i] & 15); {
			case n < 6:
				p.Done(n)
				g.done += n
				g.check("Done")
			case n < 8:
				p.Fail(n)
				g.fail += n
				g.check("Fail")
			case n < 10:
				p.Skip(n)
				g.check("Skip")
			case n == 10 && at > 0:
				p.End()
				g.check("End")
			case i+1 < len(ops): // a child as heavy as is still expected
				i++
				weight := min(int(ops[i]>>5), g.room[at])
				if weight == 0 || p.Snapshot().Ended {
					continue
				}
				g.room[at] -= weight
				c := p.Child("child", weight)
				g.check("Child")
				g.add(c, ops[i])
				g.check("Total")
			}
		}
		g.nodes[0].End()
		g.check("the end")
		if s := g.nodes[0].Snapshot(); !s.FractionKnown || !s.TotalKnown || s.Finished() != s.Total || len(s.Children) > 0 {
			t.Fatalf("it ended as %+v", s)
		}
	})
}

// FuzzCounts shows that no number makes a snapshot senseless.
func FuzzCounts(f *testing.F) {
	f.Add(int64(1)<<62, int64(1)<<62, int64(1)<<62, int64(1)<<62, uint32(1)<<30)
	f.Add(int64(0), int64(0), int64(0), int64(0), uint32(0))
	f.Fuzz(func(t *testing.T, total, done, failed, skipped int64, weight uint32) {
		number := func(n int64) int { return int(n &^ (-1 << 63)) }
		p := progress.New("p")
		p.Total(number(skipped))
		p.Expect(int(weight & (1<<30 - 1)))
		for range 3 {
			c := p.Child("c", int(weight&(1<<30-1)))
			c.Total(number(total))
			c.Done(number(done))
			c.Fail(number(failed))
			c.Skip(number(skipped))
			c.Done(number(done))
			for _, p := range []*progress.Progress{p, c} {
				s := p.Snapshot()
				if s.Total < s.Finished() || s.Done < 0 || s.Failed < 0 || s.Skipped < 0 || s.Finished() < 0 ||
					s.Fraction < 0 || s.Fraction > 1 || s.Rate < 0 || s.Remaining < 0 || s.String() == "" {
					t.Fatalf("%+v", s)
				}
			}
		}
		p.End()
		if s := p.Snapshot(); s.Fraction != 1 || s.Total < s.Finished() || s.Skipped < 0 {
			t.Fatalf("%+v", s)
		}
	})
}
