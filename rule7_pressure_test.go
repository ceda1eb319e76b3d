package braid_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rules 7.2 to 7.4 of the contract: back-pressure, and slots
// that are lent and given back.

func TestRule7_2_GoWaitReturnsOnceTheTaskHasItsSlot(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for i := range 6 {
				if err := g.GoWait(ctx, func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) }); err != nil {
					return err
				}
				at(t, start, time.Duration(i/2)*time.Second, "a slot")
			}
			return nil
		}, braid.Limit(2))
		if err != nil {
			t.Error(err)
		}
		at(t, start, 3*time.Second, "the join")
	})
}

func TestRule7_2_GoWaitGivesTheCauseIfItsContextDiesFirst(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, 10*time.Second) })
			never := func(context.Context) error { t.Error("it was called"); return nil }
			dying, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(time.Second, func() { cancel(errWhy) })
			if err := g.GoWait(dying, never); err != errWhy {
				t.Errorf("got %v", err)
			}
			at(t, start, time.Second, "the refusal")
			if err := g.GoWait(dying, never); err != errWhy {
				t.Errorf("on a dead context: got %v", err)
			}
			return nil
		}, braid.Limit(1))
		if err != nil {
			t.Error(err)
		}
		at(t, start, 10*time.Second, "the join")
	})
}

// What waits for a Rate has its slot, but has not been called.
func TestRule7_2_GoWaitGivesTheCauseIfItsContextDiesWhileARateHoldsTheTaskBack(t *testing.T) {
	for _, marked := range [][]braid.TaskOption{nil, {braid.Always}} {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				dying, cancel := context.WithCancelCause(ctx)
				time.AfterFunc(time.Second, func() { cancel(errWhy) })
				never := func(context.Context) error { t.Error("it was called"); return nil }
				if err := g.GoWait(dying, never, marked...); err != errWhy {
					t.Errorf("got %v", err)
				}
				at(t, start, time.Second, "the refusal")
				return nil
			}, braid.Limit(1), braid.Rate(limiterFunc(func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) })))
			if err != nil {
				t.Errorf("%v: %v", marked, err)
			}
			at(t, start, time.Second, "the join")
		})
	}
}

// Without a Rate what has its slot is called, however soon ctx dies.
func TestRule7_2_WhatGoWaitGivesUpHasNotBeenCalledAndWhatItDoesNotHas(t *testing.T) {
	for _, marked := range [][]braid.TaskOption{nil, {braid.Always}} {
		for range 300 {
			live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
				outer, die := context.WithCancelCause(ctx)
				called := false
				var refused error
				err := braid.Run(outer, func(_ context.Context, g *braid.Group) error {
					g.Go(func(context.Context) error { time.Sleep(time.Second); return nil })
					dying, cancel := context.WithTimeoutCause(ctx, time.Second, errWhy)
					defer cancel()
					refused = g.GoWait(dying, func(context.Context) error { called = true; return nil }, marked...)
					time.Sleep(time.Second)
					die(errLate)
					return nil
				}, braid.Limit(1), braid.Observe(func(e braid.Event) {
					if te, ok := e.Err.(*braid.TaskError); e.Kind == braid.EventEnded && ok && te.Err == nil {
						t.Error("an end without a reason")
					}
				}))
				if err != nil || called != (refused == nil) || refused != nil && refused != errWhy {
					t.Errorf("%v: called %v, refused %v", err, called, refused)
				}
			})
		}
	}
}

// A limiter that fails has failed, also where nobody waits for what it let through.
func TestRule7_2_AFailureOfTheRateIsNotLostWhereGoWaitHasGivenUp(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			dying, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			err := g.GoWait(dying, func(context.Context) error { t.Error("it was called"); return nil })
			if !errors.Is(err, errOne) {
				t.Errorf("got %v", err)
			}
			at(t, start, time.Minute, "the refusal")
			return err
		}, braid.Rate(lateRefusing{}))
		if all := failures(t, err); len(all) != 1 || all[0].Err != errOne {
			t.Error(err)
		}
	})
}

