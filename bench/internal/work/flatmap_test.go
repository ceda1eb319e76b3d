package work

import (
	"context"
	"iter"
	"testing"
)

func TestInnerIteratorsMayBeEndlessAndEndWhenWhoUsesThemLeaves(t *testing.T) {
	each(t, flatMapping, func(t *testing.T, _ string, f flatMapFunc) {
		var running, ahead gauge
		got := 0
		err := f(context.Background(), endless, func(context.Context, int) (iter.Seq[int], error) {
			return func(yield func(int) bool) {
				running.enter()
				defer running.leave()
				for i := 0; ; i++ {
					if ahead.enter(); !yield(i) {
						return
					}
				}
			}, nil
		}, func(v int) bool {
			if ahead.leave(); v != got {
				t.Errorf("got %d in place of %d", v, got)
			}
			got++
			return got < 10_000
		})
		if err != nil || got != 10_000 {
			t.Errorf("%d results, %v", got, err)
		}
		if most := ahead.most.Load(); most > 4096 {
			t.Errorf("%d results were in flight", most)
		}
		running.wantNobody(t)
	})
}

func TestPagesComeInOrderHoweverLongEach(t *testing.T) {
	each(t, flatMapping, func(t *testing.T, _ string, f flatMapFunc) {
		const pages = 40
		var w wrong
		u := usesInOrder(&w, same)
		// A page of i*100 results, every second of none.
		from := func(page int) int { return 100 * ((page / 2) * (page/2 + 1) / 2) }
		err := f(context.Background(), upTo(pages), func(_ context.Context, page int) (iter.Seq[int], error) {
			return func(yield func(int) bool) {
				for v := from(page); v < from(page+1) && yield(v); v++ {
				}
			}, nil
		}, u.use)
		u.ended(err, from(pages))
		if err := w.check(); err != nil {
			t.Error(err)
		}
	})
}
