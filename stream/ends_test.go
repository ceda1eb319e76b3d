package stream_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/stream"
)

// This file shows Tee and ToChan, tracking, and how stages sit in the tree of
// tasks.

type consumer = func(ctx context.Context, s stream.Stream[int]) error

// into appends what a consumer is given, and returns the error of the stream.
func into(got *[]int, d time.Duration) consumer {
	return func(ctx context.Context, s stream.Stream[int]) error {
		for i, err := range s(ctx) {
			if err != nil {
				return err
			}
			*got = append(*got, i)
			time.Sleep(d)
		}
		return nil
	}
}

func TestTeeGivesEveryConsumerAllItemsAndTheSlowestHoldsTheOthersBack(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var quick, slow []int
		err := stream.Tee(ctx, stream.Of(0, 1, 2, 3), []consumer{
			into(&slow, time.Second),
			func(ctx context.Context, s stream.Stream[int]) error {
				for i, err := range s(ctx) {
					if err != nil {
						return err
					}
					at(t, start, time.Duration(max(0, i-1))*time.Second, fmt.Sprint("item ", i))
					quick = append(quick, i)
				}
				return nil
			},
		})
		if all := []int{0, 1, 2, 3}; err != nil || !slices.Equal(quick, all) || !slices.Equal(slow, all) {
			t.Error(quick, slow, err)
		}
		at(t, start, 4*time.Second, "done")
	})
}

func TestAConsumerOfTeeThatLeavesHoldsNobodyBack(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var all []int
		err := stream.Tee(ctx, stream.Values(upTo(5)), []consumer{
			func(ctx context.Context, s stream.Stream[int]) error {
				for range s(ctx) {
					break
				}
				time.Sleep(time.Hour)
				return nil
			},
			func(context.Context, stream.Stream[int]) error { return nil },
			into(&all, 0),
		})
		if err != nil || len(all) != 5 {
			t.Error(all, err)
		}
		at(t, start, time.Hour, "done")
	})
}

func TestWhenAllConsumersOfTeeHaveLeftTheStreamIsLeft(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		n, left := 0, false
		s := stream.Generate(func(ctx context.Context) (int, error) { n++; return n, nil })
		one := func(ctx context.Context, s stream.Stream[int]) error {
			_, err := stream.Collect(ctx, stream.Take(s, 1))
			return err
		}
		watched := func(ctx context.Context) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				defer func() { left = true }()
				s(ctx)(yield)
			}
		}
		if err := stream.Tee(ctx, watched, []consumer{one, one}); err != nil || !left || n > 2 {
			t.Error(err, left, n)
		}
		if err := stream.Tee(ctx, s, nil); err != nil {
			t.Error(err)
		}
	})
}

func TestTheErrorOfATeedStreamIsReportedOnceByWhoeverReturnsIt(t *testing.T) {
	ctx := context.Background()
	failing := stream.From(func(yield func(int, error) bool) {
		if yield(1, nil) {
			yield(0, errOne)
		}
	})
	var a, b []int
	if err := stream.Tee(ctx, failing, []consumer{into(&a, 0), into(&b, 0)}); err != errOne || len(a) != 1 || len(b) != 1 {
		t.Error(err, a, b)
	}
	handled := func(ctx context.Context, s stream.Stream[int]) error {
		if _, err := stream.Collect(ctx, s); err != errOne {
			t.Error(err)
		}
		return nil
	}
	if err := stream.Tee(ctx, failing, []consumer{handled, handled}); err != nil {
		t.Error(err)
	}
	wrapped := func(ctx context.Context, s stream.Stream[int]) error {
		_, err := stream.Collect(ctx, s)
		return fmt.Errorf("consumer: %w", err)
	}
	var ge *braid.GroupError
	if err := stream.Tee(ctx, failing, []consumer{wrapped}); !errors.As(err, &ge) || !errors.Is(err, errOne) {
		t.Error(err)
	}
}

