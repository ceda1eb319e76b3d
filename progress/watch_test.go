package progress_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/progress"
)

// This file shows reporters: when they report, and that nothing is left behind.

// A log notes when which count was reported.
type log struct {
	start time.Time
	lines []string
}

func newLog() *log { return &log{start: time.Now()} }

func (l *log) report(s progress.Snapshot) {
	line := fmt.Sprintf("%v:%d", time.Since(l.start), s.Finished())
	if s.Last {
		line += " last"
	}
	if s.Cause != nil {
		line += " " + s.Cause.Error()
	}
	l.lines = append(l.lines, line)
}

func (l *log) want(t *testing.T, want ...string) {
	t.Helper()
	if got := strings.Join(l.lines, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("the reports were\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestReportsComeSoonThenAtTheIntervalIfSomethingChangedAndAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, l := progress.New("p"), newLog()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			p.Show(g, 10*time.Second, l.report)
			time.Sleep(5 * time.Second) // nothing happens before the first report
			p.Done(1)
			time.Sleep(20 * time.Second) // nothing happens before the one after 20 s
			p.Done(1)
			time.Sleep(10 * time.Second)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		l.want(t, "1s:0", "10s:1", "30s:2", "35s:2 last")
	})
}

func TestAnIntervalBelowASecondIsThatFromTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, l := progress.New("p"), newLog()
		ctx, cancel := context.WithTimeoutCause(t.Context(), 450*time.Millisecond, errors.New("too late"))
		defer cancel()
		go func() {
			for range 4 {
				time.Sleep(130 * time.Millisecond)
				p.Done(1)
			}
		}()
		progress.Watch(ctx, p, 200*time.Millisecond, l.report)
		l.want(t, "200ms:1", "400ms:3", "450ms:3 last too late")
		time.Sleep(time.Second)
	})
}

func TestShortWorkIsReportedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, l := progress.New("p"), newLog()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			p.Show(g, time.Minute, l.report)
			p.Done(3)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		l.want(t, "0s:3 last")
	})
}

func TestAWatchEndsWithItsProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, l := progress.New("p"), newLog()
		c := p.Child("c", 1)
		go func() {
			time.Sleep(2500 * time.Millisecond)
			c.Done(7)
			p.End() // and c with it
		}()
		progress.Watch(t.Context(), c, time.Second, l.report)
		l.want(t, "1s:0", "2.5s:7 last")
		progress.Watch(t.Context(), c, time.Second, l.report) // it has ended already
		l.want(t, "1s:0", "2.5s:7 last", "2.5s:7 last")
	})
}

func TestAChangeInAChildIsAChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, l := progress.New("p"), newLog()
		d := p.Child("detail", 0)
		ctx, cancel := context.WithTimeout(t.Context(), 4500*time.Millisecond)
		defer cancel()
		go func() {
			time.Sleep(1500 * time.Millisecond)
			d.Done(1)
			time.Sleep(2 * time.Second)
			d.End()
		}()
		progress.Watch(ctx, p, time.Second, l.report)
		l.want(t, "1s:0", "2s:0", "4s:0", "4.5s:0 last context deadline exceeded")
	})
}

func TestTheLastReportOfAGroupThatFailsHasEveryCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, l := progress.New("p"), newLog()
		boom := errors.New("boom")
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			p.Show(g, time.Minute, l.report)
			g.Go(func(context.Context) error { time.Sleep(2 * time.Second); return boom }, braid.Name("bad"))
			g.Go(func(ctx context.Context) error { time.Sleep(5 * time.Second); return nil }, braid.Name("slow to obey"))
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
			return nil
		}, braid.Track(p), braid.Name("work"))
		if !errors.Is(err, boom) {
			t.Error(err)
		}
		l.want(t, "1s:0", "5s:3 last context canceled: work/bad: boom")
		wantCounts(t, p, 1, 1, 1, 3)
	})
}

