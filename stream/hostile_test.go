package stream_test

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/stream"
)

// This file holds sources and consumers that do not keep to the rules, or end
// at an awkward moment.

func TestAnErrorComesWithTheZeroValueWhateverTheSourceYieldsWithIt(t *testing.T) {
	source := stream.Stream[int](func(context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) { yield(5, errOne) }
	})
	for name, s := range map[string]stream.Stream[int]{
		"From":   stream.From(source(t.Context())),
		"Map":    stream.Map(source, double),
		"inline": stream.Map(source, double, braid.Limit(1)),
		"Filter": stream.Filter(source, func(context.Context, int) (bool, error) { return true, nil }),
		"Buffer": stream.Buffer(source, 1),
		"Batch":  flatten(stream.Batch(source, 1, 0)),
		"Merge":  stream.Merge(source),
		"Take":   stream.Take(source, 1),
	} {
		for v, err := range s(t.Context()) {
			if v != 0 || err != errOne {
				t.Error(name, v, err)
			}
		}
	}
	g, _ := braid.Open(t.Context())
	defer g.Close()
	for item := range stream.ToChan(g, source, 1) {
		if item != (stream.Item[int]{Err: errOne}) {
			t.Error("ToChan", item)
		}
	}
}

func TestWhatAMergedStreamYieldsWhileAnotherFailsIsDelivered(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		// It is told of the cancel and has one more to give.
		started := make(chan struct{})
		last := func(ctx context.Context) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				close(started)
				<-ctx.Done()
				time.Sleep(time.Second)
				yield(7, nil)
			}
		}
		bad := stream.Generate(func(ctx context.Context) (int, error) { <-started; return 0, errOne })
		var got []int
		for v, err := range stream.Merge(last, bad)(ctx) {
			if err == nil {
				got = append(got, v)
			} else if err != errOne {
				t.Error(err)
			}
		}
		if !slices.Equal(got, []int{7}) {
			t.Error(got)
		}
		at(t, start, time.Second, "done")
	})
}

func TestAConsumerOfTeeThatLeavesSomebodyRangingEndsInOrder(t *testing.T) {
	for range 200 {
		err := stream.Tee(t.Context(), stream.Values(upTo(1000)), []func(context.Context, stream.Stream[int]) error{
			func(ctx context.Context, s stream.Stream[int]) error {
				g, ctx := braid.Open(ctx) // and does not close it
				started := make(chan struct{})
				g.Go(func(context.Context) error {
					n := 0
					for _, err := range s(ctx) {
						if err != nil {
							return err
						}
						if n++; n == 5 {
							close(started)
						}
					}
					return nil
				})
				<-started
				return nil
			},
		}, stream.Ahead(10))
		if !errors.Is(err, braid.ErrNotClosed) {
			t.Fatal(err)
		}
	}
}

// hook is a tracker that calls a function when it is told of an item.
type hook func()

func (h hook) Added(int)              { h() }
func (h hook) Ended(braid.State, int) {}

func TestHoweverATrackerEndsWhenItIsToldOfAnItemNothingHangs(t *testing.T) {
	single := func(_ context.Context, i int) (stream.Stream[int], error) { return stream.Of(i), nil }
	for _, limit := range []int{1, 3} {
		for _, unordered := range []bool{false, true} {
			for name, make := range map[string]func(opts ...braid.StreamOption) stream.Stream[int]{
				"Map": func(opts ...braid.StreamOption) stream.Stream[int] {
					return stream.Map(stream.Values(upTo(8)), double, opts...)
				},
				"FlatMap": func(opts ...braid.StreamOption) stream.Stream[int] {
					return stream.FlatMap(stream.Values(upTo(8)), single, opts...)
				},
			} {
				live(t, func(t *testing.T, ctx context.Context, start time.Time) { // where a hang is told at once
					for _, h := range []hook{func() { panic(errOne) }, runtime.Goexit} {
						e := howEnded(func() error {
							_, err := stream.Collect(ctx, make(options(unordered, limit, braid.Track(h))...))
							return err
						})
						if e.panicked == nil && !e.exited {
							t.Errorf("%s, limit %d, unordered %v: %+v", name, limit, unordered, e)
						}
					}
				})
			}
		}
	}
}

