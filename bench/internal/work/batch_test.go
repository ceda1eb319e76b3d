package work

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// forever is a wait that does not end.
const forever = time.Duration(math.MaxInt64)

func TestBatchesAreFullButForTheLastAndKeepTheirItems(t *testing.T) {
	for wait, p := range map[time.Duration]*pattern[batchFunc]{0: batching, time.Second: batchingInTime} {
		t.Run(fmt.Sprint(wait), func(t *testing.T) {
			each(t, p, func(t *testing.T, _ string, f batchFunc) {
				synctest.Test(t, func(t *testing.T) { // where no time passes
					var got [][]int
					err := f(t.Context(), upTo(1005), 100, wait, func(batch []int) bool {
						got = append(got, batch)
						return true
					})
					if err != nil || len(got) != 11 || !slices.Equal(slices.Concat(got...), slices.Collect(upTo(1005))) {
						t.Errorf("%d batches, %v: %v", len(got), err, got)
					}
					for i, batch := range got {
						if want := []int{100, 5}[i/10]; len(batch) != want {
							t.Errorf("batch %d has %d items, want %d", i, len(batch), want)
						}
					}
				})
			})
		})
	}
}

func TestNoBatchIsGivenLaterThanItsWaitAfterItsFirstItem(t *testing.T) {
	each(t, batchingInTime, func(t *testing.T, _ string, f batchFunc) {
		synctest.Test(t, func(t *testing.T) {
			var came [10]time.Time
			next := 0
			err := f(t.Context(), func(yield func(int) bool) {
				for i := range came {
					time.Sleep(time.Duration(i) * 300 * time.Millisecond)
					if came[i] = time.Now(); !yield(i) {
						return
					}
				}
			}, 100, time.Second, func(batch []int) bool {
				if len(batch) == 0 || batch[0] != next {
					t.Fatalf("the batch after %d items is %v", next, batch)
				}
				if waited := time.Since(came[next]); waited > time.Second {
					t.Errorf("item %d waited %v", next, waited)
				}
				next += len(batch)
				return true
			})
			if err != nil || next != len(came) {
				t.Errorf("%d items, %v", next, err)
			}
		})
	})
}
