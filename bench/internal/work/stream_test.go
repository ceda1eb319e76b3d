package work

import (
	"context"
	"slices"
	"testing"
)

func eachStream(t *testing.T, f func(t *testing.T, f streamFunc)) {
	t.Run("ordered", func(t *testing.T) { each(t, ordered, func(t *testing.T, _ string, a streamFunc) { f(t, a) }) })
	t.Run("unordered", func(t *testing.T) { each(t, unordered, func(t *testing.T, _ string, a streamFunc) { f(t, a) }) })
}

func TestAStreamThatIsLeftEndsAndLeavesNobodyBehind(t *testing.T) {
	eachStream(t, func(t *testing.T, f streamFunc) {
		var running gauge
		got := 0
		err := f(context.Background(), endless, running.through(costing(cost10ns)), func(int) bool {
			got++
			return got < 100
		})
		if err != nil || got != 100 {
			t.Errorf("%d results and %v, want 100", got, err)
		}
		running.wantNobody(t)
	})
}

func TestAFailureEndsAStream(t *testing.T) {
	eachStream(t, func(t *testing.T, f streamFunc) {
		var running gauge
		err := f(context.Background(), endless, running.through(failingAt(100)), func(v int) bool {
			if v == 0 {
				t.Error("the item that failed has a result")
			}
			return true
		})
		wantError(t, err)
		running.wantNobody(t)
	})
}

func TestAnOrderedStreamKeepsTheOrderUpToTheFailure(t *testing.T) {
	each(t, ordered, func(t *testing.T, _ string, f streamFunc) {
		var got []int
		_ = f(context.Background(), endless, failingAt(100), func(v int) bool { got = append(got, v); return true })
		if !slices.IsSorted(got) || len(got) > 100 {
			t.Errorf("got %v", got)
		}
	})
}

func TestAStreamHoldsItsSourceBack(t *testing.T) {
	eachStream(t, func(t *testing.T, f streamFunc) {
		// The number of items pulled and not yet delivered.
		var ahead gauge
		source := func(yield func(int) bool) {
			for i := range 50_000 {
				if ahead.enter(); !yield(i) {
					return
				}
			}
		}
		err := f(context.Background(), source, costing(cost10ns), func(int) bool { ahead.leave(); return true })
		if most := ahead.most.Load(); err != nil || most > 4096 {
			t.Errorf("%d items were in flight, %v", most, err)
		}
	})
}