func TestAPanicOfTheLoopsBodyIsNotLostWhenAFunctionCallsGoexitThen(t *testing.T) {
	for name, stage := range map[string]func(s stream.Stream[int], fn func(context.Context, int) (int, error)) stream.Stream[int]{
		"Map": func(s stream.Stream[int], fn func(context.Context, int) (int, error)) stream.Stream[int] {
			return stream.Map(s, fn, braid.Limit(3))
		},
		"Buffer": func(s stream.Stream[int], fn func(context.Context, int) (int, error)) stream.Stream[int] {
			return stream.Buffer(stream.Map(s, fn, braid.Limit(3)), 1)
		},
		"Batch": func(s stream.Stream[int], fn func(context.Context, int) (int, error)) stream.Stream[int] {
			return flatten(stream.Batch(stream.Map(s, fn, braid.Limit(3)), 1, 0))
		},
		"inline": func(s stream.Stream[int], fn func(context.Context, int) (int, error)) stream.Stream[int] {
			return stream.Map(stream.Map(s, fn, braid.Limit(3)), double, braid.Limit(1))
		},
		"Merge": func(s stream.Stream[int], fn func(context.Context, int) (int, error)) stream.Stream[int] {
			return stream.Merge(stream.Map(s, fn, braid.Limit(3)))
		},
	} {
		for _, ends := range []string{"panic", "break"} {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				e := howEnded(func() error {
					for range stage(stream.Values(upTo(10)), func(ctx context.Context, i int) (int, error) {
						if i == 1 {
							<-ctx.Done()
							runtime.Goexit()
						}
						return i, nil
					})(ctx) {
						synctest.Wait() // item 1 has started
						if ends == "panic" {
							panic(errTwo)
						}
						break
					}
					return nil
				})
				if want := ends == "panic"; (e.panicked == errTwo) != want || e.exited == want {
					t.Error(name, ends, e)
				}
			})
		}
	}
}

func TestRule10_2_ASourceThatDoesNotLookAtItsContextIsLeftAtItsNextItem(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			source := func(context.Context) iter.Seq2[int, error] {
				return func(yield func(int, error) bool) {
					for i := 0; yield(i, nil); i++ {
						time.Sleep(time.Second)
					}
				}
			}
			err := stream.Each(ctx, source, func(_ context.Context, i int) error {
				synctest.Wait() // until the source sleeps
				return errOne
			}, options(unordered, 2, stream.Ahead(1000))...)
			if !errors.Is(err, errOne) {
				t.Error(err)
			}
			at(t, start, time.Second, "done")
		})
	}
}

func TestASourceThatEndsWithoutAWordWhenItsContextDiesHasNotComeToItsEnd(t *testing.T) {
	source := stream.Stream[int](func(ctx context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			if yield(0, nil) {
				<-ctx.Done()
			}
		}
	})
	for name, s := range map[string]stream.Stream[int]{
		"Map":       stream.Map(source, double, braid.Limit(2)),
		"unordered": stream.Map(source, double, braid.Limit(2), stream.Unordered),
		"inline":    stream.Map(source, double, braid.Limit(1)),
		"FlatMap": stream.FlatMap(source, func(_ context.Context, i int) (stream.Stream[int], error) {
			return stream.Of(i), nil
		}, braid.Limit(2)),
		"Buffer": stream.Buffer(source, 2),
		"Batch":  flatten(stream.Batch(source, 2, 0)),
		"Merge":  stream.Merge(source),
	} {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			var failure error
			for _, err := range s(ctx) {
				if failure = err; err == nil {
					cancel()
					synctest.Wait() // the source has ended, if it has a task
				}
			}
			if !errors.Is(failure, context.Canceled) {
				t.Error(name, failure)
			}
		})
	}
}

