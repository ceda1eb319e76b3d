package braid_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

const site = "errtree_export_test.go:11"

func TestRule4_4_OneLeafPrintsOnOneLine(t *testing.T) { // asyncio 106
	inner := braid.NewGroupError("server/in", 0, braid.NewTaskError("server/in", "x", errA))
	for _, c := range []struct {
		err  error
		want string
	}{
		{group(task("fetch", io.EOF)), "server/fetch: EOF"},
		{group(task("in", inner)), "server/in/x: a"},
		{braid.NewGroupError("", 0, braid.NewTaskError("", "x", errA)), "x: a"},
		{task("x", nil), "server/x: <nil>"},
		{task("x", errors.Join(errA)), "server/x: a"},
		{group(task("other", braid.NewTaskError("elsewhere", "x", errA))), "server/other: elsewhere/x: a"},
		{group(task("d", braid.NewGroupError("server/db", 0, braid.NewTaskError("server/db", "x", errA)))), "server/d: server/db/x: a"},
		{group(task("x", &braid.PanicError{Value: 7, Path: "server/x", Stack: []byte("stack")})), "server/x: panic: 7"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestRule4_4_SeveralLeavesAreCountedAndListedOnOneLine(t *testing.T) { // asyncio 106
	inner := braid.NewGroupError("server/in", 0, braid.NewTaskError("server/in", "x", errA), braid.NewTaskError("server/in", "y", errB))
	for _, c := range []struct {
		err  error
		want string
	}{
		{group(task("x", errA), task("y", errB)), "server (2 errors): x: a; y: b"},
		{group(task("p", errC), task("in", inner), task("q", errC)), "server (3 errors): p: c; in (2 errors): [x: a; y: b]; q: c"},
		{group(task("d", braid.NewGroupError("server/db", 0, errA, errB))), "server/d: server/db (2 errors): a; b"},
		{group(task("p", errors.Join(errA, errB))), "server/p (2 errors): a; b"},
		{braid.NewGroupError("", 0, errA, errB), "2 errors: a; b"},
		{braid.NewGroupError("s", 9, errA), "s (1 error, 9 more dropped): a"},
		{group(task("w", fmt.Errorf("loading: %w", inner)), task("x", errA)), "server (2 errors): w: loading: server/in (2 errors): x: a; y: b; x: a"},
	} {
		for _, got := range []string{c.err.Error(), fmt.Sprint(c.err), fmt.Sprintf("%s", c.err)} {
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		}
		if got := fmt.Sprintf("%q", c.err); got != fmt.Sprintf("%q", c.want) {
			t.Errorf("%%q gives %s", got)
		}
	}
}

func TestRule4_4_ALineShowsSixteenErrorsAndCountsTheOthers(t *testing.T) {
	var errs []error
	for range 20 {
		errs = append(errs, errA)
	}
	if got, want := group(errs...).Error(), "server (20 errors): "+strings.Repeat("a; ", 16)+"and 4 more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRule4_4_PlusVDrawsTheTree(t *testing.T) { // asyncio 106
	late := task("kill", errors.New("signal: killed"))
	late.AfterCancel = true
	err := braid.NewGroupError("server", 9,
		task("fetch", errors.New("refused\nby peer")),
		task("in", fmt.Errorf("loading: %w", braid.NewGroupError("server/in", 0,
			braid.NewTaskError("server/in", "a", io.EOF),
			braid.NewTaskError("server/in", "b", errors.Join(errA, errB))))),
		late,
		task("p", &braid.PanicError{Value: "boom", Path: "server/p", Stack: []byte("goroutine 7 [running]:\nmain.f()\n"), Siblings: errB}),
		task("t", &braid.TimeoutError{Name: "db", After: time.Second, Err: io.EOF}))
	want := `server (5 errors, 9 more dropped):
├─ fetch (spawned at SITE): refused
│     by peer
├─ in (spawned at SITE): loading: 2 errors:
│  ├─ a (spawned at SITE): EOF
│  └─ b (2 errors, spawned at SITE):
│     ├─ a
│     └─ b
├─ kill (spawned at SITE, after cancel): signal: killed
├─ p (spawned at SITE): panic: boom
│     goroutine 7 [running]:
│     main.f()
│  └─ b
└─ t (spawned at SITE): timeout "db" after 1s: EOF`
	if got := strings.ReplaceAll(fmt.Sprintf("%+v", err), site, "SITE"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRule4_4_SlogGetsStructure(t *testing.T) {
	record := func(err error) string {
		var b bytes.Buffer
		slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "spawned" || a.Key == "opened" {
				return slog.Attr{}
			}
			return a
		}})).Error("m", "err", err)
		return strings.TrimSpace(strings.TrimPrefix(b.String(), "level=ERROR msg=m "))
	}
	late := task("y", errB)
	late.AfterCancel = true
	for _, c := range []struct {
		err  error
		want string
	}{
		{braid.NewGroupError("server", 3, task("x", errA), late),
			"err.path=server err.errors.1.path=server/x err.errors.1.error=a err.errors.2.path=server/y err.errors.2.after_cancel=true err.errors.2.error=b err.dropped=3"},
		{&braid.TimeoutError{Name: "db", After: time.Second, Err: errA}, "err.timeout=db err.after=1s err.error=a"},
		{&braid.PanicError{Value: "boom", Path: "p", Stack: []byte("s"), Siblings: errA}, "err.path=p err.panic=boom err.stack=s err.siblings=a"},
		{task("x", errors.Join(errA, errB)), "err.path=server/x err.error.errors.1=a err.error.errors.2=b"},
	} {
		if got := record(c.err); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	var wide []error
	for range 1000 {
		wide = append(wide, errA)
	}
	if got := record(group(task("x", group(wide...)), errA)); !strings.Contains(got, "errors.more=969") || len(got) > 2000 {
		t.Errorf("a wide group gives %s", got)
	}
	deep := error(errA)
	for range 1000 {
		deep = group(deep, errB)
	}
	if got := record(deep); len(got) > 2000 {
		t.Errorf("a deep group gives %d bytes", len(got))
	}
}

func TestAPanicPrintsTheStackOfItsTaskAndItsSiblings(t *testing.T) {
	err := &braid.PanicError{Value: errA, Path: "server/x", Stack: []byte("goroutine 7 [running]:\nmain.f()\n"), Siblings: task("y", errB)}
	want := "panic in server/x: a\n\ngoroutine 7 [running]:\nmain.f()\n\nfailed besides: server/y: b"
	if got := err.Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	outer := &braid.PanicError{Value: err, Path: "server", Stack: []byte("outer")}
	if got := outer.Error(); !strings.HasPrefix(got, "panic in server: panic in server/x: a\n\ngoroutine 7") {
		t.Errorf("raised again: %q", got)
	}
}

func TestATimeoutPrintsWhatTheFunctionWasDoing(t *testing.T) {
	for _, c := range []struct {
		err  *braid.TimeoutError
		want string
	}{
		{&braid.TimeoutError{After: 5 * time.Second}, "timeout after 5s"},
		{&braid.TimeoutError{Name: "db", After: time.Minute, Err: context.DeadlineExceeded}, `timeout "db" after 1m0s`},
		{&braid.TimeoutError{After: time.Second, Err: context.Canceled}, "timeout after 1s"},
		{&braid.TimeoutError{After: time.Second, Err: fmt.Errorf("reading: %w", context.Canceled)}, "timeout after 1s: reading: context canceled"},
		{&braid.TimeoutError{After: time.Second, Err: group(task("x", io.EOF))}, "timeout after 1s: server/x: EOF"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
		if !errors.Is(c.err, context.DeadlineExceeded) || !c.err.Timeout() || errors.Is(c.err, io.ErrClosedPipe) {
			t.Error("it does not match as a timeout should")
		}
	}
}

func TestNilPointersOfOurTypesPrint(t *testing.T) {
	for _, err := range []error{(*braid.GroupError)(nil), (*braid.TaskError)(nil), (*braid.TimeoutError)(nil), (*braid.PanicError)(nil)} {
		if got := err.Error(); got != "<nil>" {
			t.Errorf("%T says %q", err, got)
		}
		if got := fmt.Sprintf("%v %+v", group(task("x", err), errA), task("x", err)); !strings.Contains(got, "<nil>") {
			t.Errorf("%T: %s", err, got)
		}
	}
}

func TestATaskMayReturnANilPointerOfOurTypes(t *testing.T) { // which is an error all the same, to Go
	for _, err := range []error{(*braid.GroupError)(nil), (*braid.TaskError)(nil), (*braid.TimeoutError)(nil), (*braid.PanicError)(nil)} {
		for what, call := range map[string]func() error{
			"Each": func() error {
				return braid.Each(t.Context(), []int{1}, func(context.Context, int) error { return err })
			},
			"Timeout": func() error { return braid.Timeout(t.Context(), time.Hour, func(context.Context) error { return err }) },
			"Retry": func() error {
				_, err := braid.Retry(t.Context(), braid.Policy{}, func(context.Context) (int, error) { return 0, err })
				return err
			},
			"Hedge": func() error {
				_, err := braid.Hedge(t.Context(), 2, 0, func(context.Context) (int, error) { return 0, err })
				return err
			},
		} {
			if got := call(); got == nil || !strings.Contains(fmt.Sprintf("%v %+v", got, got), "<nil>") {
				t.Errorf("%T in %s: %v", err, what, got)
			}
		}
	}
}

type listener struct{}

func (*listener) accept(context.Context) error { return errA }

func TestRule4_4_AMethodValueIsNamedByItsMethod(t *testing.T) { // the compiler gives it no place
	err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		g.Go(new(listener).accept)
		return nil
	})
	if got, want := fmt.Sprintf("%+v", err), "(*listener).accept (spawned at braid_test.(*listener).accept): a"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAReportTellsWhoIsBusyFromWhoIsBlockedAndWhatIsNotWaitedFor(t *testing.T) {
	s := braid.Stall{
		Group: "g", Cause: errA, Since: 5 * time.Second,
		Tasks: []braid.StalledTask{
			{Path: "g/spin", Blocked: "main.spin (main.go:3): runnable"},
			{Path: "g/read", Blocked: "main.read (main.go:9): chan receive"},
			{Path: "g/lost"},
		},
		Abandoned: []braid.AbandonedCall{{Name: "dial", Since: time.Now().Add(-time.Hour)}},
	}
	want := `group g was cancelled 5s ago (a) and waits for:
  g/spin, spawned at unknown, busy in main.spin (main.go:3): runnable
  g/read, spawned at unknown, blocked in main.read (main.go:9): chan receive
  g/lost, spawned at unknown
  and not for dial at unknown, abandoned 1h0m`
	if got := s.String(); !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRule4_4_ALeafOfSeveralLinesStandsOnOneToo(t *testing.T) {
	err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return errors.New("exit status 1:\n\tline one\n\n\tline two\n") }, braid.Name("compile"))
		return nil
	})
	if got, want := err.Error(), "compile: exit status 1: line one; line two"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := fmt.Sprintf("%+v", err); !strings.Contains(got, "\n\tline") && !strings.Contains(got, "line one\n") {
		t.Errorf("%%+v lost the lines: %q", got)
	}
}

