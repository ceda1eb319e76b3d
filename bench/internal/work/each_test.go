package work

import (
	"context"
	"testing"
)

// without leaves the result of a function out.
func without(fn itemFunc) doFunc {
	return func(ctx context.Context, item int) error {
		_, err := fn(ctx, item)
		return err
	}
}

func TestEachReturnsTheErrorOfAFunctionAndLeavesNobodyBehind(t *testing.T) {
	each(t, doing, func(t *testing.T, _ string, f eachFunc) {
		items := make([]int, 500)
		for i := range items {
			items[i] = i
		}
		for _, bad := range []int{0, 250, 499} {
			var running gauge
			wantError(t, f(context.Background(), items, without(running.through(failingAt(bad)))))
			running.wantNobody(t)
		}
		if err := f(context.Background(), nil, without(failingAt(0))); err != nil {
			t.Errorf("of nothing: %v", err)
		}
	})
}

func TestEachOfASequenceKeepsItsLimitAndHoldsTheSourceBack(t *testing.T) {
	each(t, doingSeq, func(t *testing.T, _ string, f eachSeqFunc) {
		var running, pulled gauge
		source := func(yield func(int) bool) {
			for i := range 2000 {
				if pulled.enter(); !yield(i) {
					return
				}
			}
		}
		done := running.through(costing(cost1us))
		err := f(context.Background(), source, func(ctx context.Context, item int) error {
			defer pulled.leave()
			_, err := done(ctx, item)
			return err
		})
		if most := running.most.Load(); err != nil || most > seqLimit {
			t.Errorf("%d ran at once, %v, want at most %d", most, err, seqLimit)
		}
		if most := pulled.most.Load(); most > 3*seqLimit {
			t.Errorf("%d of 2000 items were in memory", most)
		}
	})
}

func TestAFailureEndsEachOfAnEndlessSequence(t *testing.T) {
	each(t, doingSeq, func(t *testing.T, _ string, f eachSeqFunc) {
		var running gauge
		wantError(t, f(context.Background(), endless, without(running.through(failingAt(100)))))
		running.wantNobody(t)
	})
}
