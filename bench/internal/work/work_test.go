package work

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

// This file runs every workload with every adapter at a small size, and has what
// the tests of the patterns share: those hold the adapters to all that the
// pattern promises beyond what the workload itself checks.

func TestEveryAdapterDoesItsWork(t *testing.T) {
	for _, w := range All() {
		for _, peer := range w.Peers() {
			t.Run(w.Name+"/"+peer, func(t *testing.T) {
				job, err := w.Prepare(peer, w.Small, t.Cleanup)
				if err != nil {
					t.Fatal(err)
				}
				for range 2 { // a job may be done again
					job.Do()
					if err := job.Check(); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}

func TestEveryWorkloadHasBraidAndSomethingToCompareItWith(t *testing.T) {
	names := make(map[string]bool)
	for _, w := range All() {
		if names[w.Name] || Find(w.Name) == nil {
			t.Errorf("%s is there twice, or not to be found", w.Name)
		}
		names[w.Name] = true
		if w.About == "" || w.Unit == "" || w.N < w.Small || w.Small < 1 {
			t.Errorf("%s lacks something: %+v", w.Name, w)
		}
		has := " " + strings.Join(w.Peers(), " ") + " "
		for _, peer := range []string{Bare, Braid} {
			if !strings.Contains(has, " "+peer+" ") {
				t.Errorf("%s has no adapter of %s, only%s", w.Name, peer, has)
			}
		}
	}
}

func TestAPeerWithoutAnAdapterIsRefused(t *testing.T) {
	if _, err := Find("map/10ns").Prepare("suture", 1, t.Cleanup); err == nil {
		t.Error("suture maps slices")
	}
	if Find("nothing") != nil {
		t.Error("there is a workload named nothing")
	}
}

// each runs f as a test for each adapter of p.
func each[F any](t *testing.T, p *pattern[F], f func(t *testing.T, peer string, adapter F)) {
	t.Helper()
	for at, make := range p.adapters {
		t.Run(at.Name, func(t *testing.T) { f(t, at.Name, make(t.Cleanup)) })
	}
}

// A gauge tells how many are running, and the most there were.
type gauge struct{ now, most atomic.Int64 }

func (g *gauge) enter() {
	n := g.now.Add(1)
	for {
		most := g.most.Load()
		if n <= most || g.most.CompareAndSwap(most, n) {
			return
		}
	}
}

func (g *gauge) leave() { g.now.Add(-1) }

// through makes fn enter and leave, and let others run meanwhile.
func (g *gauge) through(fn itemFunc) itemFunc {
	return func(ctx context.Context, item int) (int, error) {
		g.enter()
		defer g.leave()
		runtime.Gosched()
		return fn(ctx, item)
	}
}

func (g *gauge) wantNobody(t *testing.T) {
	t.Helper()
	if n := g.now.Load(); n != 0 {
		t.Errorf("%d functions had not returned when the call did", n)
	}
}

// failingAt is a function that fails for one item.
func failingAt(bad int) itemFunc {
	return func(_ context.Context, item int) (int, error) {
		if item == bad {
			return 0, errWork
		}
		return resultOf(item), nil
	}
}

func endless(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func wantError(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, errWork) {
		t.Errorf("the error is %v, want %v", err, errWork)
	}
}
