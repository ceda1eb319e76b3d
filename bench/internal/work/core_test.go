package work

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// This file holds those to their promises that start many tasks.

// meeting is a function that returns only once n run at the same time.
func meeting(n int) duty {
	var all sync.WaitGroup
	all.Add(n)
	return dutyOf(func() { all.Done(); all.Wait() })
}

func TestSpawnedTasksDoNotWaitForEachOther(t *testing.T) {
	const n = 200
	each(t, spawning, func(_ *testing.T, _ string, f spawnFunc) { f(n, meeting(n)) })
	each(t, grouping, func(t *testing.T, _ string, f groupFunc) {
		if err := f(context.Background(), n, meeting(n).under); err != nil {
			t.Error(err)
		}
	})
	each(t, typing, func(t *testing.T, _ string, f typedFunc) {
		meet := meeting(n)
		results, err := f(context.Background(), n, func(_ context.Context, i int) (int, error) {
			meet.plain()
			return resultOf(i), nil
		})
		if err := checkResults(results, err, n); err != nil {
			t.Error(err)
		}
	})
}

func TestAnErrorInAGroupCancelsTheOthersAndIsReturnedOnceAllHaveEnded(t *testing.T) {
	each(t, grouping, func(t *testing.T, _ string, f groupFunc) {
		for range 20 {
			var calls, running atomic.Int32
			var waiting sync.WaitGroup
			waiting.Add(9)
			err := f(context.Background(), 10, func(ctx context.Context) error {
				running.Add(1)
				defer running.Add(-1)
				if calls.Add(1) == 10 {
					waiting.Wait()
					return errWork
				}
				waiting.Done()
				<-ctx.Done()
				return ctx.Err()
			})
			if wantError(t, err); running.Load() != 0 {
				t.Fatalf("%d tasks were still running when the call returned", running.Load())
			}
		}
	})
}

func TestTheDeathOfTheContextAboveReachesAllTasksOfAGroup(t *testing.T) {
	each(t, grouping, func(t *testing.T, _ string, f groupFunc) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var calls, ended atomic.Int32
		_ = f(ctx, 10, func(ctx context.Context) error {
			if calls.Add(1) == 10 {
				cancel()
			}
			<-ctx.Done()
			ended.Add(1)
			return nil
		})
		if ended.Load() != 10 {
			t.Errorf("%d tasks ended, want 10", ended.Load())
		}
	})
}

func TestTheErrorOfATaskWithAResultIsReturnedOnceAllHaveEnded(t *testing.T) {
	each(t, typing, func(t *testing.T, _ string, f typedFunc) {
		var running gauge
		_, err := f(context.Background(), 100, running.through(failingAt(42)))
		wantError(t, err)
		running.wantNobody(t)
	})
}

func TestALimitIsReachedAndKept(t *testing.T) {
	each(t, limiting, func(t *testing.T, _ string, f groupFunc) {
		var running gauge
		var calls atomic.Int32
		meet := meeting(atLimit)
		err := f(context.Background(), 500, func(context.Context) error {
			running.enter()
			defer running.leave()
			if calls.Add(1) <= atLimit {
				meet.plain()
			}
			return nil
		})
		if err != nil || calls.Load() != 500 || running.most.Load() != atLimit {
			t.Errorf("%d of 500 tasks ran, %d at once at the most, %v", calls.Load(), running.most.Load(), err)
		}
	})
}

func TestAnErrorUnderALimitIsReturnedOnceAllHaveEnded(t *testing.T) {
	each(t, limiting, func(t *testing.T, _ string, f groupFunc) {
		var running gauge
		var calls atomic.Int32
		var told atomic.Bool
		err := f(context.Background(), 100, func(ctx context.Context) error {
			running.enter()
			defer running.leave()
			switch at := calls.Add(1); {
			case at == 5:
				return errWork
			case at < 5:
				<-ctx.Done()
				told.Store(true)
			}
			return nil
		})
		if wantError(t, err); !told.Load() {
			t.Error("the context did not die")
		}
		running.wantNobody(t)
	})
}

func TestATimeLimitThatComesEndsTheContextOfItsTask(t *testing.T) {
	each(t, timing, func(t *testing.T, _ string, f timeoutFunc) {
		var ends atomic.Int32
		_ = f(context.Background(), 10, time.Millisecond, func(ctx context.Context) error {
			<-ctx.Done()
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				ends.Add(1)
			}
			return nil
		})
		if ends.Load() != 10 {
			t.Errorf("%d of 10 tasks were told of their deadline", ends.Load())
		}
	})
}
