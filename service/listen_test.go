package service_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid/service"
)

// This file shows listeners that have trouble, in virtual time, and one that is
// made by its part.

// A scripted listener gives what it is told to.
type scripted struct {
	results chan any // net.Conn or error
	closed  chan struct{}
}

func newScripted(results ...any) *scripted {
	s := &scripted{make(chan any, len(results)), make(chan struct{})}
	for _, r := range results {
		s.results <- r
	}
	return s
}

func (s *scripted) Accept() (net.Conn, error) {
	select {
	case <-s.closed:
		return nil, net.ErrClosed
	default:
	}
	select {
	case r := <-s.results:
		if err, ok := r.(error); ok {
			return nil, err
		}
		return r.(net.Conn), nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *scripted) Close() error {
	select {
	case <-s.closed:
		return net.ErrClosed
	default:
		close(s.closed)
		return nil
	}
}

func (s *scripted) Addr() net.Addr { return &net.UnixAddr{Name: "scripted", Net: "unix"} }

type passing struct{}

func (passing) Error() string   { return "too many open files" }
func (passing) Temporary() bool { return true }

func TestAListenerThatCannotAcceptJustNowIsAskedAgainAfterAWhile(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		here, there := net.Pipe()
		defer here.Close()
		var results []any
		for range 10 {
			results = append(results, passing{})
		}
		results = append(results, there, passing{}, passing{})
		s := service.New([]service.Part{{Name: "in", Run: service.ListenOn(newScripted(results...), func(ctx context.Context, conn net.Conn) error {
			_, err := fmt.Fprint(conn, "hello")
			return err
		})}}, service.Observe(j.observe))
		time.AfterFunc(4*time.Second, func() { s.Stop(nil) })
		done := make(chan error)
		go func() { done <- s.Run(t.Context()) }()
		text, _ := io.ReadAll(here)
		if got, want := time.Since(j.start), (5+10+20+40+80+160+320+640+1000+1000)*time.Millisecond; got != want || string(text) != "hello" {
			t.Errorf("%q came after %v, want %v", text, got, want)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n := strings.Count(strings.Join(j.lines, "\n"), "in: goes on after a failure: too many open files"); n != 12 {
			t.Errorf("there are %d reports", n)
		}
		if !strings.Contains(strings.Join(j.lines, "\n"), "3.28s in: goes on") { // the pauses begin anew after a success
			t.Errorf("the events are\n%s", strings.Join(j.lines, "\n"))
		}
		if got := time.Since(j.start); got != 4*time.Second {
			t.Errorf("it ended after %v", got)
		}
	})
}

func TestAStopComesThroughWhileAListenerPauses(t *testing.T) {
	for name, stop := range map[string]func(*service.Service, error){"soft": (*service.Service).Stop, "hard": (*service.Service).Kill} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, j *journal) {
				var results []any
				for range 100 {
					results = append(results, passing{})
				}
				s := service.New([]service.Part{{Name: "in", Run: service.ListenOn(newScripted(results...), func(context.Context, net.Conn) error { return nil })}}, service.Observe(j.observe))
				time.AfterFunc(10500*time.Millisecond, func() { stop(s, nil) })
				if err := s.Run(t.Context()); err != nil {
					t.Error(err)
				}
				if got := time.Since(j.start); got != 10500*time.Millisecond {
					t.Errorf("it ended after %v", got)
				}
			})
		})
	}
}

func TestAGoexitOfAConnectionIsToldAtOnceAndEndsThePartWhenThatStops(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		here, there := net.Pipe()
		defer here.Close()
		s := service.New([]service.Part{{Name: "in", Run: service.ListenOn(newScripted(there), func(context.Context, net.Conn) error {
			goexit()
			return nil
		})}}, service.Observe(j.observe))
		time.AfterFunc(time.Second, func() { s.Stop(nil) })
		wantFailures(t, s.Run(t.Context()), "in: braid: the task called runtime.Goexit")
		if text := strings.Join(j.lines, "\n"); !strings.Contains(text, "0s in: goes on after a failure: in/pipe: braid: the task called runtime.Goexit") {
			t.Errorf("the events are\n%s", text)
		}
	})
}

func TestAPartThatListensByItselfDoesSoAtEachStart(t *testing.T) {
	settled(t)
	path := filepath.Join(t.TempDir(), "s")
	fail := make(chan struct{})
	s, ended, events := running(t, []service.Part{
		{Name: "in", Run: service.Listen("unix", path, func(ctx context.Context, conn net.Conn) error {
			_, err := fmt.Fprint(conn, "attempt ", service.From(ctx).Status().Parts[0].Attempt)
			return err
		})},
		{Name: "trigger", Restart: service.OnFailure, Run: func(ctx context.Context, ready func()) error {
			ready()
			if service.From(ctx).Status().Parts[1].Attempt > 1 {
				<-service.Stopping(ctx)
				return nil
			}
			<-fail
			return errOne
		}, Needs: []string{"in"}},
	}, service.OneForAll)
	close(fail)
	await(t, events, func(e service.Event) bool {
		return e.Part == "trigger" && e.Phase == service.PhaseRunning && e.Attempt == 2
	})
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := io.ReadAll(conn); string(text) != "attempt 2" {
		t.Errorf("the connection got %q", text)
	}
	conn.Close()
	s.Stop(nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	err = service.Run(t.Context(), []service.Part{{Name: "in", Run: service.Listen("unix", filepath.Join(path, "not", "there"), func(context.Context, net.Conn) error { return nil })}}, service.Log(quietLog))
	if err == nil || !strings.HasPrefix(err.Error(), "in: listen unix") {
		t.Errorf("the error is %v", err)
	}
}
