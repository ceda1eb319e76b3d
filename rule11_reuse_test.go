package braid_test

import (
	"context"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rule 11.6 of the contract: goroutines are reused, and tasks
// do not notice.

// Two tasks of one group that touch one variable, in the ways in which they
// may come after one another. Only the detector can tell.
var racyPrograms = map[string]func(write func()){
	"at once": func(write func()) {
		_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
			for range 2 {
				g.Go(func(context.Context) error { write(); return nil })
			}
			return nil
		})
	},
	"one long after the other": func(write func()) {
		_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
			for range 2 {
				g.Go(func(context.Context) error { write(); return nil })
				time.Sleep(5 * time.Millisecond) // no order, only time
			}
			return nil
		})
	},
	"with handles": func(write func()) {
		_, _, _ = braid.Join2(context.Background(),
			func(context.Context) (int, error) { write(); return 0, nil },
			func(context.Context) (int, error) { write(); return 0, nil })
	},
	"at limit 2": func(write func()) {
		_ = braid.Each(context.Background(), make([]int, 3), func(context.Context, int) error {
			write()
			time.Sleep(time.Millisecond)
			return nil
		}, braid.Limit(2))
	},
}

func TestRule11_6_ARaceBetweenTwoTasksIsReported(t *testing.T) {
	if !racing {
		t.Skip("there is no race detector")
	}
	if inChild(t) {
		x := 0
		racyPrograms[os.Getenv("BRAID_RULE_KIND")](func() { x++ })
		return
	}
	runs := 20
	if testing.Short() {
		runs = 3
	}
	for kind := range racyPrograms {
		seen := 0
		for range runs {
			for range 3 { // of two writes at the very same moment the detector may see none
				if out, err := child(t, "BRAID_RULE_KIND="+kind); err != nil && strings.Contains(out, "DATA RACE") {
					seen++
					break
				}
			}
		}
		t.Logf("%s: reported in %d of %d runs", kind, seen, runs)
		if seen < runs {
			t.Errorf("%s: reported in %d of %d runs only", kind, seen, runs)
		}
	}
}

func TestRule11_6_OrderThatThereIsIsSeenByTheRaceDetector(t *testing.T) {
	x := 0
	touch := func(context.Context) (int, error) { x++; return 0, nil }
	for range 100 {
		err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			x++
			if _, err := braid.Fork(g, touch).Wait(ctx); err != nil {
				return err
			}
			x++
			task := braid.Fork(g, touch)
			<-task.Done()
			x++
			for range braid.AsCompleted(ctx, braid.Fork(g, touch)) {
				x++
			}
			braid.Fork(g, touch)
			return nil
		})
		x++
		if err != nil {
			t.Fatal(err)
		}
	}
	// At limit 1 tasks come one after the other, and may rely on it.
	if err := braid.Each(context.Background(), make([]int, 100), func(context.Context, int) error { x++; return nil }, braid.Limit(1)); err != nil || x != 1000 {
		t.Errorf("%v, x is %d", err, x)
	}
}

// labelsHere gives the goroutine's profiler labels as a profile shows them.
func labelsHere(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		t.Error(err)
	}
	for record := range strings.SplitSeq(b.String(), "\n\n") {
		if strings.Contains(record, "labelsHere") {
			for line := range strings.SplitSeq(record, "\n") {
				if labels, ok := strings.CutPrefix(line, "# labels: "); ok {
					return labels
				}
			}
		}
	}
	return ""
}

func TestRule11_6_ProfilerLabelsSetInATaskDoNotReachTheNext(t *testing.T) {
	for name, opts := range map[string][]braid.TaskOption{"shared goroutine": nil, "own goroutine": {braid.OwnGoroutine}} {
		t.Run(name, func(t *testing.T) {
			ctx := pprof.WithLabels(context.Background(), pprof.Labels("of", "the group"))
			err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				for i := range 10 {
					g.Go(func(ctx context.Context) error {
						if labels := labelsHere(t); labels != `{"of":"the group"}` {
							t.Errorf("task %d has labels %s", i, labels)
						}
						pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("of", "a task")))
						return nil
					}, opts...)
				}
				return nil
			}, braid.Limit(1))
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// goroutineID reads what no program should want to know.
func goroutineID() string {
	buf := make([]byte, 64)
	id, _, _ := strings.Cut(strings.TrimPrefix(string(buf[:runtime.Stack(buf, false)]), "goroutine "), " ")
	return id
}

func TestRule11_6_WithOwnGoroutineATaskSharesItWithNobody(t *testing.T) {
	ids := map[string]int{}
	err := braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		for i := range 200 {
			if i%2 == 0 {
				g.Go(func(context.Context) error {
					ids[goroutineID()] += 1000
					runtime.LockOSThread() // for good: the thread dies with the goroutine
					return nil
				}, braid.OwnGoroutine)
			} else {
				g.Go(func(context.Context) error { ids[goroutineID()]++; return nil })
			}
		}
		return nil
	}, braid.Limit(1))
	if err != nil {
		t.Error(err)
	}
	own := 0
	for id, n := range ids {
		switch {
		case n == 1000:
			own++
		case n > 1000:
			t.Errorf("goroutine %s ran %d tasks", id, n)
		}
	}
	if own != 100 {
		t.Errorf("%d tasks had a goroutine of their own, want 100", own)
	}
}
