package service_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid/service"
)

// This file holds what the tests share, and shows the order of starting and
// stopping.

var (
	errOne = errors.New("one went wrong")
	errTwo = errors.New("two went wrong")
	errWhy = errors.New("why it was stopped")
)

// goexit is runtime.Goexit, as t.FailNow calls it.
func goexit() { runtime.Goexit() }

var quietLog = slog.New(slog.DiscardHandler)

// run is the shape of the function of a part.
type run = func(ctx context.Context, ready func()) error

// obeys is a part that is ready after up and ends down after it was asked.
func obeys(up, down time.Duration) run {
	return func(ctx context.Context, ready func()) error {
		time.Sleep(up)
		ready()
		<-service.Stopping(ctx)
		time.Sleep(down)
		return nil
	}
}

// ends is a part that is ready at once and ends after d in the given way.
func ends(d time.Duration, how func() error) run {
	return func(ctx context.Context, ready func()) error {
		ready()
		select {
		case <-time.After(d):
			return how()
		case <-service.Stopping(ctx):
			return nil
		}
	}
}

func failing(err error) func() error { return func() error { return err } }

// untilKilled is a part that ignores that it is asked to stop.
func untilKilled(ctx context.Context, ready func()) error {
	ready()
	<-ctx.Done()
	return ctx.Err()
}

// A journal collects the events of a service, each with its virtual time.
type journal struct {
	mu    sync.Mutex
	start time.Time
	lines []string
	all   []service.Event
}

func newJournal() *journal { return &journal{start: time.Now()} }

func (j *journal) observe(e service.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.all = append(j.all, e)
	j.lines = append(j.lines, fmt.Sprintf("%v %v", e.At.Sub(j.start), e))
}

// want compares the events with the lines of text.
func (j *journal) want(t *testing.T, text string) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	var want []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			want = append(want, line)
		}
	}
	got, wanted := strings.Join(j.lines, "\n"), strings.Join(want, "\n")
	if got != wanted {
		t.Errorf("the events are\n%s\nand not what was wanted, from line %d on", got, firstDifference(j.lines, want)+1)
	}
}

func firstDifference(a, b []string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// reason gives the reason in the last event.
func (j *journal) reason() *service.Reason {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.all[len(j.all)-1].Reason
}

// in runs f in a bubble with a journal.
func in(t *testing.T, f func(t *testing.T, j *journal)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, newJournal()) })
}

// stopAfter stops the service when d has passed.
func stopAfter(s *service.Service, d time.Duration) {
	time.AfterFunc(d, func() { s.Stop(nil) })
}

func TestPartsStartInTheOrderInWhichTheyNeedEachOtherAndStopInTheReverse(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{
			{Name: "api", Needs: []string{"db", "cache"}, Run: obeys(time.Second, time.Second)},
			{Name: "db", Run: obeys(2*time.Second, 1500*time.Millisecond)},
			{Name: "cache", Needs: []string{"disk"}, Run: obeys(3*time.Second, time.Second)},
			{Name: "disk", Run: obeys(time.Second, time.Second)},
		}, service.Observe(j.observe))
		stopAfter(s, 10*time.Second)
		if err := s.Run(t.Context()); err != nil {
			t.Errorf("a clean stop gave %v", err)
		}
		j.want(t, `
			0s service: starting
			0s db: starting
			0s disk: starting
			0s cache: waiting
			0s api: waiting
			1s disk: running
			1s cache: starting
			2s db: running
			4s cache: running
			4s api: starting
			5s api: running
			5s service: running
			10s service: stopping, stopped by a call
			10s api: stopping
			11s api: stopped
			11s cache: stopping
			11s db: stopping
			12s cache: stopped
			12s disk: stopping
			12.5s db: stopped
			13s disk: stopped
			13s service: stopped`)
	})
}
