package progress_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/progress"
)

// This file shows counts and how they roll up; fraction_test.go shows
// fractions, and watch_test.go all that has to do with time.

// wantCounts checks done, failed, skipped and total; a negative total is one
// that is not known, and the lower bound its absolute value.
func wantCounts(t *testing.T, p *progress.Progress, done, failed, skipped, total int) {
	t.Helper()
	s := p.Snapshot()
	known := total >= 0
	total = max(total, -total)
	if s.Done != done || s.Failed != failed || s.Skipped != skipped || s.Total != total || s.TotalKnown != known {
		t.Errorf("%s is at %d done, %d failed, %d skipped of %d (known: %v), want %d, %d, %d of %d (%v)",
			s.Name, s.Done, s.Failed, s.Skipped, s.Total, s.TotalKnown, done, failed, skipped, total, known)
	}
}

// panicOf gives the text that f panics with, or "".
func panicOf(f func()) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text, _ = v.(string)
		}
	}()
	f()
	return ""
}

func TestCountsRollUpTheTree(t *testing.T) {
	p := progress.New("p")
	a, b := p.Child("a", 1), p.Child("b", 1)
	c := b.Child("c", 3)
	p.Total(1)
	a.Total(10)
	b.AddTotal(5)
	c.AddTotal(2)
	p.Skip(1)
	a.Done(4)
	b.Fail(1)
	c.Done(2)
	wantCounts(t, c, 2, 0, 0, 2)
	wantCounts(t, b, 2, 1, 0, 7)
	wantCounts(t, p, 6, 1, 1, 18)
	if got := p.Snapshot().Children; len(got) != 2 || got[0].Name != "a" || got[1].Children[0].Name != "c" {
		t.Errorf("the children are %v", got)
	}
}

func TestATotalIsKnownOnceThatOfEachChildIs(t *testing.T) {
	p := progress.New("p")
	if p.Snapshot().TotalKnown {
		t.Error("the total of what has not begun is known")
	}
	a, b := p.Child("a", 1), p.Child("b", 1)
	a.Total(5)
	b.Done(2)
	wantCounts(t, p, 2, 0, 0, -7)
	b.AtLeast(3)
	wantCounts(t, p, 2, 0, 0, -8)
	b.AddTotal(1)
	wantCounts(t, p, 2, 0, 0, -9)
	b.Total(4)
	wantCounts(t, p, 2, 0, 0, 9)
	p.Expect(3)
	wantCounts(t, p, 2, 0, 0, -9)
	p.Child("c", 1).Total(1)
	wantCounts(t, p, 2, 0, 0, 10)
}

func TestATotalFollowsWhatIsCountedBeyondIt(t *testing.T) {
	p := progress.New("p")
	p.Total(3)
	p.Done(5)
	wantCounts(t, p, 5, 0, 0, 5)
}

func TestWhatATrackerIsToldOfIsPartOfTheTotalThatWasDeclared(t *testing.T) {
	p := progress.New("p")
	p.Total(10)
	p.Added(4)
	wantCounts(t, p, 0, 0, 0, 10)
	p.Added(8)
	wantCounts(t, p, 0, 0, 0, 12)

	p = progress.New("none declared")
	p.Added(4)
	wantCounts(t, p, 0, 0, 0, 4)

	p = progress.New("none at all")
	p.Added(0)
	wantCounts(t, p, 0, 0, 0, 0)

	p = progress.New("as it comes")
	p.AtLeast(0)
	p.Added(4)
	p.Ended(braid.Succeeded, 4)
	wantCounts(t, p, 4, 0, 0, -4)
	p.End()
	wantCounts(t, p, 4, 0, 0, 4)
}

func TestEveryWayInWhichATaskEndsIsCounted(t *testing.T) {
	p := progress.New("p")
	for state, n := range map[braid.State]int{braid.Succeeded: 1, braid.Failed: 10, braid.Panicked: 100, braid.Exited: 1000, braid.Cancelled: 20, braid.Skipped: 300} {
		p.Ended(state, n)
	}
	wantCounts(t, p, 1, 1110, 320, -1431)
}

