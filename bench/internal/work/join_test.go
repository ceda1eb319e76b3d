package work

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
)

// blocked counts functions that wait for the death of their contexts.
type blocked struct{ started, running atomic.Int32 }

// blockedValue makes a function that says it runs, waits for its context to die,
// and returns v as well as that error.
func blockedValue[T any](b *blocked, v T) func(context.Context) (T, error) {
	return func(ctx context.Context) (T, error) {
		b.running.Add(1)
		defer b.running.Add(-1)
		b.started.Add(1)
		<-ctx.Done()
		return v, ctx.Err()
	}
}

// failsBeside makes a function that fails once that many others are blocked.
func failsBeside[T any](b *blocked, others int32) func(context.Context) (T, error) {
	return func(context.Context) (v T, err error) {
		for b.started.Load() < others {
			runtime.Gosched()
		}
		return v, errWork
	}
}

func TestJoiningTwoFunctionsEndsWithTheFailureOfEither(t *testing.T) {
	each(t, join2, func(t *testing.T, _ string, f join2Func) {
		check := func(b *blocked, v int, s string, err error) {
			t.Helper()
			if wantError(t, err); v != 0 || s != "" || b.running.Load() != 0 {
				t.Errorf("got %d, %q, and %d functions still running", v, s, b.running.Load())
			}
		}
		var b blocked
		v, s, err := f(context.Background(), failsBeside[int](&b, 1), blockedValue(&b, "two"))
		check(&b, v, s, err)
		var c blocked
		v, s, err = f(context.Background(), blockedValue(&c, 1), failsBeside[string](&c, 1))
		check(&c, v, s, err)
	})
}

func TestJoiningFiveFunctionsRunsAllAtOnceAndEndsWithAFailure(t *testing.T) {
	each(t, join5, func(t *testing.T, _ string, f join5Func) {
		var bl blocked
		a, b, c, d, e, err := f(context.Background(), blockedValue(&bl, 1), blockedValue(&bl, "two"),
			blockedValue(&bl, 3.0), failsBeside[bool](&bl, 4), blockedValue(&bl, '5'))
		if wantError(t, err); a != 0 || b != "" || c != 0 || d || e != 0 || bl.running.Load() != 0 {
			t.Errorf("got %v, %v, %v, %v, %v, and %d functions still running", a, b, c, d, e, bl.running.Load())
		}
	})
}
