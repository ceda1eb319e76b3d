package braid_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/braid-go/braid"
)

// Go's own traps, continued: limits under load, waits in rings, misuse after
// the end, and what is left when all is over.

func TestRule7_3_TasksThatSpawnTheNextAndWaitForItGoAThousandDeepAtLimitOne(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var running, most atomic.Int32
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			var descend func(ctx context.Context, depth int) (int, error)
			descend = func(ctx context.Context, depth int) (int, error) {
				most.Store(max(most.Load(), running.Add(1)))
				defer running.Add(-1)
				if depth == 1000 {
					return 1, nil
				}
				below := braid.Fork(g, func(ctx context.Context) (int, error) { return descend(ctx, depth+1) })
				running.Add(-1)
				n, err := below.Wait(ctx)
				most.Store(max(most.Load(), running.Add(1)))
				return n + 1, err
			}
			n, err := descend(ctx, 0)
			if n != 1001 {
				t.Error(n)
			}
			return err
		}, braid.Limit(1))
		// the body takes no slot
		if err != nil || most.Load() > 2 {
			t.Error(err, most.Load())
		}
	})
}

func TestRule7_1_ALimitThatGoesUpAndDownUnderLoadIsKeptAtEveryMoment(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var running, ran atomic.Int32
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for range 500 {
				g.Go(func(ctx context.Context) error {
					running.Add(1)
					defer running.Add(-1)
					ran.Add(1)
					return braid.Sleep(ctx, time.Second)
				})
			}
			time.Sleep(time.Second / 2)
			for _, limit := range []int32{7, 3, 20, 1, 50, 2} {
				g.SetLimit(int(limit))
				time.Sleep(2 * time.Second) // those of a higher limit have ended
				synctest.Wait()
				if n := running.Load(); n != limit {
					t.Errorf("%d run at limit %d", n, limit)
				}
			}
			g.SetLimit(1000)
			synctest.Wait()
			if ran.Load() != 500 {
				t.Error(ran.Load(), "have started")
			}
			return nil
		}, braid.Limit(5))
		if err != nil {
			t.Error(err)
		}
		at(t, start, 13500*time.Millisecond, "the end")
	})
}

func TestRule7_1_AHeavyTaskIsNotOvertakenForEver(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var began, light time.Duration
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			stop := false
			var again func(context.Context) error
			again = func(ctx context.Context) error { // there is always a light one that would fit
				time.Sleep(time.Second)
				if !stop {
					g.Go(again)
				}
				return nil
			}
			g.Go(again)
			time.Sleep(time.Second / 2)
			g.Go(func(context.Context) error {
				began = time.Since(start)
				stop = true
				time.Sleep(2 * time.Second)
				return nil
			}, braid.Weight(3))
			g.Go(func(context.Context) error { light = time.Since(start); return nil })
			return nil
		}, braid.Limit(3))
		if err != nil || began != time.Second || light != 3*time.Second {
			t.Error(err, began, light)
		}
	})
}

func TestRule7_2_AProducerMayGiveUpWithoutHarmAndItsTaskIsNeverCalled(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var ran []int
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for i := range 10 {
				ctx, cancel := context.WithTimeout(ctx, 900*time.Millisecond)
				err := g.GoWait(ctx, func(ctx context.Context) error {
					ran = append(ran, i)
					return braid.Sleep(ctx, time.Second)
				})
				if cancel(); err != nil && err != context.DeadlineExceeded {
					t.Error(err)
				}
			}
			return nil
		}, braid.Limit(1))
		if err != nil || !slices.Equal(ran, []int{0, 2, 4, 6, 8}) {
			t.Error(err, ran)
		}
		at(t, start, 5*time.Second, "the end")
	})
}

func TestRule3_11_ATaskThatGoWaitTookBackBecauseOfAnOutsideCancelIsTold(t *testing.T) {
	for range 300 { // who sees the cancel first differs
		live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
			outer, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(time.Second, func() { cancel(errWhy) })
			err := braid.Run(outer, func(context.Context, *braid.Group) error { return nil })
			if err != nil {
				t.Error(err)
			}
			err = braid.Run(outer, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error { <-ctx.Done(); return nil })
				if err := g.GoWait(ctx, untilDead); !errors.Is(err, errWhy) {
					t.Error(err)
				}
				return nil
			}, braid.Limit(1))
			wantPlainCancel(t, err, context.Canceled, errWhy)
		})
	}
}