func TestWhicheverConsumerOfTeeIsTheSlowestHoldsTheSourceBack(t *testing.T) {
	for slow := range 3 {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			var taken atomic.Int64
			fns := make([]consumer, 3)
			for i := range fns {
				fns[i] = func(ctx context.Context, s stream.Stream[int]) error {
					n := 0
					for _, err := range s(ctx) {
						if err != nil {
							return err
						}
						n++
						if i == slow {
							time.Sleep(time.Second)
							synctest.Wait()
							if got := taken.Load(); got != min(int64(n+1), 10) {
								t.Errorf("%d taken when consumer %d has been given %d", got, i, n)
							}
						}
					}
					return nil
				}
			}
			if err := stream.Tee(ctx, counted(10, &taken), fns); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAConsumerOfTeeThatLeavesItsLoopHoldsNobodyBackWhileItGoesOn(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := stream.Tee(ctx, stream.Values(upTo(5)), []consumer{
			func(ctx context.Context, s stream.Stream[int]) error {
				for range s(ctx) {
					break
				}
				time.Sleep(time.Hour)
				return nil
			},
			func(ctx context.Context, s stream.Stream[int]) error {
				got, err := stream.Collect(ctx, s)
				at(t, start, 0, "all there")
				if len(got) != 5 {
					t.Error(got)
				}
				return err
			},
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestWithoutConsumersTeeDoesNotRange(t *testing.T) {
	var taken atomic.Int64
	if err := stream.Tee(t.Context(), counted(5, &taken), nil); err != nil || taken.Load() != 0 {
		t.Error(err, taken.Load())
	}
}

// heedless is a source that takes no notice of its context.

func heedless(ranged *atomic.Int64) stream.Stream[int] {
	return func(context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			ranged.Add(1)
			for i := 0; yield(i, nil); i++ {
			}
		}
	}
}

func TestRule10_2_NoItemIsStartedUnderADeadContextThoughTheSourceGoesOn(t *testing.T) {
	for _, dead := range []bool{true, false} {
		for limit := 1; limit <= 3; limit++ {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				ctx, cancel := context.WithCancelCause(ctx)
				defer cancel(nil)
				if dead {
					cancel(errWhy)
				}
				var ranged, calls, late atomic.Int64
				s := stream.Map(heedless(&ranged), func(_ context.Context, i int) (int, error) {
					calls.Add(1)
					if ctx.Err() != nil {
						late.Add(1)
					}
					return i, nil
				}, braid.Limit(limit))
				var failure error
				for i, err := range s(ctx) {
					if failure != nil {
						t.Error("something came after the error")
					}
					if failure = err; i == 3 {
						synctest.Wait() // who is in the function comes out of it
						cancel(errWhy)
					}
				}
				wantPlainCancel(t, failure, context.Canceled, errWhy)
				if late.Load() != 0 || dead && ranged.Load()+calls.Load() != 0 {
					t.Errorf("limit %d: ranged over %d times, %d calls, %d too late", limit, ranged.Load(), calls.Load(), late.Load())
				}
			})
		}
	}
}

func TestAFailureAndAnErrorOfTheSourceAreBothReported(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			source := func(context.Context) iter.Seq2[int, error] {
				return func(yield func(int, error) bool) {
					if yield(0, nil) {
						yield(0, errTwo)
					}
				}
			}
			_, err := stream.Collect(ctx, stream.Map(source, func(context.Context, int) (int, error) {
				time.Sleep(time.Second)
				return 0, errOne
			}, options(unordered, 2)...))
			if !errors.Is(err, errOne) || !errors.Is(err, errTwo) {
				t.Error(err)
			}
		})
	}
}

func TestAConsumerOfTeeWhoseContextDiesGetsNoEndButTheError(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := stream.Tee(ctx, stream.Of(0, 1), []consumer{
			func(ctx context.Context, s stream.Stream[int]) error {
				ctx, cancel := context.WithCancelCause(ctx)
				defer cancel(nil)
				var failure error
				for i, err := range s(ctx) {
					if failure = err; err == nil && i != 0 {
						t.Error(i, "came although the context was dead")
					}
					synctest.Wait() // the other item waits, and is the last
					cancel(errWhy)
				}
				wantPlainCancel(t, failure, errWhy)
				return nil
			},
		}, stream.Ahead(2))
		if err != nil {
			t.Error(err)
		}
	})
}

func TestToChanLeavesASourceThatTakesNoNoticeOfACancel(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		g, _ := braid.Open(ctx)
		var ranged atomic.Int64
		c := stream.ToChan(g, heedless(&ranged), 2)
		synctest.Wait() // it waits for room
		if err := g.Close(); err != nil {
			t.Error(err)
		}
		var last stream.Item[int]
		for last = range c {
		}
		wantPlainCancel(t, last.Err, context.Canceled)
	})
}
