package work

import (
	"context"
	"iter"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
)

// This file holds those stages to their promises that pass the items of a source
// on as they are.

// A passFunc is such a stage, whatever its form.
type passFunc func(ctx context.Context, seq iter.Seq[int], yield func(item int) bool) error

// passedInBatches is the size of the batches in which items are passed on here.
const passedInBatches = 10

func eachPass(t *testing.T, f func(t *testing.T, peer string, pass passFunc)) {
	t.Run("buffer", func(t *testing.T) {
		each(t, buffering, func(t *testing.T, peer string, a bufferFunc) { f(t, peer, passFunc(a)) })
	})
	t.Run("merge", func(t *testing.T) {
		each(t, merging, func(t *testing.T, peer string, a mergeFunc) {
			f(t, peer, func(ctx context.Context, seq iter.Seq[int], yield func(int) bool) error {
				return a(ctx, []iter.Seq[int]{upTo(0), seq, upTo(0)}, yield)
			})
		})
	})
	t.Run("tee", func(t *testing.T) {
		each(t, teeing, func(t *testing.T, peer string, a teeFunc) {
			f(t, peer, func(ctx context.Context, seq iter.Seq[int], yield func(int) bool) error {
				return a(ctx, seq, []consumerFunc{
					func(_ context.Context, items iter.Seq[int]) error { items(yield); return nil },
					func(context.Context, iter.Seq[int]) error { return nil },
				})
			})
		})
	})
	for name, p := range map[string]*pattern[batchFunc]{"batch": batching, "batch in time": batchingInTime} {
		t.Run(name, func(t *testing.T) {
			each(t, p, func(t *testing.T, peer string, a batchFunc) {
				f(t, peer, func(ctx context.Context, seq iter.Seq[int], yield func(int) bool) error {
					return a(ctx, seq, passedInBatches, forever, func(batch []int) bool {
						return !slices.ContainsFunc(batch, func(item int) bool { return !yield(item) })
					})
				})
			})
		})
	}
}

func TestASourceEndsWhenWhoUsesItLeaves(t *testing.T) {
	eachPass(t, func(t *testing.T, _ string, pass passFunc) {
		var ranging gauge
		var got []int
		err := pass(context.Background(), func(yield func(int) bool) {
			ranging.enter()
			defer ranging.leave()
			endless(yield)
		}, func(item int) bool {
			got = append(got, item)
			return len(got) < 105
		})
		if want := slices.Collect(upTo(105)); err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v and %v", got, err)
		}
		ranging.wantNobody(t)
	})
}

func TestASourceRunsWhileItsItemsAreUsed(t *testing.T) {
	eachPass(t, func(t *testing.T, peer string, pass passFunc) {
		if peer == peerLoop.Name {
			t.Skip("which is what a loop does not do")
		}
		var pulled atomic.Int32
		err := pass(context.Background(), func(yield func(int) bool) {
			for i := range 100 {
				if pulled.Add(1); !yield(i) {
					return
				}
			}
		}, func(item int) bool {
			for item == 0 && pulled.Load() < passedInBatches+5 {
				runtime.Gosched()
			}
			return true
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestASourceIsHeldBackWhileItsItemsAreUsed(t *testing.T) {
	eachPass(t, func(t *testing.T, _ string, pass passFunc) {
		var ahead gauge
		err := pass(context.Background(), func(yield func(int) bool) {
			for i := range 20_000 {
				if ahead.enter(); !yield(i) {
					return
				}
			}
		}, func(int) bool { ahead.leave(); return true })
		if most := ahead.most.Load(); err != nil || most > 3*aheadBy {
			t.Errorf("%d items were in flight, %v", most, err)
		}
	})
}
