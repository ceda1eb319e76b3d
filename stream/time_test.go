package stream_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/stream"
)

// This file shows in virtual time how many items are worked on at once, how far
// a source runs ahead, and that no item waits for another.

// second takes one.
func second(_ context.Context, i int) (int, error) {
	time.Sleep(time.Second)
	return i, nil
}

// counted counts how many items have been taken from it.
func counted(n int, taken *atomic.Int64) stream.Stream[int] {
	return stream.Values(func(yield func(int) bool) {
		for i := range n {
			taken.Add(1)
			if !yield(i) {
				return
			}
		}
	})
}

func TestALimitIsReachedFromTheFirstItemOn(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		for _, c := range []struct {
			items, limit int
			want         time.Duration
		}{{8, 8, time.Second}, {16, 8, 2 * time.Second}, {17, 8, 3 * time.Second}, {5, 1, 5 * time.Second}, {1000, 1000, time.Second}, {7, 2, 4 * time.Second}} {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				s := stream.Map(stream.Values(upTo(c.items)), second, options(unordered, c.limit)...)
				if got, err := stream.Collect(ctx, s); err != nil || len(got) != c.items {
					t.Error(got, err)
				}
				at(t, start, c.want, "done")
			})
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				err := stream.Each(ctx, stream.Values(upTo(c.items)), func(ctx context.Context, i int) error {
					_, err := second(ctx, i)
					return err
				}, braid.Limit(c.limit))
				if err != nil {
					t.Error(err)
				}
				at(t, start, c.want, "each done")
			})
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				s := stream.FlatMap(stream.Values(upTo(c.items)), func(ctx context.Context, i int) (stream.Stream[int], error) {
					return stream.Map(stream.Of(i), second), nil
				}, options(unordered, c.limit)...)
				if got, err := stream.Collect(ctx, s); err != nil || len(got) != c.items {
					t.Error(got, err)
				}
				at(t, start, c.want, "flat done")
			})
		}
	}
}

func TestItemsThatWaitForEachOtherRunAtTheSameTimeAmongManyQuickOnes(t *testing.T) {
	// Outside a bubble: the clock has to move for items to share a task. They are
	// further apart than the source goes ahead, or the limit would hold them up.
	const limit, every = 4, 2 * stream.MostAhead
	rounds := 60
	if racing || testing.Short() {
		rounds = 20
	}
	for _, unordered := range []bool{false, true} {
		arrived := make([]atomic.Int32, rounds)
		all := make([]chan struct{}, rounds)
		for i := range all {
			all[i] = make(chan struct{})
		}
		s := stream.Map(stream.Values(upTo(rounds*every)), func(ctx context.Context, i int) (int, error) {
			round := i / every
			if i%every < every-limit {
				return i, nil
			}
			if arrived[round].Add(1) == limit {
				close(all[round])
			}
			select {
			case <-all[round]: // hangs if one of them waits for another's end
				return i, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		}, options(unordered, limit)...)
		if got, err := stream.Collect(t.Context(), s); err != nil || len(got) != rounds*every {
			t.Error(len(got), err)
		}
	}
}

func TestRule10_1_ResultsKeepTheOrderOfTheItemsHoweverLongTheyTake(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		takes := []time.Duration{5, 1, 4, 1, 1, 3}
		s := stream.Map(stream.Values(upTo(len(takes))), func(_ context.Context, i int) (int, error) {
			time.Sleep(takes[i] * time.Second)
			return i, nil
		}, braid.Limit(3))
		got, err := stream.Collect(ctx, s)
		if err != nil || !slices.Equal(got, []int{0, 1, 2, 3, 4, 5}) {
			t.Error(got, err)
		}
		at(t, start, 6*time.Second, "done")
	})
}

func TestUnorderedResultsComeAsTheyAreFinished(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		takes := []time.Duration{5, 1, 4, 2, 3}
		s := stream.Map(stream.Values(upTo(len(takes))), func(_ context.Context, i int) (int, error) {
			time.Sleep(takes[i] * time.Second)
			return i, nil
		}, braid.Limit(5), stream.Unordered)
		want := []int{1, 3, 4, 2, 0}
		for i, err := range s(ctx) {
			if err != nil || i != want[0] {
				t.Fatal(i, err)
			}
			at(t, start, takes[i]*time.Second, "a result")
			want = want[1:]
		}
	})
}

func TestAnUnorderedStageGoesOnBesideAnItemThatIsStuck(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		const items = 100
		s := stream.Map(stream.Values(upTo(items)), func(_ context.Context, i int) (int, error) {
			if i == 0 {
				time.Sleep(time.Hour)
			} else {
				time.Sleep(time.Second)
			}
			return i, nil
		}, braid.Limit(2), stream.Unordered, stream.Ahead(0))
		got, err := stream.Collect(ctx, s)
		if err != nil || len(got) != items || got[items-1] != 0 {
			t.Error(got, err)
		}
		at(t, start, time.Hour, "done")
	})
}