func TestRule7_2_ACancelWakesWhoeverIsHeldBack(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		held := 0
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { <-ctx.Done(); time.Sleep(5 * time.Second); return nil }) // takes its time
			time.AfterFunc(time.Second, func() { g.CancelCause(errWhy) })
			// With a context of its own: only the group's death can wake it.
			err := g.GoWait(context.Background(), func(context.Context) error { t.Error("it was called"); return nil })
			at(t, start, time.Second, "the producer's end")
			var c *braid.Cancellation
			if !errors.As(err, &c) || c.Reason() != errWhy {
				t.Errorf("got %v", err)
			}
			held++
			return nil
		}, braid.Limit(1))
		if err != nil || held != 1 {
			t.Error(err, held)
		}
		at(t, start, 6*time.Second, "the join")
	})
}

func TestRule7_2_ACancelFromOutsideWakesWhoeverIsHeldBack(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ctx, cancel := context.WithCancelCause(ctx)
		time.AfterFunc(time.Second, func() { cancel(errWhy) })
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { time.Sleep(5 * time.Second); return nil }) // does not look
			err := g.GoWait(context.Background(), func(context.Context) error { t.Error("it was called"); return nil })
			at(t, start, time.Second, "the producer's end")
			return err
		}, braid.Limit(1))
		wantPlainCancel(t, err, context.Canceled, errWhy)
		at(t, start, 5*time.Second, "the join")
	})
}

func TestRule7_2_AProducerThatIsATaskOfTheGroupLendsItsSlot(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var m meter
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				for range 5 {
					if err := g.GoWait(ctx, m.task(time.Second)); err != nil {
						return err
					}
				}
				return nil
			})
			return nil
		}, braid.Limit(1))
		if err != nil || m.runs.Load() != 5 || m.most.Load() != 1 {
			t.Errorf("%v, ran %d, at most %d at once", err, m.runs.Load(), m.most.Load())
		}
		at(t, start, 5*time.Second, "the join")
	})
}

func TestRule7_2_MapAndEachObeyALimitAndACancelSkipsWhatIsHeldBack(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var m meter
		items := make([]int, 10)
		if err := braid.Each(ctx, items, func(ctx context.Context, _ int) error { return m.task(time.Second)(ctx) }, braid.Limit(2)); err != nil || m.most.Load() != 2 {
			t.Error(err, m.most.Load())
		}
		at(t, start, 5*time.Second, "the end of Each")
		ctx, cancel := context.WithCancelCause(ctx)
		time.AfterFunc(1500*time.Millisecond, func() { cancel(errWhy) })
		var ran atomic.Int32
		_, err := braid.Map(ctx, items, func(ctx context.Context, _ int) (int, error) {
			ran.Add(1)
			return 0, braid.Sleep(ctx, time.Second)
		}, braid.Limit(2))
		wantPlainCancel(t, err, context.Canceled, errWhy)
		at(t, start, 6500*time.Millisecond, "the end of Map")
		if ran.Load() != 4 {
			t.Errorf("%d ran, want 4", ran.Load())
		}
	})
}

func TestRule7_3_AWaitForATaskOfTheSameGroupLendsTheSlot(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var fib func(ctx context.Context, g *braid.Group, n int) (int, error)
		fib = func(ctx context.Context, g *braid.Group, n int) (int, error) {
			if n < 2 {
				return n, braid.Sleep(ctx, time.Second)
			}
			a := braid.Fork(g, func(ctx context.Context) (int, error) { return fib(ctx, g, n-1) })
			b := braid.Fork(g, func(ctx context.Context) (int, error) { return fib(ctx, g, n-2) })
			x, err := a.Wait(ctx)
			if err != nil {
				return 0, err
			}
			y, err := b.Wait(ctx)
			return x + y, err
		}
		v, err := braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
			return braid.Fork(g, func(ctx context.Context) (int, error) { return fib(ctx, g, 8) }).Wait(ctx)
		}, braid.Limit(1))
		if v != 21 || err != nil {
			t.Error(v, err)
		}
		at(t, start, 34*time.Second, "the join") // 34 leaves, one at a time
	})
}