func TestAGroupCountsItsTasks(t *testing.T) {
	p := progress.New("p")
	boom := errors.New("boom")
	_, err := braid.Map(context.Background(), make([]int, 100), func(context.Context, int) (int, error) { return 0, nil },
		braid.Limit(3), braid.Track(p.Child("map", 1)))
	if err != nil {
		t.Error(err)
	}
	wantCounts(t, p, 100, 0, 0, 100)
	err = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		p.Child("unrelated", 0)
		g.Go(func(context.Context) error { return boom })
		for range 9 {
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		}
		return nil
	}, braid.Track(p.Child("run", 1)))
	if !errors.Is(err, boom) {
		t.Error(err)
	}
	wantCounts(t, p, 100, 1, 9, 110)
}

func TestAnEndedChildIsItsParents(t *testing.T) {
	p := progress.New("p")
	a := p.Child("a", 1)
	b := a.Child("b", 1)
	a.Total(10)
	a.Done(3)
	b.AtLeast(5)
	b.Fail(1)
	a.End()
	wantCounts(t, p, 3, 1, 11, 15) // 7 of a's and 4 of b's were skipped
	wantCounts(t, a, 3, 1, 11, 15) // who still holds it can look
	wantCounts(t, b, 0, 1, 4, 5)
	if n := len(p.Snapshot().Children); n != 0 {
		t.Errorf("%d children are listed", n)
	}
	a.End()
	b.End()
	b.Total(1000)
	b.AddTotal(1000)
	wantCounts(t, p, 3, 1, 11, 15)
}

func TestWhatIsCountedAfterTheEndIsNotLost(t *testing.T) {
	p := progress.New("p")
	a := p.Child("a", 1)
	b := a.Child("b", 1)
	b.Total(3)
	a.End()
	wantCounts(t, p, 0, 0, 3, 3)
	b.Done(1)
	wantCounts(t, p, 1, 0, 2, 3)
	wantCounts(t, a, 1, 0, 2, 3)
	wantCounts(t, b, 1, 0, 2, 3)
	b.Fail(4)
	wantCounts(t, p, 1, 4, 0, 5)
	p.End()
	b.Skip(1)
	wantCounts(t, p, 1, 4, 1, 6)
	c := b.Child("late", 7)
	c.Total(2)
	c.Done(1)
	wantCounts(t, p, 2, 4, 1, 8)
	if got := p.Snapshot().Fraction; got != 1 {
		t.Errorf("the fraction of what has ended is %v", got)
	}
	p.End()
	wantCounts(t, p, 2, 4, 2, 8)
}

func TestADetailIsShownAndCountsForNothing(t *testing.T) {
	p := progress.New("files")
	p.Total(4)
	d := p.Child("file", 0)
	d.AtLeast(1 << 20)
	d.Child("part", 1).Done(3)
	wantCounts(t, p, 0, 0, 0, 4)
	wantCounts(t, d, 3, 0, 0, -(1<<20 + 3))
	p.Done(1)
	if s := p.Snapshot(); s.Fraction != 0.25 || !s.FractionKnown || len(s.Children) != 1 {
		t.Errorf("with a detail: %+v", s)
	}
	d.End()
	d.Done(5)
	d.Child("late", 1).Done(1)
	wantCounts(t, p, 1, 0, 0, 4)
	only := progress.New("only a detail")
	only.Child("d", 0).Total(1)
	if s := only.Snapshot(); s.TotalKnown || s.FractionKnown {
		t.Errorf("a detail made its parent begin: %+v", s)
	}
}

func TestNilDoesNothing(t *testing.T) {
	var p *progress.Progress
	ctx := progress.With(context.Background(), p)
	if got := progress.From(ctx); got != nil {
		t.Errorf("found %v", got)
	}
	if got := p.Child("c", 1); got != nil {
		t.Errorf("a child of nil is %v", got)
	}
	p.Total(1)
	p.AtLeast(1)
	p.AddTotal(1)
	p.Expect(1)
	p.Done(1)
	p.Fail(1)
	p.Skip(1)
	p.Added(1)
	p.Ended(braid.Succeeded, 1)
	p.End()
	if s := p.Snapshot(); s.Name != "" || s.TotalKnown || s.FractionKnown {
		t.Errorf("the snapshot of nil is %+v", s)
	}
	report := func(progress.Snapshot) { t.Error("nil was reported") }
	progress.Watch(ctx, p, 1, report) // returns
	err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error { p.Show(g, 1, report); return nil })
	if err != nil {
		t.Error(err)
	}
}