func TestRule2_3_GoWaitOfATaskThatAlwaysRunsDoesNotGiveUpWithItsGroup(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ran := 0
		always := func(ctx context.Context) error {
			if ctx.Err() == nil {
				t.Error("alive")
			}
			ran++
			return nil
		}
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { time.Sleep(2 * time.Second); return nil })
			time.AfterFunc(time.Second, g.Cancel)
			if err := g.GoWait(ctx, always, braid.Always); err != nil {
				t.Error(err)
			}
			at(t, start, 2*time.Second, "its turn")
			if err := g.GoWait(ctx, always, braid.Always); err != nil {
				t.Error(err)
			}
			return nil
		}, braid.Limit(1))
		if err != nil || ran != 2 {
			t.Error(err, ran)
		}
	})
}

func TestRule7_1_ARandomMixOfEverythingAtALimitEnds(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for seed := range uint64(60) {
			var called atomic.Int32
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				var work func(depth int) func(context.Context) (int, error)
				work = func(depth int) func(context.Context) (int, error) {
					return func(ctx context.Context) (int, error) {
						rnd := rand.New(rand.NewPCG(seed, uint64(called.Add(1))))
						for range rnd.IntN(4) * min(1, 3-depth) {
							switch rnd.IntN(6) {
							case 0:
								g.SetLimit(1 + rnd.IntN(4))
							case 1:
								below := braid.Fork(g, work(depth+1))
								short, cancel := context.WithTimeout(ctx, time.Second)
								_, _ = below.Wait(short)
								cancel()
							case 2:
								_ = g.GoWait(ctx, func(ctx context.Context) error { _, err := work(depth + 1)(ctx); return err })
							case 3:
								_, _ = braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
									ready(1)
									_, err := work(depth + 1)(ctx)
									return err
								}, braid.Weight(1))
							case 4:
								a, b := braid.Fork(g, work(depth+1)), braid.Fork(g, work(depth+1))
								if rnd.IntN(2) == 0 {
									b.Cancel()
								}
								for task := range braid.AsCompleted(ctx, a, b) {
									if task == a {
										break
									}
								}
							case 5:
								_ = braid.Run(ctx, func(ctx context.Context, inner *braid.Group) error {
									inner.Go(func(ctx context.Context) error {
										_, err := braid.Fork(g, work(depth+1)).Wait(ctx)
										return err
									})
									return nil
								})
							}
						}
						return 0, braid.Sleep(ctx, time.Duration(rnd.IntN(3))*time.Second)
					}
				}
				for range 4 {
					braid.Fork(g, work(0))
				}
				time.Sleep(time.Hour)
				g.SetLimit(2) // which is what there is, if no slot was lost or won
				before := time.Now()
				for task := range 6 {
					braid.Fork(g, func(ctx context.Context) (int, error) {
						at(t, before, time.Duration(task/2)*time.Minute, "a start")
						return 0, braid.Sleep(ctx, time.Minute)
					})
				}
				return nil
			}, braid.Limit(1+int(seed%3)))
			if err != nil {
				t.Error(seed, err)
			}
		}
	})
}

func TestRule6_2_ARingThatClosesThroughGroupsBelowAndStartIsTold(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		told := 0
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			var a, b, c *braid.Task[int]
			made := make(chan struct{})
			a = braid.Fork(g, func(ctx context.Context) (int, error) {
				<-made
				return 1, braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error {
						return braid.Timeout(ctx, time.Hour, func(ctx context.Context) error {
							_, err := b.Wait(ctx)
							return err
						})
					})
					return nil
				})
			})
			b = braid.Fork(g, func(ctx context.Context) (int, error) {
				<-made
				return braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
					_, err := c.Wait(ctx)
					return err
				})
			})
			c = braid.Fork(g, func(ctx context.Context) (int, error) {
				<-made
				time.Sleep(time.Second)
				_, err := a.Wait(ctx)
				if errors.Is(err, braid.ErrDeadlock) {
					told++
					return 0, nil // and so all the others can go on
				}
				return 0, err
			})
			close(made)
			_, errB := b.Wait(context.Background())
			if !errors.Is(errB, braid.ErrNotReady) {
				t.Error(errB)
			}
			return nil
		})
		if told != 1 {
			t.Error("told", told, "times")
		}
		if !errors.Is(err, braid.ErrNotReady) || errors.Is(err, braid.ErrDeadlock) {
			t.Error(err)
		}
		at(t, start, time.Second, "the end")
	})
}

