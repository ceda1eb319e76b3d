package work

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestAttemptsEndWithTheLastErrorAndTakeNoTime(t *testing.T) {
	each(t, retrying, func(t *testing.T, _ string, f retryMaker) {
		synctest.Test(t, func(t *testing.T) {
			start, calls := time.Now(), 0
			_, err := f(3)(t.Context(), func(context.Context) (int, error) { calls++; return 0, errWork })
			if wantError(t, err); calls != 3 || time.Since(start) != 0 {
				t.Errorf("%d attempts in %v, want 3 at once", calls, time.Since(start))
			}
		})
	})
}

type key struct{}

func TestAttemptsAreGivenTheContextOfTheCallWhoseDeathEndsThem(t *testing.T) {
	each(t, retrying, func(t *testing.T, _ string, f retryMaker) {
		const most = 1000
		call := f(most)
		for _, want := range []string{"one", "two"} {
			ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, want))
			calls := 0
			_, err := call(ctx, func(ctx context.Context) (int, error) {
				if got := ctx.Value(key{}); got != want {
					t.Errorf("the context is that of %v, want %v", got, want)
				}
				calls++
				cancel()
				return 0, errWork
			})
			// Some choose at random between a delay that is over and a context
			// that is dead, so that a few more attempts may come.
			if err == nil || calls == most {
				t.Errorf("the error is %v after %d attempts", err, calls)
			}
			if !errors.Is(err, context.Canceled) && !errors.Is(err, errWork) {
				t.Errorf("the error is %v", err)
			}
		}
	})
}