func TestRule4_4_ErrorsOfOneFunctionAreToldApart(t *testing.T) { // what is written of one is kept for the next
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		fails := func(context.Context) error {
			time.Sleep(time.Duration(calls.Add(1)))
			return io.EOF
		}
		err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			g.Go(fails)
			g.Go(fails)
			g.Go(fails)
			g.Go(func(ctx context.Context) error {
				time.Sleep(10 * time.Nanosecond) // after the others
				return braid.Run(context.WithoutCancel(ctx), func(_ context.Context, g *braid.Group) error {
					g.Go(fails)
					g.Go(fails)
					return nil
				}, braid.Name("inner"))
			}, braid.Name("outer"))
			return nil
		})
		text := fmt.Sprintf("%+v", err)
		lines := strings.Split(text, "\n")
		if len(lines) != 7 {
			t.Fatalf("want seven lines:\n%s", text)
		}
		for i, want := range []bool{false, true, true} {
			if late := strings.Contains(lines[i+1], "after cancel"); late != want {
				t.Errorf("line %d: after cancel %v, want %v:\n%s", i+1, late, want, text)
			}
		}
		for _, line := range append(lines[1:4:4], lines[5:]...) {
			if !strings.Contains(line, "ToldApart.func1.1 (spawned at format_test.go:") || !strings.HasSuffix(line, ": EOF") {
				t.Errorf("a line without its name or its error: %q in\n%s", line, text)
			}
		}
		if !strings.Contains(lines[4], "outer/inner") {
			t.Errorf("the group within is not named:\n%s", text)
		}
	})
}
