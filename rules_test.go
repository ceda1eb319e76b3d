package braid_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file holds what the tests of the contract share; ruleN_*_test.go each
// show one section of it, rule by rule.

var (
	errOne  = errors.New("one went wrong")
	errTwo  = errors.New("two went wrong")
	errWhy  = errors.New("why it was cancelled")
	errLate = errors.New("raised in cleanup")
)

// An end is how a function came to its end on a goroutine of its own.
type end struct {
	err      error
	panicked any
	exited   bool
}

// howEnded calls f where it may panic or call Goexit.
func howEnded(f func() error) (e end) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := false
		defer func() {
			if !returned {
				e.panicked = recover()
				e.exited = e.panicked == nil
			}
		}()
		e.err = f()
		returned = true
	}()
	<-done
	return e
}

// panicOf gives the text that f panics with, or "".
func panicOf(f func()) (text string) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case error:
			text = v.Error()
		case string:
			text = v
		default:
			text = "not a text"
		}
	}()
	f()
	return ""
}

// untilDead is a task that obeys: it waits for its cancellation and returns it.
func untilDead(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// failAfter makes a task that sleeps and fails, whatever happens meanwhile.
func failAfter(d time.Duration, err error) func(context.Context) error {
	return func(context.Context) error {
		time.Sleep(d)
		return err
	}
}

// failures gives the *TaskErrors of a failed group, and fails the test if err
// is nothing of the kind.
func failures(t *testing.T, err error) []*braid.TaskError {
	t.Helper()
	ge, ok := err.(*braid.GroupError)
	if !ok {
		t.Fatalf("got %T (%v), want a *GroupError", err, err)
	}
	var tes []*braid.TaskError
	for _, e := range ge.Errors() {
		te, ok := e.(*braid.TaskError)
		if !ok {
			t.Fatalf("got %T (%v) in a *GroupError, want a *TaskError", e, e)
		}
		tes = append(tes, te)
	}
	return tes
}

// wantFailures checks that err is a *GroupError with these errors in this order.
func wantFailures(t *testing.T, err error, want ...error) {
	t.Helper()
	got := failures(t, err)
	if len(got) != len(want) {
		t.Fatalf("got %d failures (%v), want %d", len(got), err, len(want))
	}
	for i := range want {
		if got[i].Err != want[i] {
			t.Errorf("failure %d is %v, want %v", i, got[i].Err, want[i])
		}
	}
}

// wantPlainCancel checks that err is no group and matches all the targets.
func wantPlainCancel(t *testing.T, err error, targets ...error) {
	t.Helper()
	var ge *braid.GroupError
	if err == nil || errors.As(err, &ge) {
		t.Fatalf("got %v, want one plain cancellation", err)
	}
	for _, target := range targets {
		if !errors.Is(err, target) {
			t.Errorf("%v does not match %v", err, target)
		}
	}
}

// at checks that in the bubble the time since start is d.
func at(t *testing.T, start time.Time, d time.Duration, what string) {
	t.Helper()
	if got := time.Since(start); got != d {
		t.Errorf("%s at %v, want %v", what, got, d)
	}
}

// live runs f in a bubble, with a context and the time of its start.
func live(t *testing.T, f func(t *testing.T, ctx context.Context, start time.Time)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, context.Background(), time.Now()) })
}

const childEnv = "BRAID_RULE_CHILD"

// inChild reports whether the test runs in the process that child started.
func inChild(t *testing.T) bool { return os.Getenv(childEnv) == t.Name() }

// child runs the calling test again in a process of its own and gives what
// that wrote and how it ended.
func child(t *testing.T, env ...string) (output string, err error) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+strings.ReplaceAll(t.Name(), "/", "$/^")+"$", "-test.timeout=60s", "-test.count=1")
	cmd.Env = append(append(os.Environ(), childEnv+"="+t.Name()), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), err
}

// goroutines counts them. While the runtime moves goroutines that have ended
// from list to list a single count may be far too high.
func goroutines() int {
	n := runtime.NumGoroutine()
	for range 100 {
		runtime.Gosched()
		n = min(n, runtime.NumGoroutine())
	}
	return n
}

// settleGoroutines waits until no more than n goroutines are left, for as long
// as the scheduler needs to let go of those that have ended.
func settleGoroutines(t *testing.T, n int) {
	t.Helper()
	for range 10000 {
		if runtime.NumGoroutine() <= n {
			return
		}
		runtime.Gosched()
		runtime.GC()
	}
	buf := make([]byte, 1<<16)
	t.Errorf("%d goroutines are left, want %d\n%s", runtime.NumGoroutine(), n, buf[:runtime.Stack(buf, true)])
}
