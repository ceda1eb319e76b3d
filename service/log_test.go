package service_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/service"
)

// This file shows what is logged, and how things print.

func textLog(buf *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(buf, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

func TestTheLogHasTheEventsWithTheirAttributes(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var buf bytes.Buffer
		err := service.Run(t.Context(), []service.Part{
			{Name: "a", Restart: service.OnFailure, Run: ends(time.Second, failing(errOne)), Backoff: service.Backoff{Delay: time.Second}},
		}, service.Name("shop"), service.Intensity(1, time.Minute), service.Log(textLog(&buf)))
		if !errors.Is(err, service.ErrTooManyRestarts) {
			t.Error(err)
		}
		want := `
level=INFO msg="service: shop: starting" service=shop phase=starting
level=INFO msg="service: shop/a: starting" service=shop part=a phase=starting attempt=1
level=INFO msg="service: shop/a: running" service=shop part=a phase=running attempt=1
level=INFO msg="service: shop: running" service=shop phase=running
level=WARN msg="service: shop/a: restarting" service=shop part=a phase=restarting attempt=2 delay=1s error="one went wrong"
level=INFO msg="service: shop/a: starting" service=shop part=a phase=starting attempt=2
level=INFO msg="service: shop/a: running" service=shop part=a phase=running attempt=2
level=WARN msg="service: shop/a: stopped" service=shop part=a phase=stopped attempt=2 error="one went wrong"
level=ERROR msg="service: shop: stopping" service=shop phase=stopping reason="stopped by the failure of a: service: too many restarts: a, after 1 within 1m0s"
`
		got := buf.String()
		if !strings.HasPrefix(got, want[1:]) {
			t.Errorf("the log is\n%s", got)
		}
		last := got[len(want)-1:]
		if !strings.HasPrefix(last, `level=WARN msg="service: shop: stopped" service=shop phase=stopped reason="stopped by the failure of a`) ||
			!strings.Contains(last, `error.reason="stopped by`) || !strings.Contains(last, `error.error.path=shop`) {
			t.Errorf("the last line is %s", last)
		}
	})
}

func TestWithoutALoggerOrAnObserverOnlyTheUnusualIsLogged(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var buf bytes.Buffer
		old := slog.Default()
		defer slog.SetDefault(old)
		slog.SetDefault(textLog(&buf))
		s := service.New([]service.Part{{Name: "a", Restart: service.OnFailure, Run: ends(time.Second, failing(errOne))}})
		stopAfter(s, 1500*time.Millisecond)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		if got, want := buf.String(), "level=WARN msg=\"service: a: restarting\" part=a phase=restarting attempt=2 error=\"one went wrong\"\n"; got != want {
			t.Errorf("the log is\n%s", got)
		}
	})
}

func TestErrorsAndEventsPrintOnOneLineAndTheTreeOnRequest(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{
			{Name: "a", Run: ends(time.Second, func() error { panic("bang") })},
			{Name: "b", Run: untilKilled},
		}, service.Name("shop"), service.Grace(time.Second), service.Observe(j.observe))
		err := s.Run(t.Context())
		line := "shop (2 errors): a: panic: bang; b: service: the part ended only after the hard stop, 1s after it was asked"
		for format, want := range map[string]string{"%v": line, "%s": line, "%q": fmt.Sprintf("%q", line)} {
			if got := fmt.Sprintf(format, err); got != want {
				t.Errorf("%s gives %s, want %s", format, got, want)
			}
		}
		var te *braid.TaskError
		if !errors.As(err, &te) || !strings.HasPrefix(te.Spawned().String(), "order_test.go:") { // where ends makes the function
			t.Errorf("the part's function stands at %v", te.Spawned())
		}
		if tree := fmt.Sprintf("%+v", err); !strings.Contains(tree, "log_test.go") || strings.Count(tree, "\n") < 5 {
			t.Errorf("the tree is %s", tree)
		}
		for _, e := range j.all {
			if strings.Contains(e.String(), "\n") {
				t.Errorf("the event has more than one line: %v", e)
			}
		}
	})
}

func TestEveryValueHasAName(t *testing.T) {
	for _, values := range [][]fmt.Stringer{
		{service.Never, service.OnFailure, service.Always, service.Restart(99)},
		{service.OneForOne, service.OneForAll, service.RestForOne, service.Strategy(99)},
		{service.PhaseWaiting, service.PhaseStarting, service.PhaseRunning, service.PhaseRestarting, service.PhaseStopping, service.PhaseKilling, service.PhaseStopped, service.Phase(99)},
		{service.ByCall, service.BySignal, service.ByFailure, service.ByEnd, service.ByContext, service.ByParent, service.Initiator(99)},
	} {
		seen := map[string]bool{}
		for i, v := range values {
			name := v.String()
			if seen[name] || name == "" || (name == "unknown") != (i == len(values)-1) {
				t.Errorf("%T(%d) is named %q", v, i, name)
			}
			seen[name] = true
		}
	}
}
