package progress_test

import (
	"runtime"
	"testing"

	"github.com/braid-go/braid/progress"
)

// This file shows the fraction. What it promises for any order of calls is in
// fuzz_test.go.

const unknown = -1

func wantFraction(t *testing.T, p *progress.Progress, want float64) {
	t.Helper()
	s := p.Snapshot()
	if known := want >= 0; s.FractionKnown != known || known && s.Fraction != want || !known && s.Fraction != 0 {
		t.Errorf("the fraction of %s is %v (known: %v), want %v", s.Name, s.Fraction, s.FractionKnown, want)
	}
}

func TestWhateverBecameOfAnItemItIsDealtWith(t *testing.T) {
	p := progress.New("p")
	wantFraction(t, p, unknown)
	p.Total(8)
	wantFraction(t, p, 0)
	p.Done(1)
	p.Fail(1)
	p.Skip(2)
	wantFraction(t, p, 0.5)
	p.Done(4)
	wantFraction(t, p, 1)
	p.Done(1)
	wantFraction(t, p, 1)
}

func TestAFractionIsNotGuessed(t *testing.T) {
	p := progress.New("p")
	p.Done(5)
	wantFraction(t, p, unknown)
	p.AtLeast(10)
	wantFraction(t, p, unknown)
	p.Total(10)
	wantFraction(t, p, 0.5)
	c := p.Child("c", 10)
	wantFraction(t, p, 0.25) // it has not begun
	c.AtLeast(0)
	wantFraction(t, p, unknown)
	c.Done(1)
	c.End()
	wantFraction(t, p, 0.75)
}

func TestNothingToDoIsDone(t *testing.T) {
	p := progress.New("p")
	p.Total(0)
	wantFraction(t, p, 1)
	root := progress.New("root")
	root.Child("empty", 1).Total(0)
	root.Child("other", 1).Total(1)
	wantFraction(t, root, 0.5)
}

func TestChildrenCountByTheirWeight(t *testing.T) {
	p := progress.New("p")
	a, b := p.Child("a", 3), p.Child("b", 1)
	a.Total(1000)
	b.Total(2)
	a.Done(500)
	wantFraction(t, p, 0.375)
	b.Done(1)
	wantFraction(t, p, 0.5)
	p.Total(4) // items of its own are worth one each
	wantFraction(t, p, 0.25)
	p.Done(4)
	wantFraction(t, p, 0.75)
	c := b.Child("c", 2)
	c.Total(1)
	wantFraction(t, b, 0.25)
	wantFraction(t, p, 0.71875)
}

func TestAChildThatEndsEarlyStandsAtOne(t *testing.T) {
	p := progress.New("p")
	a, b, c := p.Child("a", 1), p.Child("b", 1), p.Child("never begun", 2)
	a.Total(10)
	b.AtLeast(3)
	a.Done(5)
	wantFraction(t, p, unknown)
	b.End()
	wantFraction(t, p, 0.375)
	a.End()
	wantFraction(t, p, 0.5)
	c.End()
	wantFraction(t, p, 1)
	wantFraction(t, c, 1)
}

func TestTheEndIsOneWhateverIsLeft(t *testing.T) {
	p := progress.New("p")
	p.Total(10)
	p.Expect(100)
	p.Child("never begun", 3).Child("nor this", 1)
	wantFraction(t, p, 0)
	p.End()
	wantFraction(t, p, 1)
	wantCounts(t, p, 0, 0, 10, 10)
}

func TestChildrenThatAreExpectedLeaveRoomForThemselves(t *testing.T) {
	p := progress.New("p")
	p.Expect(4)
	wantFraction(t, p, 0)
	for i := range 4 {
		c := p.Child("c", 1)
		c.Total(2)
		wantFraction(t, p, float64(i)/4)
		c.Done(1)
		wantFraction(t, p, (float64(i)+0.5)/4)
		c.End()
		wantFraction(t, p, float64(i+1)/4)
	}
	p.Child("one more", 4).Total(1)
	wantFraction(t, p, 0.5)
}

func TestManyChildrenOneAfterAnotherStayFlatInMemory(t *testing.T) {
	n := 300_000
	if testing.Short() {
		n = 30_000
	}
	p := progress.New("p")
	p.Expect(n)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for range n {
		c := p.Child("c", 1)
		c.Total(2)
		c.Child("below", 1).Done(1)
		c.Done(1)
		c.End()
	}
	if after := heap(); after > before+1<<20 {
		t.Errorf("%d children left %d bytes", n, after-before)
	}
	wantCounts(t, p, 2*n, 0, n, 3*n)
	wantFraction(t, p, 1)
}
