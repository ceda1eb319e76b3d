package work

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestASecondAttemptComesAfterTheDelayAndTheLoserIsCancelled(t *testing.T) {
	each(t, hedge, func(t *testing.T, peer string, f hedgeMaker) {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			var calls, ended atomic.Int32
			v, err := f(time.Second)(t.Context(), func(ctx context.Context) (int, error) {
				defer ended.Add(1)
				if calls.Add(1) == 1 {
					<-ctx.Done()
					return 0, ctx.Err()
				}
				return 9, nil
			})
			if v != 9 || err != nil || time.Since(start) != time.Second {
				t.Errorf("got %d, %v after %v, want 9 after a second", v, err, time.Since(start))
			}
			if peer != "failsafe" && ended.Load() != 2 {
				t.Errorf("%d of 2 attempts had ended when the call returned", ended.Load())
			}
			synctest.Wait()
			if ended.Load() != 2 {
				t.Errorf("%d of 2 attempts ended", ended.Load())
			}
		})
	})
}

func TestAHedgeThatIsNotNeededMakesOneCall(t *testing.T) {
	each(t, hedge, func(t *testing.T, _ string, f hedgeMaker) {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			var calls atomic.Int32
			v, err := f(time.Hour)(t.Context(), func(context.Context) (int, error) { return int(calls.Add(1)), nil })
			if v != 1 || err != nil || calls.Load() != 1 || time.Since(start) != 0 {
				t.Errorf("got %d, %v after %d calls and %v", v, err, calls.Load(), time.Since(start))
			}
		})
	})
}