func TestTheLastReportComesHoweverTheGroupEnds(t *testing.T) {
	boom := errors.New("boom")
	for name, test := range map[string]struct {
		body func(ctx context.Context, g *braid.Group) error
		line string
	}{
		"the body succeeds":   {func(context.Context, *braid.Group) error { return nil }, "p: 2, finished"},
		"the body fails":      {func(context.Context, *braid.Group) error { return boom }, "p: 2, broken off: work: boom"},
		"the body panics":     {func(context.Context, *braid.Group) error { panic("oh") }, "p: 2, broken off: work: panic: oh"},
		"the body exits":      {func(context.Context, *braid.Group) error { runtime.Goexit(); return nil }, "p: 2, broken off: work: "},
		"a cancel":            {func(_ context.Context, g *braid.Group) error { g.Cancel(); return nil }, "p: 2, broken off: context canceled: work was cancelled at"},
		"a cancel for reason": {func(_ context.Context, g *braid.Group) error { g.CancelCause(boom); return nil }, "p: 2, broken off: boom"},
		"a deadline": {func(ctx context.Context, _ *braid.Group) error {
			<-ctx.Done()
			return ctx.Err()
		}, "p after 1m0s: 2, 0.00631/s, broken off: context deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				p := progress.New("p")
				var buf bytes.Buffer
				done := make(chan struct{})
				go func() {
					defer close(done)
					defer func() { _ = recover() }()
					_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
						p.Show(g, time.Hour, progress.Lines(&buf))
						p.Done(2)
						return test.body(ctx, g)
					}, braid.Name("work"))
				}()
				<-done
				lines := strings.Split(strings.TrimSpace(buf.String()), "\n")
				if last := lines[len(lines)-1]; !strings.HasPrefix(last, test.line) {
					t.Errorf("got  %s\nwant %s", last, test.line)
				}
			})
		})
	}
}

func TestASupervisedGroupIsFinishedWhateverFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := progress.New("p")
		var buf bytes.Buffer
		_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			p.Show(g, time.Minute, progress.Lines(&buf))
			for i := range 4 {
				g.Go(func(context.Context) error {
					time.Sleep(2 * time.Second)
					if i == 0 {
						return errors.New("boom")
					}
					return nil
				})
			}
			return nil
		}, braid.Track(p), braid.Supervised)
		want := "p after 1s: 0 of 4 (0%)\np after 2s: 4 of 4 (100%), 1 failed, 2.05/s, finished\n"
		if got := buf.String(); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
}

func TestAWatchInABackgroundTaskEndsWithTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, l := progress.New("p"), newLog()
		err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				progress.Watch(ctx, p, time.Minute, l.report)
				return nil
			}, braid.Background)
			time.Sleep(2 * time.Second)
			p.Done(1)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		l.want(t, "1s:0", "2s:1 last")
	})
}

func TestAPanicInAReportIsAPanicOfTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := progress.New("p")
		var pe *braid.PanicError
		defer func() {
			if v, is := recover().(error); !is || !errors.As(v, &pe) || pe.Value != "no screen" {
				t.Errorf("got %v", v)
			}
		}()
		_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			p.Show(g, time.Second, func(s progress.Snapshot) {
				if !s.Last {
					panic("no screen")
				}
			})
			time.Sleep(2 * time.Second)
			return nil
		})
	})
}

func TestShowOnAGroupThatHasEndedIsRefused(t *testing.T) {
	var ended *braid.Group
	_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error { ended = g; return nil })
	p := progress.New("p")
	if panicOf(func() { p.Show(ended, time.Second, func(progress.Snapshot) { t.Error("reported") }) }) == "" {
		t.Error("it was not")
	}
}

func TestALogHasWhatIsKnownAsAttributes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var buf bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&buf, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
		p := progress.New("backup")
		err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			p.Show(g, 2*time.Second, progress.Log(logger))
			p.Done(3)
			time.Sleep(1500 * time.Millisecond)
			p.Total(12)
			time.Sleep(time.Second)
			return errors.New("disk full")
		})
		logger.Info("by hand", "progress", p.Snapshot())
		if err == nil {
			t.Error("no error")
		}
		want := []string{
			`level=INFO msg=progress name=backup done=3 failed=0 skipped=0 rate=3 elapsed=1s`,
			`level=INFO msg=progress name=backup done=3 failed=0 skipped=0 total=12 fraction=0.25 rate=1.`,
			`level=INFO msg="progress ended" name=backup done=3 failed=0 skipped=0 total=12 fraction=0.25 rate=1.`,
			`level=INFO msg="by hand" progress.name=backup progress.done=3 progress.failed=0`,
		}
		lines := strings.Split(strings.TrimSpace(buf.String()), "\n")
		for i, line := range lines {
			if i >= len(want) || !strings.HasPrefix(line, want[i]) {
				t.Errorf("line %d is %s", i, line)
			}
		}
		if len(lines) != len(want) || !strings.HasSuffix(lines[2], `cause.error="disk full"`) {
			t.Errorf("the log is\n%s", buf.String())
		}
	})
}
