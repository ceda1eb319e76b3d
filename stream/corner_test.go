package stream_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/stream"
)

// This file holds corners: items that wait for others while the ring grows,
// limits nobody has memory for, what a group left open is called.

func TestAnItemThatWaitsForOneMuchLaterHoldsUpNoUnorderedStage(t *testing.T) {
	// Outside a bubble: the clock has to move for the window to grow.
	const items, later = 4000, 3000
	for limit := 2; limit <= 4; limit++ {
		for at := range 30 {
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
			for at := 0; at < 300; at += 1 + at/64 {
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
	for at := range 300 {
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
