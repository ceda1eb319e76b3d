package work

import (
	"context"
	"iter"
	"testing"
)

// eachStream runs f for all that are pipelines of a function, filters that keep
// everything and pages of one result among them.
func eachStream(t *testing.T, f func(t *testing.T, f streamFunc)) {
	t.Run("ordered", func(t *testing.T) { each(t, ordered, func(t *testing.T, _ string, a streamFunc) { f(t, a) }) })
	t.Run("unordered", func(t *testing.T) { each(t, unordered, func(t *testing.T, _ string, a streamFunc) { f(t, a) }) })
	t.Run("filter", func(t *testing.T) {
		each(t, filtering, func(t *testing.T, _ string, a filterFunc) { f(t, keepingAll(a)) })
	})
	t.Run("flatmap", func(t *testing.T) {
		each(t, flatMapping, func(t *testing.T, _ string, a flatMapFunc) { f(t, onePerPage(a)) })
	})
}

func keepingAll(f filterFunc) streamFunc {
	return func(ctx context.Context, seq iter.Seq[int], fn itemFunc, yield func(int) bool) error {
		return f(ctx, seq, func(ctx context.Context, item int) (bool, error) {
			_, err := fn(ctx, item)
			return true, err
		}, func(item int) bool { return yield(resultOf(item)) })
	}
}

func onePerPage(f flatMapFunc) streamFunc {
	return func(ctx context.Context, seq iter.Seq[int], fn itemFunc, yield func(int) bool) error {
		return f(ctx, seq, func(ctx context.Context, item int) (iter.Seq[int], error) {
			v, err := fn(ctx, item)
			return func(yield func(int) bool) { yield(v) }, err
		}, yield)
	}
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
	check := func(t *testing.T, f streamFunc) {
		next := 0
		_ = f(context.Background(), endless, failingAt(100), func(v int) bool {
			if v != resultOf(next) {
				t.Errorf("got %d in place of %d", v, resultOf(next))
			}
			next++
			return true
		})
		if next > 100 {
			t.Errorf("%d results of 100", next)
		}
	}
	t.Run("map", func(t *testing.T) { each(t, ordered, func(t *testing.T, _ string, f streamFunc) { check(t, f) }) })
	t.Run("filter", func(t *testing.T) {
		each(t, filtering, func(t *testing.T, _ string, f filterFunc) { check(t, keepingAll(f)) })
	})
	t.Run("flatmap", func(t *testing.T) {
		each(t, flatMapping, func(t *testing.T, _ string, f flatMapFunc) { check(t, onePerPage(f)) })
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