func TestAFailingConsumerOfTeeCancelsTheOthersAndTheStream(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var got []int
		var seen error
		err := stream.Tee(ctx, stream.Chan(make(chan int)), []consumer{
			func(ctx context.Context, s stream.Stream[int]) error {
				time.Sleep(time.Second)
				return errOne
			},
			func(ctx context.Context, s stream.Stream[int]) error {
				seen = into(&got, 0)(ctx, s)
				return seen
			},
		}, braid.Name("tee"))
		var ge *braid.GroupError
		if !errors.As(err, &ge) || len(ge.Errors()) != 1 || !errors.Is(err, errOne) || ge.Path() != "tee" {
			t.Error(err)
		}
		wantPlainCancel(t, seen, context.Canceled)
		at(t, start, time.Second, "done")
	})
}

func TestAPanicOfATeedStreamOrItsConsumerIsRaisedAfterTheJoin(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		panics := stream.Generate(func(context.Context) (int, error) { time.Sleep(time.Second); panic(errOne) })
		running := true
		wait := func(ctx context.Context, s stream.Stream[int]) error {
			_, err := stream.Collect(ctx, s)
			wantPlainCancel(t, err, context.Canceled)
			time.Sleep(time.Second)
			running = false
			return err
		}
		e := howEnded(func() error { return stream.Tee(ctx, panics, []consumer{wait}) })
		if pe, ok := e.panicked.(*braid.PanicError); !ok || pe.Value != errOne || running {
			t.Error(e, running)
		}
		e = howEnded(func() error {
			return stream.Tee(ctx, stream.Chan(make(chan int)), []consumer{func(context.Context, stream.Stream[int]) error { panic(errTwo) }})
		})
		if pe, ok := e.panicked.(*braid.PanicError); !ok || pe.Value != errTwo {
			t.Error(e)
		}
		e = howEnded(func() error {
			return stream.Tee(ctx, stream.Chan(make(chan int)), []consumer{func(context.Context, stream.Stream[int]) error { runtime.Goexit(); return nil }})
		})
		if !e.exited {
			t.Error(e)
		}
	})
}

func TestAStreamOfTeeIsRefusedASecondTime(t *testing.T) {
	e := howEnded(func() error {
		return stream.Tee(t.Context(), stream.Of(1, 2), []consumer{func(ctx context.Context, s stream.Stream[int]) error {
			_, _ = stream.Collect(ctx, s)
			_, err := stream.Collect(ctx, s)
			return err
		}})
	})
	if pe, ok := e.panicked.(*braid.PanicError); !ok || pe.Value != "stream: a stream given by Tee was ranged over twice" {
		t.Error(e)
	}
}

func TestToChanGivesTheItemsAndTheErrorAndCloses(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		failing := stream.From(func(yield func(int, error) bool) {
			if yield(1, nil) && yield(2, nil) {
				yield(0, errOne)
			}
		})
		for _, n := range []int{0, 1, 5} {
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				var got []stream.Item[int]
				for item := range stream.ToChan(g, failing, n) {
					got = append(got, item)
					time.Sleep(time.Second)
				}
				if !slices.Equal(got, []stream.Item[int]{{Value: 1}, {Value: 2}, {Err: errOne}}) {
					t.Error(got)
				}
				for item := range stream.ToChan(g, stream.Of[int](), n) {
					t.Error(item)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func TestWhoReceivesFromToChanNeedNotGoOn(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			c := stream.ToChan(g, stream.Values(upTo(1000)), 3)
			g.Go(func(context.Context) error {
				time.Sleep(time.Second)
				if item := <-c; item.Value != 0 || item.Err != nil {
					t.Error(item)
				}
				return nil
			})
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		at(t, start, time.Second, "joined")
	})
}

func TestWhoReceivesFromToChanIsNeverLeftWaiting(t *testing.T) {
	// After a cancel, a panic or a Goexit, and in a group that was dead before.
	last := func(c <-chan stream.Item[int]) (err error) {
		for item := range c {
			err = item.Err
		}
		return err
	}
	for _, n := range []int{0, 3} {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			ctx, cancel := context.WithCancelCause(ctx)
			g, _ := braid.Open(ctx)
			c := stream.ToChan(g, stream.Values(upTo(1000)), n)
			synctest.Wait()
			cancel(errWhy)
			synctest.Wait()
			wantPlainCancel(t, last(c), context.Canceled, errWhy)
			wantPlainCancel(t, last(stream.ToChan(g, stream.Of(1), n)), context.Canceled, errWhy)
			g.Close()
		})
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			for _, panics := range []bool{true, false} {
				g, _ := braid.Open(ctx)
				c := stream.ToChan(g, stream.Generate(func(context.Context) (int, error) {
					if panics {
						panic(errOne)
					}
					runtime.Goexit()
					return 0, nil
				}), n)
				if err := last(c); err != stream.ErrCutShort {
					t.Error(err)
				}
				if e := howEnded(g.Wait); e.exited == panics || (e.panicked != nil) != panics {
					t.Error(e)
				}
			}
		})
	}
}

