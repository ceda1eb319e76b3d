package work

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// leavesAfter is a consumer that leaves after n items.
func leavesAfter(n int, result error) consumerFunc {
	return func(_ context.Context, items iter.Seq[int]) error {
		for range items {
			if n--; n == 0 {
				break
			}
		}
		return result
	}
}

func TestAConsumerThatLeavesHoldsNobodyBack(t *testing.T) {
	each(t, teeing, func(t *testing.T, _ string, f teeFunc) {
		var got []int
		err := f(context.Background(), upTo(2000), []consumerFunc{
			leavesAfter(10, nil),
			func(_ context.Context, items iter.Seq[int]) error { got = slices.Collect(items); return nil },
		})
		if err != nil || !slices.Equal(got, slices.Collect(upTo(2000))) {
			t.Errorf("%d items, %v", len(got), err)
		}
	})
}

func TestASourceEndsWhenAllItsConsumersHaveLeftOrOneFails(t *testing.T) {
	each(t, teeing, func(t *testing.T, _ string, f teeFunc) {
		var ranging gauge
		source := func(yield func(int) bool) {
			ranging.enter()
			defer ranging.leave()
			endless(yield)
		}
		if err := f(context.Background(), source, []consumerFunc{leavesAfter(10, nil), leavesAfter(200, nil)}); err != nil {
			t.Error(err)
		}
		ranging.wantNobody(t)
		wantError(t, f(context.Background(), source, []consumerFunc{leavesAfter(0, nil), leavesAfter(100, errWork)}))
		ranging.wantNobody(t)
	})
}

func TestTheSlowestConsumerHoldsTheOthersBack(t *testing.T) {
	each(t, teeing, func(t *testing.T, _ string, f teeFunc) {
		synctest.Test(t, func(t *testing.T) {
			var fast atomic.Int32
			goOn := make(chan struct{})
			ended := make(chan error)
			go func() {
				ended <- f(t.Context(), upTo(1000), []consumerFunc{
					func(_ context.Context, items iter.Seq[int]) error {
						for range items {
							<-goOn
						}
						return nil
					},
					func(_ context.Context, items iter.Seq[int]) error {
						for range items {
							fast.Add(1)
						}
						return nil
					},
				})
			}()
			synctest.Wait()
			if n := fast.Load(); n < aheadBy/2 || n > aheadBy+5 {
				t.Errorf("one consumer is %d items ahead of the other, want about %d", n, aheadBy)
			}
			close(goOn)
			if err := <-ended; err != nil || fast.Load() != 1000 {
				t.Errorf("%d items, %v", fast.Load(), err)
			}
		})
	})
}
