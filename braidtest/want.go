package braidtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file holds what tests of concurrent code compare most often, with
// messages that say what was found instead.

// WantState fails the test if the task is not in the state: braid.Succeeded,
// braid.Skipped and so on. The message has what the task failed with. It does
// not wait. It panics if t or task is nil.
func WantState[T any](t testing.TB, task *braid.Task[T], want braid.State) {
	needTest("WantState", t)
	if task == nil {
		panic("braidtest: WantState called with a nil task")
	}
	t.Helper()
	got := task.State()
	if got == want {
		return
	}
	why := ""
	if _, err := task.Result(); err != nil && !errors.Is(err, braid.ErrNotDone) {
		why = " (" + err.Error() + ")"
	}
	t.Errorf("task %s is %v%s, want %v", task.Path(), got, why, want)
}

// WantCause fails the test if ctx is not dead because of want: if neither the
// cause of its death nor the failure that led to it, as braid's
// [braid.Cancellation] knows it, matches want as errors.Is has it. It panics if
// t, ctx or want is nil.
func WantCause(t testing.TB, ctx context.Context, want error) {
	needTest("WantCause", t)
	switch {
	case ctx == nil:
		panic("braidtest: WantCause called with a nil context")
	case want == nil:
		panic("braidtest: WantCause called with a nil error")
	}
	t.Helper()
	if ctx.Err() == nil {
		t.Errorf("the context is alive, want it cancelled because of: %v", want)
		return
	}
	cause := context.Cause(ctx)
	for err, depth := cause, 0; err != nil && depth < maxDepth; depth++ {
		if errors.Is(err, want) {
			return
		}
		var c *braid.Cancellation
		if !errors.As(err, &c) {
			break
		}
		err = c.Reason()
	}
	t.Errorf("cancelled because of: %v\nwant because of: %v", cause, want)
}

// Took calls fn and fails the test if that took another time than want, to the
// nanosecond. It is for bubbles of testing/synctest, such as [Run] makes, where
// time is exact, and ends the test elsewhere. It panics if t or fn is nil.
func Took(t testing.TB, want time.Duration, fn func()) {
	needTest("Took", t)
	if fn == nil {
		panic("braidtest: Took called with a nil function")
	}
	t.Helper()
	if self().bubble == 0 {
		t.Fatalf("Took was called outside a bubble, where no duration is exact: see braidtest.Run")
	}
	begun := time.Now()
	fn()
	if got := time.Since(begun); got != want {
		t.Errorf("it took %v, want %v", got, want)
	}
}