func TestRule5_1_CancelBeforeTheFirstTaskTwiceAndLongAfterTheEnd(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		g, gctx := braid.Open(ctx)
		g.CancelCause(errOne)
		g.CancelCause(errTwo)
		task := braid.Fork(g, func(context.Context) (int, error) { t.Error("called"); return 0, nil })
		if _, err := task.Wait(ctx); !errors.Is(err, context.Canceled) || task.State() != braid.Skipped {
			t.Error(err, task.State())
		}
		err := g.Wait()
		var c *braid.Cancellation
		if !errors.As(context.Cause(gctx), &c) || c.Reason() != errOne || err != nil {
			t.Error(err, context.Cause(gctx))
		}
		g.Cancel()
		g.SetLimit(3)
		task.Cancel()
		if err := g.Close(); err != nil || task.State() != braid.Skipped {
			t.Error(err, task.State())
		}
		if err := g.TryGo(untilDead); !errors.Is(err, braid.ErrClosed) {
			t.Error(err)
		}
	})
}

func TestRule6_1_WaitOnAnEndedTaskIgnoresADeadContextAndAnEndedGroup(t *testing.T) {
	dead, cancel := context.WithCancel(t.Context())
	cancel()
	var good, bad *braid.Task[int]
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		good = braid.Fork(g, func(context.Context) (int, error) { return 1, nil })
		_, _ = good.Wait(ctx)
		bad = braid.Fork(g, func(context.Context) (int, error) { return 2, errOne })
		return nil
	})
	for range 100 {
		if v, err := good.Wait(dead); v != 1 || err != nil {
			t.Fatal(v, err)
		}
		if _, err := bad.Wait(dead); !errors.Is(err, errOne) {
			t.Fatal(err)
		}
		<-bad.Done()
		for task := range braid.AsCompleted(dead, good, bad) {
			if s := task.State(); s != braid.Succeeded && s != braid.Failed {
				t.Fatal(s)
			}
		}
	}
}

// What a task or error held can be collected while the group goes on, and what
// the group held once it has ended although the handle to it is kept.
func TestRule1_5_WhatFinishedTasksHeldIsLetGoOfWhileTheGroupGoesOn(t *testing.T) {
	type big struct{ _ [1 << 16]byte }
	var mu sync.Mutex
	var held []weak.Pointer[big]
	hold := func() *big {
		b := new(big)
		mu.Lock()
		defer mu.Unlock()
		held = append(held, weak.Make(b))
		return b
	}
	gone := func(t *testing.T, when string) {
		t.Helper()
		for range 100 {
			runtime.GC()
			if !slices.ContainsFunc(held, func(p weak.Pointer[big]) bool { return p.Value() != nil }) {
				held = nil
				return
			}
			runtime.Gosched()
		}
		n := 0
		for _, p := range held {
			if p.Value() != nil {
				n++
			}
		}
		t.Errorf("%s: %d of %d are still held", when, n, len(held))
		held = nil
	}
	keep := func(b *big) func(context.Context) error {
		return func(ctx context.Context) error { _ = ctx.Done(); runtime.KeepAlive(b); return nil }
	}
	g, ctx := braid.Open(t.Context(), braid.Supervised, braid.Limit(2), braid.Keep(1))
	handles := make([]*braid.Task[int], 0, 10)
	wait := func() {
		for _, h := range handles {
			<-h.Done()
		}
	}
	for range 10 {
		b := hold()
		g.Go(keep(b))
		handles = append(handles, braid.Fork(g, func(ctx context.Context) (int, error) { return 0, keep(b)(ctx) }))
		_ = g.GoWait(ctx, keep(hold()))
		c := hold()
		if _, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error { ready(1); return keep(c)(ctx) }); err != nil {
			t.Error(err)
		}
		d := hold()
		tctx := context.WithValue(ctx, big{}, d)
		_ = braid.Timeout(tctx, time.Hour, keep(d), new(braid.Deadline))
		_, _ = braid.Fork(g, func(ctx context.Context) (int, error) {
			return 0, braid.Run(context.WithValue(ctx, big{}, hold()), func(ctx context.Context, g *braid.Group) error {
				g.Go(keep(hold()))
				braid.AfterFunc(ctx, func() { _ = hold() })
				return nil
			})
		}).Wait(ctx)
	}
	wait()
	for range 4 { // the tasks without a handle, too
		_, _ = braid.Fork(g, func(context.Context) (int, error) { return 0, nil }).Wait(ctx)
	}
	gone(t, "while the group is open")
	if err := g.Close(); err != nil {
		t.Error(err)
	}
	runtime.KeepAlive(g)
	runtime.KeepAlive(handles)
}

