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

func TestNoItemsAtAllAreAllThereAre(t *testing.T) {
	p := progress.New("backup")
	save := func(context.Context, string) error { return nil }
	for _, files := range [][]string{{"a", "b"}, nil} {
		if err := braid.Each(t.Context(), files, save, braid.Track(p.Child("files", 1))); err != nil {
			t.Error(err)
		}
	}
	wantFraction(t, p, 1)
}

func TestACountThatIsFullStaysSo(t *testing.T) {
	p := progress.New("full")
	for range 2 {
		p.Added(math.MaxInt)
		p.Done(math.MaxInt)
	}
	p.Added(2)
	p.Done(2)
	if s := p.Snapshot(); s.Done != math.MaxInt || s.Total != math.MaxInt {
		t.Errorf("%d of %d are done", s.Done, s.Total)
	}
}

func TestALineIsOneLineWhateverIsInIt(t *testing.T) {
	var b strings.Builder
	s := progress.New("a\nb\x1b[31mé").Snapshot()
	s.Last, s.Cause = true, errors.New("one\ttwo\n")
	progress.Lines(&b)(s)
	if want := `a\nb\x1b[31mé: 0, broken off: one\ttwo\n` + "\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
