package stream_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/stream"
)

// This file holds corners: items that wait for others while the queue grows,
// limits nobody has memory for, what a group left open is called.

func TestAnItemThatWaitsForOneMuchLaterHoldsUpNoUnorderedStage(t *testing.T) {
	// Outside a bubble: the clock has to move for the window to grow.
	const items, later = 4000, 3000
	for limit := 2; limit <= 4; limit++ {
		for at := range sparsely(30, 3) {
			at = 1 + 31*at
			passed := make(chan struct{})
			s := stream.Map(stream.Values(upTo(items)), func(ctx context.Context, i int) (int, error) {
				switch i {
				case at:
					select {
					case <-passed: // hangs if the source is not asked meanwhile
					case <-ctx.Done():
					}
				case at + later:
					close(passed)
				}
				return i, nil
			}, braid.Limit(limit), stream.Unordered)
			got, err := stream.Collect(t.Context(), s)
			slices.Sort(got)
			if err != nil || !slices.Equal(got, slices.Collect(upTo(items))) {
				t.Errorf("limit %d, item %d: %d results, %v", limit, at, len(got), err)
			}
		}
	}
}

func TestTwoNeighboursThatWaitForEachOtherMeetWhereverTheyAre(t *testing.T) {
	const items = 600
	for _, unordered := range []bool{false, true} {
		for limit := 2; limit <= 4; limit++ {
			for at := 0; at < 300; at += sparsely(1+at/64, 25) {
				var here [2]chan struct{}
				here[0], here[1] = make(chan struct{}), make(chan struct{})
				s := stream.Map(stream.Values(upTo(items)), func(ctx context.Context, i int) (int, error) {
					if n := i - at; n == 0 || n == 1 {
						close(here[n])
						select {
						case <-here[1-n]: // hangs if the source is not asked meanwhile
						case <-ctx.Done():
						}
					}
					return i, nil
				}, options(unordered, limit)...)
				if got, err := stream.Collect(t.Context(), s); err != nil || len(got) != items {
					t.Errorf("limit %d, item %d: %d results, %v", limit, at, len(got), err)
				}
			}
		}
	}
}

func TestALimitAsGoodAsNoneIsOne(t *testing.T) {
	of := func(_ context.Context, i int) (stream.Stream[int], error) { return stream.Of(i), nil }
	source := stream.Values(upTo(100))
	for _, n := range []int{1 << 20, 1 << 31, 1 << 32, math.MaxInt/32 + 1, math.MaxInt/2 + 1, math.MaxInt} {
		for name, s := range map[string]stream.Stream[int]{
			"Map":                stream.Map(source, double, braid.Limit(n)),
			"Map, unordered":     stream.Map(source, double, braid.Limit(n), stream.Unordered),
			"Map, Ahead":         stream.Map(source, double, braid.Limit(2), stream.Ahead(n)),
			"Map, Limit, Ahead":  stream.Map(source, double, braid.Limit(n), stream.Ahead(n)),
			"FlatMap":            stream.FlatMap(source, of, braid.Limit(n)),
			"FlatMap, unordered": stream.FlatMap(source, of, braid.Limit(n), stream.Unordered),
			"FlatMap, Ahead":     stream.FlatMap(source, of, braid.Limit(2), stream.Ahead(n)),
			"Buffer":             stream.Buffer(source, n),
			"Batch":              flatten(stream.Batch(source, n, 0)),
			"Batch, wait":        flatten(stream.Batch(source, n, time.Duration(n))),
			"Take":               stream.Take(source, n),
		} {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) { // where a hang is told at once
				if got, err := stream.Collect(ctx, s); err != nil || len(got) != 100 {
					t.Errorf("%s, %d: %d results, %v", name, n, len(got), err)
				}
			})
		}
	}
}

func TestALimitOfThousandsIsReachedAtOnce(t *testing.T) {
	n := 10_000
	if racing {
		n = 2000
	}
	for _, unordered := range []bool{false, true} {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			got, err := stream.Collect(ctx, stream.Map(stream.Values(upTo(n)), second, options(unordered, n)...))
			slices.Sort(got)
			if err != nil || len(slices.Compact(got)) != n {
				t.Error(len(got), err)
			}
			at(t, start, time.Second, "done")
		})
	}
}

func TestAGroupThatAnItemAmongQuickOnesLeftOpenIsThatOfTheItem(t *testing.T) {
	for at := 0; at < 300; at += sparsely(1, 10) {
		for _, unordered := range []bool{false, true} {
			_, err := stream.Collect(t.Context(), stream.Map(stream.Values(upTo(2000)), func(ctx context.Context, i int) (int, error) {
				if i == at {
					g, _ := braid.Open(ctx)
					g.Go(func(ctx context.Context) error { <-ctx.Done(); return nil })
				}
				return i, nil
			}, options(unordered, 2)...))
			var te *braid.TaskError
			if !errors.As(err, &te) || !errors.Is(err, braid.ErrNotClosed) || te.Item() != at {
				t.Error(fmt.Errorf("item %d: %w", at, err))
			}
		}
	}
}