func TestRule1_1_NoGoroutineIsLeftWhenACallReturns(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		synctest.Wait()
		before := goroutines()
		own := newOwnContext(ctx)
		calls := []func() error{
			func() error {
				return braid.Run(own, func(ctx context.Context, g *braid.Group) error {
					for range 100 {
						g.Go(untilDead)
					}
					return errOne
				})
			},
			func() error {
				g, ctx := braid.Open(own, braid.Limit(3))
				for range 100 {
					braid.Fork(g, func(ctx context.Context) (int, error) { return 0, untilDead(ctx) })
				}
				_ = context.AfterFunc(ctx, func() {})
				return g.Close()
			},
			func() error {
				var d braid.Deadline
				return braid.Timeout(own, time.Second, func(ctx context.Context) error {
					return braid.Each(ctx, make([]int, 50), func(ctx context.Context, _ int) error { return untilDead(ctx) })
				}, &d)
			},
			func() error {
				_, err := braid.First(own, braid.Funcs(
					func(ctx context.Context) (int, error) { return 1, nil },
					func(ctx context.Context) (int, error) { return 0, untilDead(ctx) }))
				return err
			},
			func() error {
				_, err := braid.Abandon(own, func() (int, error) { return 1, nil }, func(int, error) {})
				return err
			},
		}
		for i, call := range calls {
			_ = call()
			synctest.Wait()
			t.Logf("after call %d", i)
			settleGoroutines(t, before)
		}
	})
}

// Who waited has its slot back before what is queued gets one, however long that would take.
func TestRule7_3_AWaitThatIsOverIsNotHeldUpByWhatIsQueued(t *testing.T) {
	for name, wait := range map[string]func(ctx context.Context, task *braid.Task[int]) error{
		"Wait": func(ctx context.Context, task *braid.Task[int]) error {
			_, err := task.Wait(ctx)
			return err
		},
		"AsCompleted": func(ctx context.Context, task *braid.Task[int]) error {
			for range braid.AsCompleted(ctx, task) {
			}
			return nil
		},
		"in a group below": func(ctx context.Context, task *braid.Task[int]) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					_, err := task.Wait(ctx)
					return err
				})
				return nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				var running, most atomic.Int32
				var answered time.Duration
				run := func(ctx context.Context, d time.Duration) error {
					most.Store(max(most.Load(), running.Add(1)))
					defer running.Add(-1)
					return braid.Sleep(ctx, d)
				}
				err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error {
						task := braid.Fork(g, func(ctx context.Context) (int, error) { return 1, run(ctx, time.Second) })
						for range 5 {
							g.Go(func(ctx context.Context) error { return run(ctx, time.Hour) })
						}
						if err := wait(ctx, task); err != nil {
							return err
						}
						answered = time.Since(start)
						return run(ctx, time.Second)
					})
					return nil
				}, braid.Limit(1))
				if err != nil || most.Load() != 1 || answered != time.Second {
					t.Error(err, most.Load(), answered)
				}
				at(t, start, 5*time.Hour+2*time.Second, "the join")
			})
		})
	}
}

// A slot that was given back early is not lost when its task waits again, or
// ends, before who waited has noticed.
func TestRule7_4_ASlotGivenBackEarlyIsNotLostHoweverTheTaskGoesOn(t *testing.T) {
	second := func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) }
	for name, goOn := range map[string]func(ctx context.Context, a, b *braid.Task[int]) error{
		"waits twice": func(ctx context.Context, a, b *braid.Task[int]) error {
			_, err := a.Wait(ctx)
			_, err2 := b.Wait(ctx)
			return errors.Join(err, err2)
		},
		"waits for both at once": func(ctx context.Context, a, b *braid.Task[int]) error {
			go func() { _, _ = a.Wait(ctx) }()
			_, err := b.Wait(ctx)
			return err
		},
		"waits again at that moment": func(ctx context.Context, a, b *braid.Task[int]) error {
			go func() { _, _ = a.Wait(ctx) }()
			err := second(ctx)
			_, err2 := b.Wait(ctx)
			return errors.Join(err, err2)
		},
		"ends at that moment": func(ctx context.Context, a, b *braid.Task[int]) error {
			go func() { _, _ = a.Wait(ctx) }()
			return second(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				for range 500 {
					err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
						g.Go(func(ctx context.Context) error {
							var tasks [2]*braid.Task[int]
							for i := range tasks {
								tasks[i] = braid.Fork(g, func(ctx context.Context) (int, error) { return 1, second(ctx) })
							}
							return goOn(ctx, tasks[0], tasks[1])
						})
						for range 4 {
							g.Go(second)
						}
						return nil
					}, braid.Limit(1))
					if err != nil {
						t.Error(err)
					}
				}
				at(t, start, 500*6*time.Second, "the end")
			})
		})
	}
}