func TestRule7_3_TheSlotIsTakenBackAfterTheWait(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var m meter
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				first := braid.Fork(g, func(ctx context.Context) (int, error) { return 0, m.task(time.Second)(ctx) })
				for range 3 {
					g.Go(m.task(time.Second))
				}
				if _, err := first.Wait(ctx); err != nil {
					return err
				}
				if d := time.Since(start); d > 2*time.Second { // at most one that was queued may come first
					t.Errorf("Wait returned at %v, behind those that were queued", d)
				}
				return m.task(time.Second)(ctx)
			})
			return nil
		}, braid.Limit(1))
		if err != nil || m.most.Load() != 1 {
			t.Error(err, m.most.Load())
		}
		at(t, start, 5*time.Second, "the join")
	})
}

func TestRule7_3_AWaitThroughAGroupBelowLendsTheSlotToo(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				return braid.Run(ctx, func(ctx context.Context, _ *braid.Group) error {
					_, err := braid.Fork(g, func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, time.Second) }).Wait(ctx)
					return err
				})
			})
			return nil
		}, braid.Limit(1))
		if err != nil {
			t.Error(err)
		}
		at(t, start, time.Second, "the join")
	})
}

func TestRule7_4_WhoeverEndsGivesTheSlotBack(t *testing.T) {
	ends := map[string]func(ctx context.Context, g *braid.Group){
		"panic": func(_ context.Context, g *braid.Group) {
			g.Go(func(context.Context) error { panic("boom") })
		},
		"goexit": func(_ context.Context, g *braid.Group) {
			g.Go(func(context.Context) error { runtime.Goexit(); return nil })
		},
		"goexit of its own goroutine": func(_ context.Context, g *braid.Group) {
			g.Go(func(context.Context) error { runtime.Goexit(); return nil }, braid.OwnGoroutine)
		},
		"failure": func(_ context.Context, g *braid.Group) {
			g.Go(func(context.Context) error { return errOne })
		},
		"skipped": func(_ context.Context, g *braid.Group) {
			braid.Fork(g, func(context.Context) (int, error) { return 0, nil }).Cancel()
		},
		"a wait given up": func(ctx context.Context, g *braid.Group) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, 2*time.Second) })
			if err := g.GoWait(ctx, func(context.Context) error { return nil }); err == nil {
				panic("it had a slot")
			}
		},
		"a panic while the slot is lent": func(ctx context.Context, g *braid.Group) {
			g.Go(func(ctx context.Context) error {
				task := braid.Fork(g, func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, time.Second) })
				_, _ = task.Wait(ctx)
				panic("boom")
			})
		},
	}
	for name, spawn := range ends {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
				var m meter
				howEnded(func() error {
					return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
						for range 5 {
							spawn(ctx, g)
						}
						time.Sleep(time.Minute)
						for range 6 {
							g.Go(m.task(time.Second))
						}
						time.Sleep(time.Minute)
						if m.runs.Load() != 6 || m.most.Load() != 2 {
							t.Errorf("ran %d, at most %d at once", m.runs.Load(), m.most.Load())
						}
						return nil
					}, braid.Limit(2), braid.Supervised)
				})
			})
		})
	}
}

// Only the race detector can see this fail: who has ended looks at what may run
// next, and must not be seen to, since who joins comes after it all the same.
func TestRule7_4_WhoEndsWhileNothingMayFollowRacesWithNobody(t *testing.T) {
	for range 200 {
		err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			stay := make(chan struct{})
			g.Go(func(context.Context) error { <-stay; return nil })
			g.Go(func(context.Context) error {
				go func() { runtime.Gosched(); cancel() }()
				return nil
			})
			err := g.GoWait(ctx, func(context.Context) error { return nil }, braid.Weight(2))
			close(stay)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("GoWait gave %v", err)
			}
			return nil
		}, braid.Limit(2))
		if err != nil {
			t.Fatal(err)
		}
	}
}
