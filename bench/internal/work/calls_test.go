package work

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
)

// This file holds the patterns to their promises that call several functions.

func TestAllCancelsTheOthersAndReturnsTheErrorOnceTheyHaveReturned(t *testing.T) {
	each(t, all, func(t *testing.T, _ string, f allFunc) {
		for range 20 {
			r := newRace(10) // all wait for their contexts
			fails := 7
			r.waiting.Add(9)
			r.fns[fails] = func(context.Context) (int, error) {
				r.waiting.Wait()
				return 0, errWork
			}
			_, err := f(context.Background(), r.fns)
			wantError(t, err)
			var w wrong
			if r.checkJoined(&w); w.first != nil {
				t.Fatal(w.first)
			}
		}
	})
}

func TestAllRunsAllAtTheSameTime(t *testing.T) {
	each(t, all, func(t *testing.T, _ string, f allFunc) {
		fns := atOnce(100)
		if got, err := f(context.Background(), fns); err != nil || len(got) != 100 || got[42] != 42 {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

// atOnce makes functions that return only once all have been called.
func atOnce(n int) []callFunc {
	var all sync.WaitGroup
	all.Add(n)
	fns := make([]callFunc, n)
	for i := range fns {
		fns[i] = func(context.Context) (int, error) {
			all.Done()
			all.Wait()
			return i, nil
		}
	}
	return fns
}

func TestSettleTellsEachOutcomeAtItsPlace(t *testing.T) {
	each(t, settle, func(t *testing.T, _ string, f settleFunc) {
		outcome := f(context.Background(), everyThirdFails(100))
		for i := range 100 {
			v, err := outcome(i)
			if i%3 == 0 {
				wantError(t, err)
			} else if v != i || err != nil {
				t.Errorf("outcome %d is %d, %v", i, v, err)
			}
		}
	})
}

func TestSettleRunsAllAtTheSameTimeAndCancelsNone(t *testing.T) {
	each(t, settle, func(t *testing.T, _ string, f settleFunc) {
		failed := make(chan struct{})
		fns := atOnce(10)
		fns = append(fns, func(context.Context) (int, error) {
			defer close(failed)
			return 0, errWork
		}, func(ctx context.Context) (int, error) {
			<-failed
			return 7, ctx.Err()
		})
		outcome := f(context.Background(), fns)
		if v, err := outcome(11); v != 7 || err != nil {
			t.Errorf("the function beside one that failed gave %d, %v", v, err)
		}
		_, err := outcome(10)
		wantError(t, err)
	})
}

func TestFirstGoesOnAfterFailuresAndFailsWhenAllDo(t *testing.T) {
	each(t, first, func(t *testing.T, _ string, f firstFunc) {
		failed := make(chan struct{})
		fns := []callFunc{
			func(context.Context) (int, error) { defer close(failed); return 0, errWork },
			func(ctx context.Context) (int, error) { <-failed; return 5, ctx.Err() },
		}
		if v, err := f(context.Background(), fns); v != 5 || err != nil {
			t.Errorf("got %d, %v, want 5", v, err)
		}
		bad := func(context.Context) (int, error) { return 0, errWork }
		_, err := f(context.Background(), []callFunc{bad, bad, bad})
		wantError(t, err)
	})
}

func TestAQuorumGoesOnAfterAFailureAndFailsWhenItCannotBeReached(t *testing.T) {
	each(t, quorum, func(t *testing.T, _ string, f quorumFunc) {
		failed := make(chan struct{})
		bad := func(context.Context) (int, error) { return 0, errWork }
		good := func(v int) callFunc {
			return func(ctx context.Context) (int, error) { <-failed; return v, ctx.Err() }
		}
		v, err := f(context.Background(), 2, []callFunc{
			good(1), func(context.Context) (int, error) { defer close(failed); return 0, errWork }, good(3),
		})
		if err != nil || fmt.Sprint(v) != "[1 3]" {
			t.Errorf("got %v, %v, want [1 3]", v, err)
		}
		r := newRace(1)
		r.waiting.Add(1)
		wait := r.fns[0]
		_, err = f(context.Background(), 2, []callFunc{bad, wait, bad})
		wantError(t, err)
		if errors.Is(err, errEnough) {
			t.Errorf("the error shows how it was done: %v", err)
		}
	})
}