func TestRule7_2_AnOrderedFlatMapBeginsNoMoreStreamsThanLimitAndAheadTogether(t *testing.T) {
	for _, ahead := range []int{0, 1, 3} {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			const limit, items = 2, 20
			var taken atomic.Int64
			got := 0
			for v, err := range stream.FlatMap(counted(items, &taken), func(_ context.Context, i int) (stream.Stream[int], error) {
				return stream.Of(i, i, i), nil
			}, braid.Limit(limit), stream.Ahead(ahead))(ctx) {
				if err != nil || v != got/3 {
					t.Fatal(v, err)
				}
				got++
				time.Sleep(time.Second)
				synctest.Wait()
				// Stream v has not been delivered to its end.
				if n, want := taken.Load(), int64(v+limit+ahead); n != min(want, items) {
					t.Errorf("Ahead(%d): %d taken in stream %d, want %d", ahead, n, v, want)
				}
			}
			if got != 3*items {
				t.Error(got)
			}
		})
	}
}

func TestAnItemMayWaitForOneThatIsAsFarBehindAsTheSourceGoesAhead(t *testing.T) {
	const items, ahead, apart = 1000, 98, 90
	for at := 0; at < 200; at += sparsely(1, 20) {
		passed := make(chan struct{})
		s := stream.Map(stream.Values(upTo(items)), func(ctx context.Context, i int) (int, error) {
			switch i {
			case at:
				select {
				case <-passed: // hangs if the source is asked only when there is room for many
				case <-ctx.Done():
				}
			case at + apart:
				close(passed)
			}
			return i, nil
		}, braid.Limit(2), stream.Ahead(ahead))
		if got, err := stream.Collect(t.Context(), s); err != nil || len(got) != items {
			t.Errorf("item %d: %d results, %v", at, len(got), err)
		}
	}
}

func TestASourceMayBeTensOfThousandsOfItemsAhead(t *testing.T) {
	// Two items wait until the source has gone so far, so all between are queued.
	ahead := sparsely(150_000, 40_000)
	items := ahead + ahead/2
	for _, unordered := range []bool{false, true} {
		far := make(chan struct{})
		source := stream.Values(func(yield func(int) bool) {
			for i := range items {
				if i == ahead {
					close(far)
				}
				if !yield(i) {
					return
				}
			}
		})
		got, err := stream.Collect(t.Context(), stream.Map(source, func(ctx context.Context, i int) (int, error) {
			if i < 2 {
				select {
				case <-far: // hangs if the source is held back before
				case <-ctx.Done():
				}
			}
			return i, nil
		}, options(unordered, 2, stream.Ahead(ahead))...))
		if unordered {
			slices.Sort(got)
		}
		if err != nil || !slices.Equal(got, slices.Collect(upTo(items))) {
			t.Errorf("unordered %v: %d results, %v", unordered, len(got), err)
		}
	}
}

func TestRule10_2_ACancelReachesItemsThatWereClaimedWithOthers(t *testing.T) {
	// Outside a bubble, where items share claims.
	const items, limit = 200_000, 2
	for at := range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		var calls atomic.Int64
		for _, err := range stream.Map(stream.Values(upTo(items)), func(context.Context, int) (int, error) {
			calls.Add(1)
			return 0, nil
		}, braid.Limit(limit), stream.Ahead(items))(ctx) {
			if err != nil {
				break
			}
			if at--; at == -1 {
				cancel()
				then := calls.Load()
				for range 1000 {
					runtime.Gosched()
				}
				if more := calls.Load() - then; more > limit { // each may have been about to call
					t.Errorf("%d items were started after the cancel", more)
				}
			}
		}
		cancel()
	}
}

// deafLimiter cancels and then lets go, as one that does not look at ctx may.
type deafLimiter struct{ cancel context.CancelCauseFunc }

func (l deafLimiter) Wait(context.Context) error { l.cancel(errWhy); return nil }

func TestRule2_1_NoItemStartsAfterALimiterThatDoesNotLookAtItsContext(t *testing.T) {
	for _, limit := range []int{1, 2} {
		ctx, cancel := context.WithCancelCause(t.Context())
		double := func(_ context.Context, n int) (int, error) { t.Errorf("limit %d: called", limit); return n, nil }
		each := func(_ context.Context, n int) (stream.Stream[int], error) {
			t.Errorf("limit %d: called", limit)
			return stream.Of(n), nil
		}
		opts := []braid.StreamOption{braid.Limit(limit), braid.Rate(deafLimiter{cancel})}
		if _, err := stream.Collect(ctx, stream.Map(stream.Of(1, 2), double, opts...)); !errors.Is(err, errWhy) {
			t.Error("Map", err)
		}
		ctx, cancel = context.WithCancelCause(t.Context())
		opts[1] = braid.Rate(deafLimiter{cancel})
		if _, err := stream.Collect(ctx, stream.FlatMap(stream.Of(1, 2), each, opts...)); !errors.Is(err, errWhy) {
			t.Error("FlatMap", err)
		}
	}
}