func TestAContextCarriesTheNearest(t *testing.T) {
	outer, inner := progress.New("outer"), progress.New("inner")
	ctx := progress.With(context.Background(), outer)
	if progress.From(context.Background()) != nil || progress.From(ctx) != outer || progress.From(progress.With(ctx, inner)) != inner ||
		progress.From(progress.With(ctx, nil)) != nil {
		t.Error("From does not find what With put there")
	}
	err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { progress.From(ctx).Done(1); return nil })
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	wantCounts(t, outer, 1, 0, 0, -1)
}

func TestBadInputIsRefusedAtOnce(t *testing.T) {
	p := progress.New("p")
	ctx := context.Background()
	report := func(progress.Snapshot) {}
	var nilContext context.Context
	for call, f := range map[string]func(){
		"New":         func() { progress.New("") },
		"Child":       func() { p.Child("", 1) },
		"Child ":      func() { p.Child("c", -1) },
		"Child  ":     func() { p.Child("c", math.MaxInt) },
		"Expect":      func() { p.Expect(-1) },
		"Expect ":     func() { p.Expect(math.MaxInt) },
		"Total":       func() { p.Total(-1) },
		"AtLeast":     func() { p.AtLeast(-1) },
		"AddTotal":    func() { p.AddTotal(-1) },
		"Done":        func() { p.Done(-1) },
		"Fail":        func() { p.Fail(-1) },
		"Skip":        func() { p.Skip(-1) },
		"Added":       func() { p.Added(-1) },
		"Ended":       func() { p.Ended(braid.Succeeded, -1) },
		"Ended ":      func() { p.Ended(braid.Running, 1) },
		"With":        func() { progress.With(nilContext, p) },
		"From":        func() { progress.From(nilContext) },
		"Watch":       func() { progress.Watch(nilContext, p, 1, report) },
		"Watch ":      func() { progress.Watch(ctx, p, 0, report) },
		"Watch  ":     func() { progress.Watch(ctx, p, 1, nil) },
		"Show":        func() { p.Show(nil, 1, report) },
		"Lines":       func() { progress.Lines(nil) },
		"Log":         func() { progress.Log(nil) },
		"Done of nil": func() { (*progress.Progress)(nil).Done(-1) },
	} {
		want, _, _ := strings.Cut(call, " ")
		if got := panicOf(f); !strings.HasPrefix(got, "progress: "+want+" called with ") {
			t.Errorf("%s: %q", call, got)
		}
	}
	_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
		if panicOf(func() { p.Show(g, 0, report) }) == "" || panicOf(func() { p.Show(g, 1, nil) }) == "" {
			t.Error("Show took what it cannot use")
		}
		return nil
	})
}

func TestHugeNumbersDoNotWrap(t *testing.T) {
	p := progress.New("p")
	for range 3 {
		c := p.Child("c", 1<<30)
		c.Total(math.MaxInt)
		c.Done(math.MaxInt - 1)
	}
	s := p.Snapshot()
	if s.Done != math.MaxInt || s.Total != math.MaxInt || s.Remaining < 0 || s.Fraction <= 0 || s.Fraction > 1 {
		t.Errorf("%+v", s)
	}
}

func TestAllocs_CountingMakesNone(t *testing.T) {
	p := progress.New("p")
	var none *progress.Progress
	ctx, empty := progress.With(context.Background(), p), context.Background()
	ended := p.Child("ended", 1)
	ended.End()
	for name, f := range map[string]func(){
		"counting": func() {
			p.Total(9)
			p.AddTotal(1)
			p.AtLeast(1)
			p.Done(1)
			p.Fail(1)
			p.Skip(1)
			p.Added(1)
			p.Ended(braid.Failed, 1)
		},
		"counting on nil": func() {
			none.Child("c", 1).Done(1)
			none.Total(1)
			none.Added(1)
			none.End()
			none.Snapshot()
		},
		"counting after the end": func() { ended.Done(1) },
		"From":                   func() { progress.From(ctx).Done(1); progress.From(empty).Done(1) },
		"a look at one node":     func() { p.Snapshot() },
	} {
		if got := testing.AllocsPerRun(100, f); got != 0 {
			t.Errorf("%s: %v allocations", name, got)
		}
	}
}
