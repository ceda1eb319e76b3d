package braidtest_test

import (
	"context"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/braidtest"
)

// This file shows that of several tests the right one is blamed. The tests that
// fail run in a process of their own, since a fake one cannot be parallel.

// failed gives the names of the tests that failed.
func failed(output string) (names []string) {
	for line := range strings.Lines(output) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "--- FAIL: "); ok {
			name, _, _ := strings.Cut(rest, " ")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestOfParallelTestsEachIsBlamedForItsOwn(t *testing.T) {
	if !inChild(t) {
		out, _ := child(t)
		for _, want := range []string{"/one left a goroutine behind", "/two left 2 goroutines behind"} {
			if strings.Count(out, t.Name()+want) != 1 {
				t.Errorf("%q is not said", want)
			}
		}
		if got := failed(out); !slices.Equal(got, []string{t.Name(), t.Name() + "/one", t.Name() + "/two"}) {
			t.Errorf("failed: %q\n%s", got, out)
		}
		return
	}
	begun, all := make(chan struct{}, 3), make(chan struct{})
	meet := func() { // so that they overlap, and end only when all have begun
		begun <- struct{}{}
		<-all
	}
	go func() {
		for range 3 {
			<-begun
		}
		close(all)
	}()
	t.Run("one", func(t *testing.T) {
		braidtest.Check(t)
		t.Parallel()
		go wait(make(chan struct{}))
		meet()
	})
	t.Run("two", func(t *testing.T) {
		t.Parallel()
		braidtest.Check(t)
		g, _ := braid.Open(context.Background(), braid.Name("two"))
		ready := make(chan struct{}, 2)
		block := func(context.Context) error { ready <- struct{}{}; <-make(chan int); return nil }
		// The goroutine that starts these two is gone at the end.
		g.Go(func(context.Context) error {
			g.Go(block, braid.Name("a"), braid.OwnGoroutine)
			g.Go(block, braid.Name("b"), braid.OwnGoroutine)
			return nil
		})
		<-ready
		<-ready
		meet()
	})
	t.Run("innocent", func(t *testing.T) {
		t.Parallel()
		braidtest.Check(t)
		meet()
	})
}

func TestASubtestIsBlamedByTheNearestCheck(t *testing.T) {
	if !inChild(t) {
		out, _ := child(t)
		for _, want := range []string{"/checked left a goroutine behind", " left a goroutine behind"} {
			if strings.Count(out, t.Name()+want) != 1 {
				t.Errorf("%q is not said", want)
			}
		}
		if got := failed(out); !slices.Equal(got, []string{t.Name(), t.Name() + "/checked"}) {
			t.Errorf("failed: %q\n%s", got, out)
		}
		return
	}
	braidtest.Check(t)
	t.Run("checked", func(t *testing.T) {
		braidtest.Check(t)
		go wait(make(chan struct{}))
	})
	t.Run("unchecked", func(t *testing.T) { go wait(make(chan struct{})) })
}

func TestATasksOwnLabelsDoNotReachTheNextUnderACheckEither(t *testing.T) {
	braidtest.Check(t)
	labels := func() string {
		var b strings.Builder
		if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
			t.Error(err)
		}
		return b.String()
	}
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		first := braid.Fork(g, func(ctx context.Context) (int, error) {
			pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("mine", "1")))
			return 0, nil
		})
		if _, err := first.Wait(ctx); err != nil {
			return err
		}
		_, err := braid.Fork(g, func(context.Context) (int, error) {
			if got := labels(); strings.Contains(got, `"mine"`) || !strings.Contains(got, `"braidtest"`) {
				t.Error(got)
			}
			return 0, nil
		}).Wait(ctx)
		return err
	}, braid.Limit(1))
	if err != nil {
		t.Error(err)
	}
}

func TestMainTellsOfWhatNoCheckHasToldOf(t *testing.T) {
	if !inChild(t) {
		out, passed := child(t)
		if passed {
			t.Fatal("passed")
		}
		_, message, _ := strings.Cut(out, "PASS\n")
		wantSaid(t, message, `
braidtest: the tests left a goroutine behind:
└─ goroutine started in braidtest_test.TestMainTellsOfWhatNoCheckHasToldOf (blame_test.go:N)
      chan receive in braidtest_test.wait (check_test.go:N)`)
		return
	}
	go wait(make(chan struct{}))
}

func TestMainDoesNotRepeatWhatACheckHasSaid(t *testing.T) {
	if !inChild(t) {
		out, passed := child(t)
		if passed || strings.Count(out, "behind") != 1 {
			t.Error(out)
		}
		return
	}
	braidtest.Check(t)
	go wait(make(chan struct{}))
}

func TestMainIsSilentIfNothingIsLeft(t *testing.T) {
	if !inChild(t) {
		if out, passed := child(t); !passed || out != "PASS\n" {
			t.Error(out)
		}
		return
	}
	go func() {}()
}