func TestRule7_2_ASourceIsHeldBackByTheConsumer(t *testing.T) {
	for name, c := range map[string]struct {
		stage func(s stream.Stream[int]) stream.Stream[int]
		ahead int // how many may have been taken before the consumer has any
	}{
		"Map": {func(s stream.Stream[int]) stream.Stream[int] { return stream.Map(s, second, braid.Limit(3)) }, 6},
		"Map Ahead(0)": {func(s stream.Stream[int]) stream.Stream[int] {
			return stream.Map(s, second, braid.Limit(3), stream.Ahead(0))
		}, 3},
		"Map Ahead(5)": {func(s stream.Stream[int]) stream.Stream[int] {
			return stream.Map(s, second, braid.Limit(3), stream.Ahead(5))
		}, 8},
		"unordered": {func(s stream.Stream[int]) stream.Stream[int] {
			return stream.Map(s, second, braid.Limit(3), stream.Unordered)
		}, 6},
		"inline":    {func(s stream.Stream[int]) stream.Stream[int] { return stream.Map(s, second, braid.Limit(1)) }, 0},
		"Buffer(4)": {func(s stream.Stream[int]) stream.Stream[int] { return stream.Buffer(s, 4) }, 4},
		"Buffer(2) and Map(2)": {func(s stream.Stream[int]) stream.Stream[int] {
			return stream.Map(stream.Buffer(s, 2), second, braid.Limit(2))
		}, 6},
		"Merge": {func(s stream.Stream[int]) stream.Stream[int] { return stream.Merge(s) }, 16},
	} {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			var taken atomic.Int64
			n := 0
			for _, err := range c.stage(counted(100, &taken))(ctx) {
				if err != nil {
					t.Fatal(err)
				}
				n++
				time.Sleep(time.Minute)
				synctest.Wait()
				// One for each that the consumer has been given, and those ahead.
				if got, want := taken.Load(), int64(n+c.ahead); got != min(want, 100) {
					t.Errorf("%s: %d taken when the consumer has been given %d, want %d", name, got, n, want)
				}
				if n == 50 {
					break
				}
			}
		})
	}
}

func TestQuickItemsGoNoFurtherAheadThanMostAhead(t *testing.T) {
	var taken atomic.Int64
	n := int64(0)
	items := 1_000_000
	if racing {
		items = 20_000
	}
	for _, err := range stream.Map(counted(items, &taken), double, braid.Limit(2))(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; taken.Load()-n > stream.MostAhead {
			t.Fatalf("%d taken, %d delivered", taken.Load(), n)
		}
	}
}

func TestAnErrorIsYieldedOnceAllHaveBeenJoined(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		s := stream.Map(stream.Values(upTo(10)), func(ctx context.Context, i int) (int, error) {
			switch i {
			case 2:
				time.Sleep(time.Second)
				return 0, errOne
			case 3:
				<-ctx.Done()
				time.Sleep(time.Second) // takes its time to obey
				return 0, ctx.Err()
			}
			return i, nil
		}, braid.Limit(4))
		var got []int
		var last error
		for i, err := range s(ctx) {
			if last = err; err == nil {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, []int{0, 1}) || !errors.Is(last, errOne) {
			t.Error(got, last)
		}
		at(t, start, 2*time.Second, "the error")
	})
}

func TestWhatWasFinishedWithoutAGapBeforeAFailureIsDelivered(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		// Item 3 fails while 2 is being worked on, which goes on to succeed.
		fn := func(_ context.Context, i int) (int, error) {
			switch i {
			case 2:
				time.Sleep(2 * time.Second)
			case 3:
				time.Sleep(time.Second)
				return 0, errOne
			}
			return i, nil
		}
		var got []int
		for i, err := range stream.Map(stream.Values(upTo(10)), fn, braid.Limit(4))(ctx) {
			if err == nil {
				got = append(got, i)
			} else if !errors.Is(err, errOne) {
				t.Error(err)
			}
		}
		if !slices.Equal(got, []int{0, 1, 2}) {
			t.Error(got)
		}
		at(t, start, 2*time.Second, "done")
	})
}

func TestRule10_2_AfterAFailureNoFurtherItemIsStarted(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var started atomic.Int32
		err := stream.Each(ctx, stream.Values(upTo(100)), func(context.Context, int) error {
			if started.Add(1) == 3 {
				return errOne
			}
			time.Sleep(time.Second)
			return nil
		}, braid.Limit(3))
		if !errors.Is(err, errOne) || started.Load() != 3 {
			t.Error(err, started.Load())
		}
	})
}

func TestARateIsKeptByEveryItem(t *testing.T) {
	for _, limit := range []int{1, 4} {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			s := stream.Map(stream.Values(upTo(4)), func(_ context.Context, i int) (time.Duration, error) {
				return time.Since(start), nil
			}, braid.Limit(limit), stream.Unordered, braid.Rate(everySecond{ch: make(chan struct{}, 1)}))
			started, err := stream.Collect(ctx, s)
			if err != nil {
				t.Error(err)
			}
			if want := []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 4 * time.Second}; !slices.Equal(started, want) {
				t.Errorf("limit %d: started at %v", limit, started)
			}
		})
	}
}

