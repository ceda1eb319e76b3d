package work

import (
	"context"
	"iter"
	"testing"
)

func TestIteratorsThatAreMergedRunAtOnceAndAllEndWhenWhoUsesThemLeaves(t *testing.T) {
	each(t, merging, func(t *testing.T, _ string, f mergeFunc) {
		var ranging gauge
		there := atOnce(4) // the first items come only when all have been asked for
		seqs := make([]iter.Seq[int], 4)
		for i := range seqs {
			seqs[i] = func(yield func(int) bool) {
				ranging.enter()
				defer ranging.leave()
				_, _ = there[i](context.Background())
				for yield(i) {
				}
			}
		}
		got := 0
		err := f(context.Background(), seqs, func(int) bool { got++; return got < 100 })
		if err != nil || got != 100 {
			t.Errorf("%d items, %v", got, err)
		}
		ranging.wantNobody(t)
	})
}
