package work

import (
	"context"
	"errors"
	"slices"
	"testing"
)

func TestEachValueIsUsedBeforeTheOthersHaveEnded(t *testing.T) {
	each(t, completed, func(t *testing.T, _ string, f completedFunc) {
		// Each function but the last waits until the value of the next is used.
		const n = 10
		fns := make([]callFunc, n)
		var open [n]chan struct{}
		for i := range fns {
			open[i] = make(chan struct{})
			fns[i] = func(context.Context) (int, error) { <-open[i]; return i, nil }
		}
		close(open[n-1])
		var got []int
		err := f(context.Background(), fns, func(v int) bool {
			if got = append(got, v); v > 0 {
				close(open[v-1])
			}
			return true
		})
		if want := []int{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}; err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	})
}

func TestWhoHasEnoughValuesOrFailsCancelsTheFunctionsThatAreLeft(t *testing.T) {
	each(t, completed, func(t *testing.T, _ string, f completedFunc) {
		for _, fails := range []bool{false, true} {
			r := newRace(10, 7)
			r.waiting.Add(9)
			if winner := r.fns[7]; fails {
				r.fns[7] = func(ctx context.Context) (int, error) {
					_, err := winner(ctx)
					return 0, errors.Join(err, errWork)
				}
			}
			used := 0
			err := f(context.Background(), r.fns, func(v int) bool { used++; return v != 7 })
			if fails {
				if wantError(t, err); used != 0 {
					t.Errorf("%d values of functions that failed were used", used)
				}
			} else if err != nil || used != 1 {
				t.Errorf("%d values were used, and %v, want one", used, err)
			}
			var w wrong
			if r.checkJoined(&w); w.first != nil {
				t.Fatal(w.first)
			}
		}
	})
}