// everySecond is a limiter that lets one go each second.
type everySecond struct{ ch chan struct{} }

func (l everySecond) Wait(ctx context.Context) error {
	select {
	case l.ch <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	time.Sleep(time.Second)
	<-l.ch
	return nil
}

func TestBatchesAreGivenWhenFullOrDueOrAtTheEnd(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		arrive := []time.Duration{0, 0, 0, 1, 5, 6, 20, 30, 30} // seconds
		s := stream.Values(func(yield func(int) bool) {
			for i, d := range arrive {
				time.Sleep(d*time.Second - time.Since(start))
				if !yield(i) {
					return
				}
			}
		})
		type given struct {
			items []int
			at    time.Duration
		}
		want := []given{{[]int{0, 1, 2}, 0}, {[]int{3}, 4}, {[]int{4, 5}, 8}, {[]int{6}, 23}, {[]int{7, 8}, 30}}
		for b, err := range stream.Batch(s, 3, 3*time.Second)(ctx) {
			if err != nil || !slices.Equal(b, want[0].items) {
				t.Fatalf("%v, %v, want %v", b, err, want[0].items)
			}
			at(t, start, want[0].at*time.Second, "a batch")
			want = want[1:]
		}
		if len(want) > 0 {
			t.Errorf("%v did not come", want)
		}
	})
}

func TestABatchThatIsDueIsGivenAtOnceWhenTheConsumerComes(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		s := stream.Map(stream.Values(upTo(10)), second, braid.Limit(1)) // one each second
		var got [][]int
		for b, err := range stream.Batch(s, 4, 0)(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, b)
			time.Sleep(2400 * time.Millisecond)
		}
		want := [][]int{{0}, {1, 2}, {3, 4}, {5, 6, 7}, {8, 9}}
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

func TestWhatWasGatheredComesBeforeTheErrorOfTheSource(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		s := stream.From(func(yield func(int, error) bool) {
			if yield(1, nil) && yield(2, nil) {
				yield(0, errOne)
			}
		})
		var got []int
		for b, err := range stream.Batch(s, 5, braid.Forever)(ctx) {
			if err != nil && err != errOne {
				t.Error(err)
			}
			got = append(got, b...)
		}
		if !slices.Equal(got, []int{1, 2}) {
			t.Error(got)
		}
		at(t, start, 0, "done")
	})
}

func TestABufferLetsSourceAndConsumerWorkAtTheSameTime(t *testing.T) {
	takes := func(s stream.Stream[int]) (d time.Duration) {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			for range s(ctx) {
				time.Sleep(time.Second)
			}
			d = time.Since(start)
		})
		return d
	}
	slow := stream.Map(stream.Values(upTo(10)), second, braid.Limit(1))
	if d := takes(slow); d != 20*time.Second {
		t.Error(d)
	}
	if d := takes(stream.Buffer(slow, 1)); d != 11*time.Second {
		t.Error(d)
	}
}

func TestMergeGivesWhatComesFirst(t *testing.T) {
	every := func(d time.Duration, from int) stream.Stream[int] {
		return stream.Map(stream.Of(from, from+1, from+2), func(_ context.Context, i int) (int, error) {
			time.Sleep(d)
			return i, nil
		}, braid.Limit(1))
	}
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		got, err := stream.Collect(ctx, stream.Merge(every(1000*time.Millisecond, 0), every(1100*time.Millisecond, 10)))
		if err != nil || !slices.Equal(got, []int{0, 10, 1, 11, 2, 12}) {
			t.Error(got, err)
		}
		at(t, start, 3300*time.Millisecond, "done")
	})
}

func TestTheErrorOfAMergedStreamComesOutAsItIsAfterWhatTheOthersHaveYielded(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		failing := stream.Generate(func(context.Context) (int, error) {
			time.Sleep(time.Second)
			return 0, errOne
		})
		var got []int
		for i, err := range stream.Merge(stream.Of(1, 2), failing, stream.Chan(make(chan int)))(ctx) {
			if err == nil {
				got = append(got, i)
			} else if err != errOne {
				t.Error(err)
			}
		}
		if !slices.Equal(got, []int{1, 2}) {
			t.Error(got)
		}
		at(t, start, time.Second, "done")
	})
}

func TestTakeAsksForNoMoreThanItGives(t *testing.T) {
	var taken atomic.Int64
	got, err := stream.Collect(t.Context(), stream.Take(counted(100, &taken), 3))
	if err != nil || len(got) != 3 || taken.Load() != 3 {
		t.Error(got, err, taken.Load())
	}
	if got, err := stream.Collect(t.Context(), stream.Take(counted(2, &taken), 3)); err != nil || len(got) != 2 {
		t.Error(got, err)
	}
	if got, err := stream.Collect(t.Context(), stream.Take(counted(2, &taken), 0)); err != nil || len(got) != 0 || taken.Load() != 5 {
		t.Error(got, err, taken.Load())
	}
}
