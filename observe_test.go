package braid_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/pprof"
	"runtime/trace"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// A log of events, for many goroutines.
type eventLog struct {
	mu     sync.Mutex
	events []braid.Event
	lines  []string
}

func (l *eventLog) observe(e braid.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, e)
	line := e.Kind.String() + " " + e.Path()
	switch e.Kind {
	case braid.EventEnded, braid.EventJoined:
		line += fmt.Sprintf(" %v after %v", e.State, e.Took)
	}
	l.lines = append(l.lines, line)
}

func TestAnObserverIsToldOfALifeFromOpenedToJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log eventLog
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				time.Sleep(time.Second)
				return braid.Run(ctx, func(context.Context, *braid.Group) error { return nil }, braid.Name("inner"))
			}, braid.Name("a"))
			time.Sleep(2 * time.Second)
			g.Go(func(context.Context) error { return errors.New("broken") }, braid.Name("b"))
			return nil
		}, braid.Name("job"), braid.Observe(log.observe))
		want := []string{
			"opened job", "spawned job/a", "started job/a", "opened job/a/inner", "joined job/a/inner succeeded after 0s",
			"ended job/a succeeded after 1s", "spawned job/b", "started job/b", "cancelled job", "ended job/b failed after 0s",
			"joined job failed after 2s",
		}
		// The body's goroutine, which joins, may be the first to notice.
		swapped := slices.Clone(want)
		swapped[8], swapped[9] = want[9], want[8]
		if !slices.Equal(log.lines, want) && !slices.Equal(log.lines, swapped) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(log.lines, "\n"), strings.Join(want, "\n"))
		}
		byLine := map[string]braid.Event{}
		for i, e := range log.events {
			byLine[log.lines[i]] = e
		}
		job, a, inner := byLine["opened job"], byLine["started job/a"], byLine["opened job/a/inner"]
		if job.Up != 0 || a.Up != job.ID || inner.Up != a.ID || job.ID == 0 || a.ID == job.ID {
			t.Errorf("job %d in %d, a %d in %d, inner %d in %d", job.ID, job.Up, a.ID, a.Up, inner.ID, inner.Up)
		}
		if e := byLine["ended job/b failed after 0s"]; e.Err == nil || !strings.Contains(e.Err.Error(), "broken") {
			t.Errorf("got %v", e.Err)
		}
	})
}

func TestAGroupIsJoinedAfterItsObserverWasToldOfACancellationFromElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log eventLog
		slow := func(e braid.Event) {
			if e.Kind == braid.EventCancelled {
				time.Sleep(time.Second)
			}
			log.observe(e)
		}
		_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			go g.Cancel()
			synctest.Wait() // the observer is being told
			return nil
		}, braid.Name("job"), braid.Observe(slow))
		want := []string{"opened job", "cancelled job", "joined job succeeded after 1s"}
		if !slices.Equal(log.lines, want) {
			t.Errorf("got %q, want %q", log.lines, want)
		}
	})
}

func TestObserversAboveAndBelowAreAllCalledThoseAboveFirst(t *testing.T) {
	var log eventLog
	say := func(who string) func(braid.Event) {
		return func(e braid.Event) {
			if e.Kind == braid.EventOpened && e.Name() == "inner" {
				log.lines = append(log.lines, who)
			}
		}
	}
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		return braid.Run(ctx, func(context.Context, *braid.Group) error { return nil },
			braid.Name("inner"), braid.Observe(say("second")), braid.Observe(say("third")))
	}, braid.Observe(say("first")))
	if got := strings.Join(log.lines, " "); got != "first second third" {
		t.Errorf("got %s", got)
	}
}

func TestAnObserverThatPanicsIsLoggedAndChangesNothing(t *testing.T) {
	var text bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&text, nil)))
	defer slog.SetDefault(before)
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return nil })
		return nil
	}, braid.Observe(func(e braid.Event) {
		if e.Kind == braid.EventStarted {
			panic("oh")
		}
	}))
	if err != nil || !strings.Contains(text.String(), "an observer panicked") {
		t.Errorf("got %v, %s", err, &text)
	}
}

func TestATaskWaitsForItsObserverAndOthersDoNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var quick time.Duration
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { return nil }, braid.Name("slow"))
			g.Go(func(context.Context) error { quick = time.Since(began); return nil }, braid.Name("quick"))
			return nil
		}, braid.Observe(func(e braid.Event) {
			if e.Kind == braid.EventStarted && e.Name() == "slow" {
				time.Sleep(time.Minute)
			}
		}))
		if took := time.Since(began); took != time.Minute || quick != 0 {
			t.Errorf("the group took %v, the other task began after %v", took, quick)
		}
	})
}

func TestAnObserverHearsOfEachItemOfAMapAndOfSkippedTasks(t *testing.T) {
	var log eventLog
	_, _ = braid.Map(t.Context(), []int{1, 2, 3}, func(_ context.Context, n int) (int, error) { return n, nil }, braid.Observe(log.observe))
	ended := 0
	for _, e := range log.events {
		if e.Kind == braid.EventEnded && e.State == braid.Succeeded {
			ended++
		}
	}
	if ended != 3 {
		t.Errorf("%d items have ended:\n%s", ended, strings.Join(log.lines, "\n"))
	}
	log = eventLog{}
	_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		g.Cancel()
		g.Go(func(context.Context) error { return nil }, braid.Name("late"))
		return nil
	}, braid.Observe(log.observe))
	if want := "opened |cancelled |spawned late|ended late skipped after 0s|joined  succeeded after"; !strings.HasPrefix(strings.Join(log.lines, "|"), want) {
		t.Errorf("got %q", log.lines)
	}
}

func TestLabelsPutATasksPathIntoProfiles(t *testing.T) {
	_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error {
			var profile bytes.Buffer
			_ = pprof.Lookup("goroutine").WriteTo(&profile, 1)
			if !strings.Contains(profile.String(), `"braid":"job/worker"`) {
				t.Errorf("got %s", &profile)
			}
			return nil
		}, braid.Name("worker"))
		return nil
	}, braid.Name("job"), braid.Labels)
}

func TestTraceMakesATaskOfAGroupAndARegionOfEachTask(t *testing.T) {
	var out bytes.Buffer
	if err := trace.Start(&out); err != nil {
		t.Skip("a trace is being taken already: ", err)
	}
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return nil }, braid.Name("traced-task"))
		return nil
	}, braid.Name("traced-group"), braid.Trace)
	trace.Stop()
	for _, name := range []string{"traced-group", "traced-task"} {
		if !bytes.Contains(out.Bytes(), []byte(name)) {
			t.Errorf("the trace does not name %s", name)
		}
	}
}