// counts is a tracker.
type counts struct {
	mu    sync.Mutex
	added int
	ended map[braid.State]int
}

func (c *counts) Added(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.added += n
}

func (c *counts) Ended(s braid.State, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended == nil {
		c.ended = map[braid.State]int{}
	}
	c.ended[s] += n
}

func TestATrackerIsToldHowEveryItemEnded(t *testing.T) {
	type how struct {
		name string
		do   func(ctx context.Context) error
		want braid.State
	}
	for _, limit := range []int{1, 4} {
		for _, shape := range shapes[:4] {
			for _, h := range []how{
				{"success", func(context.Context) error { return nil }, braid.Succeeded},
				{"failure", func(context.Context) error { return errOne }, braid.Failed},
				{"panic", func(context.Context) error { panic(1) }, braid.Panicked},
				{"Goexit", func(context.Context) error { runtime.Goexit(); return nil }, braid.Exited},
				{"cancel", func(ctx context.Context) error {
					ctx.Value(cancelKey{}).(func())()
					<-ctx.Done()
					return ctx.Err()
				}, braid.Cancelled},
			} {
				name := fmt.Sprintf("limit %d, %s, %s", limit, shape.name, h.name)
				live(t, func(t *testing.T, ctx context.Context, start time.Time) {
					ctx, cancel := context.WithCancel(ctx)
					defer cancel()
					ctx = context.WithValue(ctx, cancelKey{}, func() { cancel() })
					var c counts
					howEnded(func() error {
						_, err := stream.Collect(ctx, shape.make(stream.Values(upTo(100)), func(ctx context.Context, i int) (int, error) {
							time.Sleep(time.Duration(i) * time.Microsecond)
							if i == 50 {
								return i, h.do(ctx)
							}
							return i, nil
						}, []braid.StreamOption{braid.Limit(limit), braid.Track(&c)}))
						return err
					})
					sum := 0
					for _, n := range c.ended {
						sum += n
					}
					if sum != c.added || c.ended[h.want] < 1 || c.ended[braid.Succeeded] < 50 || h.want == braid.Succeeded && sum != 100 {
						t.Errorf("%s: %d added, ended: %v", name, c.added, c.ended)
					}
				})
			}
		}
	}
}

func TestItemsAreNamedInPathsAndGroupsBelowThemToo(t *testing.T) {
	for _, limit := range []int{1, 4} {
		err := stream.Each(t.Context(), stream.Values(upTo(10)), func(ctx context.Context, i int) error {
			return braid.Run(ctx, func(context.Context, *braid.Group) error {
				if i == 7 {
					return errOne
				}
				return nil
			}, braid.Name("inner"))
		}, braid.Name("stage"), braid.Limit(limit))
		var te *braid.TaskError
		if !errors.As(err, &te) || te.Item() != 7 {
			t.Fatal(err)
		}
		var inner *braid.GroupError
		if !errors.As(te.Err, &inner) {
			t.Fatal(te.Err)
		}
		want := te.Path() + "/inner"
		if limit == 1 { // the function is called in the group, not in a task
			want = "stage/inner"
		}
		if inner.Path() != want {
			t.Errorf("%s, want %s", inner.Path(), want)
		}
	}
}

