package braid_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file holds what the asyncio_* tests share. Those tests say in Go what
// CPython's own tests say of asyncio; the number in a test's name is the line
// of the conformance list.

// aioErr is an error that is equal to nothing but itself.
type aioErr string

func (e aioErr) Error() string { return string(e) }

const (
	aioDivision = aioErr("division by zero")
	aioValue    = aioErr("bad value")
	aioCleanup  = aioErr("cleanup failed")
	aioTest     = aioErr("test")
)

// aioUntilCancelled blocks until ctx dies and returns what a cancelled task returns.
func aioUntilCancelled(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// aioFailAfter is a task that fails with err after d, and is cancelled before.
func aioFailAfter(d time.Duration, err error) func(context.Context) error {
	return func(ctx context.Context) error {
		if cause := braid.Sleep(ctx, d); cause != nil {
			return cause
		}
		return err
	}
}

// aioFailInCleanup is a task that fails with err because it is cancelled.
func aioFailInCleanup(err error) func(context.Context) error {
	return func(ctx context.Context) error {
		<-ctx.Done()
		return err
	}
}

// aioCancelAfter gives a context that dies after d, with cause.
func aioCancelAfter(d time.Duration, cause error) context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(d, func() { cancel(cause) })
	return ctx
}

// aioWantElapsed checks the virtual time since start, to the nanosecond.
func aioWantElapsed(t *testing.T, start time.Time, want time.Duration) {
	t.Helper()
	if got := time.Since(start); got != want {
		t.Errorf("it took %v, want %v", got, want)
	}
}

// aioWantFailures checks that err is a group with exactly these failures, in this
// order and each directly below its task, and gives the group.
func aioWantFailures(t *testing.T, err error, want ...error) *braid.GroupError {
	t.Helper()
	ge, ok := err.(*braid.GroupError)
	if !ok {
		t.Fatalf("got %T (%v), want a *GroupError", err, err)
	}
	var got []error
	for _, e := range ge.Errors() {
		got = append(got, e.(*braid.TaskError).Err)
	}
	same := len(got) == len(want)
	for i := 0; same && i < len(want); i++ {
		same = got[i] == want[i]
	}
	if !same {
		t.Fatalf("failures %v, want %v", got, want)
	}
	return ge
}

// aioWantCancelled checks that err is one plain cancellation, not a group, that
// matches all of these.
func aioWantCancelled(t *testing.T, err error, matches ...error) {
	t.Helper()
	if err == nil {
		t.Fatal("got nil, want a cancellation")
	}
	if ge, ok := errors.AsType[*braid.GroupError](err); ok {
		t.Fatalf("got the group %v, want a plain cancellation", ge)
	}
	for _, m := range append(matches, context.Canceled) {
		if !errors.Is(err, m) {
			t.Errorf("%v (%T) does not match %v", err, err, m)
		}
	}
}

// aioWantState checks a task's state.
func aioWantState[T any](t *testing.T, task *braid.Task[T], want braid.State) {
	t.Helper()
	if got := task.State(); got != want {
		t.Errorf("the state of %s is %v, want %v", task.Name(), got, want)
	}
}
