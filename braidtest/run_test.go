package braidtest_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/braidtest"
)

func TestRunHasTimeOfItsOwn(t *testing.T) {
	begun := time.Now()
	braidtest.Run(t, func(t *testing.T) {
		inside := time.Now()
		time.Sleep(24 * time.Hour)
		if took := time.Since(inside); took != 24*time.Hour {
			t.Errorf("a day took %v", took)
		}
	})
	if took := time.Since(begun); took > time.Hour {
		t.Errorf("it took %v of real time", took)
	}
}

func TestRunShowsTheTreeOfADeadlockAndTheProcessGoesOn(t *testing.T) {
	if !inChild(t) {
		out, passed := child(t)
		if passed || strings.Contains(out, "panic") || strings.Count(out, "behind") > 0 {
			t.Error(out)
		}
		_, message, _ := strings.Cut(out, "TestRunShows")
		_, message, _ = strings.Cut(message, "TestRunShows")
		wantSaid(t, strings.ReplaceAll(message, "\n        ", "\n"), `
TheTreeOfADeadlockAndTheProcessGoesOn is deadlocked: nothing in its bubble can go on.
└─ the test itself
   │  select in braidtest_test.TestRunShowsTheTreeOfADeadlockAndTheProcessGoesOn.func1 (run_test.go:N), calling braid.Run
   ├─ task ship/load, of the function at run_test.go:N
   │     chan receive in braidtest_test.TestRunShowsTheTreeOfADeadlockAndTheProcessGoesOn.func1.1.1 (run_test.go:N)
   └─ task ship/sail, of the function at run_test.go:N
         chan send in braidtest_test.TestRunShowsTheTreeOfADeadlockAndTheProcessGoesOn.func1.1.2 (run_test.go:N)
FAIL`)
		return
	}
	braidtest.Run(t, func(t *testing.T) {
		crates, wind := make(chan int), make(chan int)
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { <-crates; return nil }, braid.Name("load"))
			g.Go(func(context.Context) error { wind <- 1; return nil }, braid.Name("sail"))
			return nil
		}, braid.Name("ship"))
		t.Error(err)
	})
	panic("Run returned")
}

func TestRunShowsADeadlockInAGroupThatWasCancelled(t *testing.T) {
	wantFound(t, runReal("TestStop", func(t *testing.T) {
		braidtest.Run(t, func(t *testing.T) {
			braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
				g.Cancel()
				<-make(chan int)
				return nil
			}, braid.Grace(braid.Forever))
		})
	}), "TestStop is deadlocked: nothing in its bubble can go on.\n└─ the test itself\n      chan receive in braidtest_test.TestRunShows")
}

func TestADeadlockUnderALimitTellsOfIt(t *testing.T) {
	wantFound(t, runReal("TestStop", func(t *testing.T) {
		braidtest.Run(t, func(t *testing.T) {
			c := make(chan int)
			_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { <-c; return nil })
				for range 3 {
					g.Go(func(context.Context) error { c <- 1; return nil })
				}
				return nil
			}, braid.Limit(1))
		})
	}), "TestStop is deadlocked", "others wait until there is room in its group: 1 of 1 slots taken, 3 queued")
}

func TestRunTellsWhatIsLeft(t *testing.T) {
	if !inChild(t) {
		out, passed := child(t)
		if passed || strings.Contains(out, "panic") {
			t.Error(out)
		}
		_, message, _ := strings.Cut(out, "run_test.go:")
		_, message, _ = strings.Cut(message, " ")
		wantSaid(t, strings.ReplaceAll(message, "\n        ", "\n"), `
TestRunTellsWhatIsLeft left 2 goroutines behind:
├─ task server/accept, of the function at run_test.go:N
│     chan receive in braidtest_test.TestRunTellsWhatIsLeft.func1.1 (run_test.go:N)
│     its group, opened at run_test.go:N, is still open
└─ goroutine started in braidtest_test.TestRunTellsWhatIsLeft.func1 (run_test.go:N)
      sleep in time.Sleep (time.go:N)
FAIL`)
		return
	}
	braidtest.Run(t, func(t *testing.T) {
		g, _ := braid.Open(context.Background(), braid.Name("server"))
		g.Go(func(context.Context) error { <-make(chan int); return nil }, braid.Name("accept"))
		go time.Sleep(time.Second)
	})
	panic("Run returned")
}

func TestATestThatDoesNotReturnIsReportedBeforeTheDeadline(t *testing.T) {
	if !inChild(t) {
		out, _ := child(t, "-test.timeout=2s")
		_, message, _ := strings.Cut(out, "braidtest: ")
		message, _, _ = strings.Cut(message, "\npanic: test timed out")
		wantSaid(t, message, `
TestATestThatDoesNotReturnIsReportedBeforeTheDeadline has not returned, and the deadline of -timeout is N away.
└─ the test itself
   │  select in braidtest_test.TestATestThatDoesNotReturnIsReportedBeforeTheDeadline (run_test.go:N), calling braid.Run
   ├─ task pull, of the function at run_test.go:N
   │     chan receive in braidtest_test.TestATestThatDoesNotReturnIsReportedBeforeTheDeadline.func1.1 (run_test.go:N)
   └─ goroutine started in braidtest_test.TestATestThatDoesNotReturnIsReportedBeforeTheDeadline (run_test.go:N)
         chan receive in braidtest_test.wait (check_test.go:N)`)
		return
	}
	braidtest.Check(t)
	nothing := make(chan struct{})
	go wait(nothing)
	braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { <-nothing; return nil }, braid.Name("pull"))
		return nil
	})
}

func TestABubbleThatDoesNotReturnIsReportedBeforeTheDeadline(t *testing.T) {
	if !inChild(t) {
		out, _ := child(t, "-test.timeout=2s")
		_, message, _ := strings.Cut(out, "braidtest: ")
		message, _, _ = strings.Cut(message, "\npanic: test timed out")
		wantSaid(t, message, `
TestABubbleThatDoesNotReturnIsReportedBeforeTheDeadline has not returned, and the deadline of -timeout is N away.
└─ the test itself
      sync.Mutex.Lock in braidtest_test.TestABubbleThatDoesNotReturnIsReportedBeforeTheDeadline.func1 (run_test.go:N)`)
		return
	}
	braidtest.Run(t, func(t *testing.T) {
		var mu sync.Mutex // of which a bubble does not see that it is blocked
		mu.Lock()
		mu.Lock()
	})
}

func TestMainReportsATestThatDoesNotReturn(t *testing.T) {
	if !inChild(t) {
		out, _ := child(t, "-test.timeout=2s")
		_, message, _ := strings.Cut(out, "braidtest: ")
		message, _, _ = strings.Cut(message, "\npanic: test timed out")
		wantSaid(t, message, `
the tests have not returned, and the deadline of -timeout is N away.
└─ a test
      chan receive in braidtest_test.wait (check_test.go:N)
        called in braidtest_test.TestMainReportsATestThatDoesNotReturn (run_test.go:N)`)
		return
	}
	wait(make(chan struct{}))
}

func TestAVerdictComesBeforeTheDeadlineHoweverPatientTheCheck(t *testing.T) {
	if !inChild(t) {
		out, passed := child(t, "-test.timeout=2s")
		if passed || !strings.Contains(out, t.Name()+" left a goroutine behind") || strings.Contains(out, "has not returned") {
			t.Error(out)
		}
		return
	}
	braidtest.Check(t, braidtest.Patience(time.Hour))
	go func() {
		for {
			time.Sleep(time.Millisecond)
		}
	}()
}