func TestAGroupLeftOpenByAnItemIsItsFailure(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		for _, limit := range []int{1, 2} {
			err := stream.Each(ctx, stream.Values(upTo(3)), func(ctx context.Context, i int) error {
				if i == 1 {
					g, _ := braid.Open(ctx)
					g.Go(func(ctx context.Context) error { <-ctx.Done(); return nil })
				}
				return nil
			}, braid.Limit(limit))
			if !errors.Is(err, braid.ErrNotClosed) {
				t.Error(err)
			}
		}
	})
}

func TestAnItemsContextIsDeadWhenTheStreamIsOver(t *testing.T) {
	for _, limit := range []int{1, 4} {
		var kept []context.Context
		var mu sync.Mutex
		_ = stream.Each(t.Context(), stream.Values(upTo(10)), func(ctx context.Context, i int) error {
			mu.Lock()
			defer mu.Unlock()
			kept = append(kept, ctx)
			return nil
		}, braid.Limit(limit))
		for _, ctx := range kept {
			if ctx.Err() == nil {
				t.Error("a context is alive")
			}
		}
	}
}

func TestADoneThatAnItemAskedForIsClosedWhenTheStreamIsOver(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var dones [5]<-chan struct{}
		for i, err := range stream.Map(stream.Values(upTo(5)), func(ctx context.Context, i int) (int, error) {
			dones[i] = ctx.Done()
			return i, nil
		}, braid.Limit(2), stream.Ahead(0))(ctx) {
			if i == 4 {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for i, done := range dones {
			select {
			case <-done:
			default:
				t.Errorf("the context of item %d is alive", i)
			}
		}
	})
}

func TestAStreamInsideAFunctionOfAStream(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		sum := stream.Map(stream.Values(upTo(4)), func(ctx context.Context, i int) (int, error) {
			return stream.Reduce(ctx, stream.Map(stream.Values(upTo(4)), second, braid.Limit(4)), 0, func(sum, j int) (int, error) { return sum + i*j, nil })
		}, braid.Limit(2))
		got, err := stream.Collect(ctx, sum)
		if err != nil || !slices.Equal(got, []int{0, 6, 12, 18}) {
			t.Error(got, err)
		}
		at(t, start, 2*time.Second, "done")
	})
}

// What a function returns after its context has died is not delivered: only the one error comes.
func TestNothingIsDeliveredUnderADeadContextByStagesWithoutTasks(t *testing.T) {
	for name, stage := range map[string]func(kill func(i int)) stream.Stream[int]{
		"Map": func(kill func(int)) stream.Stream[int] {
			return stream.Map(stream.Of(0, 1, 2, 3), func(_ context.Context, i int) (int, error) { kill(i); return i, nil }, braid.Limit(1))
		},
		"Filter": func(kill func(int)) stream.Stream[int] {
			return stream.Filter(stream.Of(0, 1, 2, 3), func(_ context.Context, i int) (bool, error) { kill(i); return true, nil }, braid.Limit(1))
		},
		"FlatMap": func(kill func(int)) stream.Stream[int] {
			return stream.FlatMap(stream.Of(0, 1, 2, 3), func(_ context.Context, i int) (stream.Stream[int], error) {
				return func(context.Context) iter.Seq2[int, error] {
					return func(yield func(int, error) bool) { // looks at no context
						kill(i)
						if yield(i, nil) {
							yield(i, nil)
						}
					}
				}, nil
			}, braid.Limit(1))
		},
		"Generate": func(kill func(int)) stream.Stream[int] {
			i := -1
			return stream.Generate(func(context.Context) (int, error) { i++; kill(i); return i, nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			var got []int
			var failed error
			for v, err := range stage(func(i int) {
				if i == 2 {
					cancel()
				}
			})(ctx) {
				if err != nil {
					failed = err
					continue
				}
				got = append(got, v)
			}
			if slices.Contains(got, 2) || !slices.Contains(got, 1) || !errors.Is(failed, context.Canceled) {
				t.Errorf("got %v and %v", got, failed)
			}
		})
	}
}
