package work

import (
	"context"
	"testing"
)

// numberedPairs gives n pairs, or for 0 endless ones.
func numberedPairs(n int) func(yield func(string, int) bool) {
	return func(yield func(string, int) bool) {
		for i := 0; (i < n || n == 0) && yield(keyOf(i), i); i++ {
		}
	}
}

func TestAMapOverPairsKeepsItsLimit(t *testing.T) {
	each(t, mappingSeq2, func(t *testing.T, _ string, f mapSeq2Func) {
		var running gauge
		results, err := f(context.Background(), numberedPairs(500), onItem(running.through(costing(cost1us))))
		if err := checkPairs(results, err, 500); err != nil {
			t.Error(err)
		}
		if most := running.most.Load(); most > seqLimit {
			t.Errorf("%d ran at once, want at most %d", most, seqLimit)
		}
	})
}

func TestAFailureEndsAMapOverEndlessPairs(t *testing.T) {
	each(t, mappingSeq2, func(t *testing.T, _ string, f mapSeq2Func) {
		var running gauge
		results, err := f(context.Background(), numberedPairs(0), onItem(running.through(failingAt(100))))
		if wantError(t, err); results != nil {
			t.Errorf("%d results beside the error", len(results))
		}
		running.wantNobody(t)
	})
}
