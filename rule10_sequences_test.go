package braid_test

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows of all four functions over sequences what holds for each.

// overSequence has them over the pairs of a number and its text.
var overSequence = map[string]func(ctx context.Context, seq iter.Seq2[string, int], fn func(context.Context, int) error, opts ...braid.GroupOption) error{
	"MapSeq": func(ctx context.Context, seq iter.Seq2[string, int], fn func(context.Context, int) error, opts ...braid.GroupOption) error {
		_, err := braid.MapSeq(ctx, second(seq), func(ctx context.Context, i int) (int, error) { return i, fn(ctx, i) }, opts...)
		return err
	},
	"EachSeq": func(ctx context.Context, seq iter.Seq2[string, int], fn func(context.Context, int) error, opts ...braid.GroupOption) error {
		return braid.EachSeq(ctx, second(seq), fn, opts...)
	},
	"MapSeq2": func(ctx context.Context, seq iter.Seq2[string, int], fn func(context.Context, int) error, opts ...braid.GroupOption) error {
		_, err := braid.MapSeq2(ctx, seq, func(ctx context.Context, _ string, i int) (int, error) { return i, fn(ctx, i) }, opts...)
		return err
	},
	"EachSeq2": func(ctx context.Context, seq iter.Seq2[string, int], fn func(context.Context, int) error, opts ...braid.GroupOption) error {
		return braid.EachSeq2(ctx, seq, func(ctx context.Context, _ string, i int) error { return fn(ctx, i) }, opts...)
	},
}

func second[K, V any](seq iter.Seq2[K, V]) iter.Seq[V] {
	return func(yield func(V) bool) { seq(func(_ K, v V) bool { return yield(v) }) }
}

// pairs gives key0, key1, … with their numbers, and counts.
func pairs(n int, pulled *atomic.Int64) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for i := range n {
			pulled.Add(1)
			if !yield(fmt.Sprint("key", i), i) {
				return
			}
		}
	}
}

func TestRule4_1_AFailureNamesTheItemOfASequenceOrItsKey(t *testing.T) {
	for name, call := range overSequence {
		var pulled atomic.Int64
		err := call(t.Context(), pairs(9, &pulled), func(_ context.Context, i int) error {
			if i == 3 {
				return errOne
			}
			return nil
		}, braid.Limit(1))
		wantFailures(t, err, errOne)
		te := failures(t, err)[0]
		want, item := "[3]", 3
		if strings.HasSuffix(name, "2") {
			want, item = "[key3]", -1
		}
		if !strings.HasSuffix(te.Path(), want) || te.Item() != item {
			t.Errorf("%s: the failure is of %s, item %d", name, te.Path(), te.Item())
		}
	}
}

func TestRule10_2_ASequenceThatEndsBecauseItsContextDiedIsCutShort(t *testing.T) {
	for name, call := range overSequence {
		ctx, cancel := context.WithCancelCause(t.Context())
		called := make(chan struct{})
		err := call(ctx, func(yield func(string, int) bool) {
			_ = yield("a", 1)
			<-called // so that the function has succeeded, and only the rest is missing
			cancel(errWhy)
		}, func(context.Context, int) error { close(called); return nil })
		if err == nil {
			t.Errorf("%s gives no error", name)
			continue
		}
		wantPlainCancel(t, err, context.Canceled, errWhy)
	}
}

func TestRule7_2_EachOfTheFourHoldsItsSourceBackAtTheLimitAndAtThatOfTheProcessors(t *testing.T) {
	for name, call := range overSequence {
		for most, opts := range map[int][]braid.GroupOption{runtime.GOMAXPROCS(0): nil, 3: {braid.Limit(3)}} {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				var pulled atomic.Int64
				release := make(chan struct{})
				go func() {
					synctest.Wait()
					if n := pulled.Load(); n != int64(most)+1 {
						t.Errorf("%s: %d were taken, want %d", name, n, most+1)
					}
					close(release)
				}()
				if err := call(ctx, pairs(100, &pulled), func(context.Context, int) error { <-release; return nil }, opts...); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestRule10_2_UnderADeadContextASequenceIsPulledNoMoreSupervisedOrNot(t *testing.T) {
	for name, call := range overSequence {
		for _, opts := range [][]braid.GroupOption{
			{braid.Limit(1)},
			{braid.Limit(1), braid.Supervised},
			{braid.Limit(1), braid.Supervised, braid.Rate(refusal(func(context.Context) error { return nil }))},
		} {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				ctx, cancel := context.WithCancelCause(ctx)
				time.AfterFunc(2500*time.Millisecond, func() { cancel(errWhy) })
				var pulled atomic.Int64
				err := call(ctx, pairs(100, &pulled), func(ctx context.Context, _ int) error { return braid.Sleep(ctx, time.Second) }, opts...)
				wantPlainCancel(t, err, context.Canceled, errWhy)
				if pulled.Load() != 4 {
					t.Errorf("%s: %d were taken", name, pulled.Load())
				}
				at(t, start, 2500*time.Millisecond, name)
			})
		}
	}
}

func TestRule7_2_ACancelWakesASequenceThatIsHeldBackByWhatDoesNotObey(t *testing.T) {
	for name, call := range overSequence {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(time.Second, func() { cancel(errWhy) })
			var pulled atomic.Int64
			err := call(ctx, func(yield func(string, int) bool) {
				pairs(100, &pulled)(yield)
				at(t, start, time.Second, "the end of the sequence in "+name)
			}, func(context.Context, int) error { time.Sleep(5 * time.Second); return nil }, braid.Limit(2))
			wantPlainCancel(t, err, context.Canceled, errWhy)
			at(t, start, 5*time.Second, name)
		})
	}
}

// The end of an item and the look for a free slot meet in every way there is.
func TestRule7_2_NoEndOfAnItemIsMissedByASequenceThatIsHeldBack(t *testing.T) {
	n := 40_000
	if racing || testing.Short() {
		n = 2000
	}
	for name, call := range overSequence {
		for _, limit := range []int{1, 2} {
			var pulled, called atomic.Int64
			err := call(t.Context(), pairs(n, &pulled), func(context.Context, int) error { called.Add(1); return nil }, braid.Limit(limit))
			if err != nil || called.Load() != int64(n) {
				t.Errorf("%s: %d calls, %v", name, called.Load(), err)
			}
		}
	}
}
