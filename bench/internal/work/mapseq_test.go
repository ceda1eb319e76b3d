package work

import (
	"context"
	"testing"
)

func TestMapOverASequenceKeepsItsLimitAndOrder(t *testing.T) {
	each(t, mappingSeq, func(t *testing.T, _ string, f mapSeqFunc) {
		var running gauge
		results, err := f(context.Background(), upTo(500), running.through(costing(cost1us)))
		if err := checkResults(results, err, 500); err != nil {
			t.Error(err)
		}
		if most := running.most.Load(); most > seqLimit {
			t.Errorf("%d ran at once, want at most %d", most, seqLimit)
		}
	})
}

func TestAFailureEndsAMapOverAnEndlessSequence(t *testing.T) {
	each(t, mappingSeq, func(t *testing.T, _ string, f mapSeqFunc) {
		var running gauge
		_, err := f(context.Background(), endless, running.through(failingAt(100)))
		wantError(t, err)
		running.wantNobody(t)
	})
}
