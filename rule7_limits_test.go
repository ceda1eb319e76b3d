package braid_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rule 7.1 of the contract: limits.

// A meter sees how many run at once.
type meter struct{ now, most, runs atomic.Int32 }

func (m *meter) enter() {
	m.runs.Add(1)
	n := m.now.Add(1)
	for most := m.most.Load(); n > most && !m.most.CompareAndSwap(most, n); most = m.most.Load() {
	}
}

func (m *meter) leave() { m.now.Add(-1) }

// task makes a task that is metered while it sleeps.
func (m *meter) task(d time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		m.enter()
		defer m.leave()
		return braid.Sleep(ctx, d)
	}
}

func TestRule7_1_AtMostNTasksRunAtOnce(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 100} {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			var m meter
			err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				for range 21 {
					g.Go(m.task(time.Second))
				}
				return nil
			}, braid.Limit(n))
			if err != nil || m.runs.Load() != 21 || int(m.most.Load()) != min(n, 21) {
				t.Errorf("limit %d: %v, ran %d, at most %d at once", n, err, m.runs.Load(), m.most.Load())
			}
			at(t, start, time.Duration((21+n-1)/n)*time.Second, "the join")
		})
	}
}

func TestRule7_1_GoAndForkNeverBlockFromTheBody(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			for range 10 {
				g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
				braid.Fork(g, func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, time.Second) })
			}
			at(t, start, 0, "all handed over")
			return nil
		}, braid.Limit(1))
		if err != nil {
			t.Error(err)
		}
		at(t, start, 20*time.Second, "the join")
	})
}

func TestRule7_1_GoAndForkNeverBlockFromATaskOfTheGroup(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var m meter
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			var spawn func(depth int) func(context.Context) error
			spawn = func(depth int) func(context.Context) error {
				return func(ctx context.Context) error {
					m.enter()
					defer m.leave()
					if depth > 0 {
						g.Go(spawn(depth - 1))
						braid.Fork(g, func(context.Context) (int, error) { m.enter(); m.leave(); return 0, nil })
					}
					return nil
				}
			}
			g.Go(spawn(1000))
			return nil
		}, braid.Limit(1))
		if err != nil || m.runs.Load() != 2001 || m.most.Load() != 1 {
			t.Errorf("%v, ran %d, at most %d at once", err, m.runs.Load(), m.most.Load())
		}
		at(t, start, 0, "the join")
	})
}

func TestRule7_1_AThousandGroupsDeepAtLimitOneDoesNotDeadlock(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var ran atomic.Int32
		var down func(ctx context.Context, depth int) error
		down = func(ctx context.Context, depth int) error {
			ran.Add(1)
			if depth == 0 {
				return braid.Sleep(ctx, time.Second)
			}
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error { return down(ctx, depth-1) })
				return nil
			}, braid.Limit(1))
		}
		if err := down(ctx, 1000); err != nil || ran.Load() != 1001 {
			t.Errorf("%v, ran %d", err, ran.Load())
		}
	})
}

func TestRule7_1_AQueuedTaskIsNotAGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := goroutines()
		err := braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
			for range 10000 {
				g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
			}
			synctest.Wait()
			if more := goroutines() - before; more > 10 {
				t.Errorf("10,000 tasks at limit 3 are %d goroutines", more)
			}
			g.Cancel()
			return nil
		}, braid.Limit(3))
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRule7_1_QueuedTasksRunInTheOrderInWhichTheyCame(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		next := 0
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			for i := range 100 {
				g.Go(func(context.Context) error {
					if i != next {
						t.Errorf("task %d ran when it was the turn of %d", i, next)
					}
					next++
					return nil
				})
			}
			return nil
		}, braid.Limit(1))
		if err != nil || next != 100 {
			t.Error(err, next)
		}
	})
}

func TestRule7_1_ALimitCanBeRaisedAndLoweredMeanwhile(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var m meter
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			for range 13 {
				g.Go(m.task(2 * time.Second))
			}
			time.Sleep(time.Second) // one runs, until 2s
			g.SetLimit(5)           // five do, four of them until 3s
			synctest.Wait()
			if n := m.now.Load(); n != 5 {
				t.Errorf("%d run after the limit was raised", n)
			}
			g.SetLimit(2)
			time.Sleep(1500 * time.Millisecond) // 2.5s: one has ended, four run
			if n := m.now.Load(); n != 4 {
				t.Errorf("%d run after the limit was lowered", n)
			}
			time.Sleep(time.Second) // 3.5s: all have, two more run until 5s
			if n := m.now.Load(); n != 2 {
				t.Errorf("%d run in the end", n)
			}
			return nil
		}, braid.Limit(1))
		at(t, start, 11*time.Second, "the join") // 3s + 8 tasks, 2 at a time, 2s each
		if err != nil || m.most.Load() != 5 {
			t.Error(err, m.most.Load())
		}
	})
}

func TestRule7_1_AWeightCountsAsThatManySlots(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			var heavy atomic.Bool
			for range 2 {
				g.Go(func(ctx context.Context) error {
					if heavy.Swap(true) {
						t.Error("two of weight 2 run at limit 3")
					}
					defer heavy.Store(false)
					return braid.Sleep(ctx, time.Second)
				}, braid.Weight(2))
			}
			return nil
		}, braid.Limit(3))
		if err != nil {
			t.Error(err)
		}
		at(t, start, 2*time.Second, "the join")
	})
}

func TestRule7_1_ATaskHeavierThanALimitThatWasLoweredRunsAlone(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
			g.Go(func(ctx context.Context) error {
				at(t, start, time.Second, "the start of the heavy one")
				return braid.Sleep(ctx, time.Second)
			}, braid.Weight(3))
			g.Go(func(ctx context.Context) error {
				at(t, start, 2*time.Second, "the start of what is behind it")
				return nil
			})
			g.SetLimit(1)
			return nil
		}, braid.Limit(3))
		if err != nil {
			t.Error(err)
		}
		at(t, start, 2*time.Second, "the join")
	})
}

// A standard context kills what is below it one after the other. Where a group hears of a death above before
// its own context has died, no queued task may be taken for one that is to be skipped, and then be called.
func TestRule7_1_ADeathThatIsOnItsWayDownLetsNoTaskBeyondTheLimit(t *testing.T) {
	for range 3000 {
		synctest.Test(t, func(t *testing.T) {
			second := false
			_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
						g.Go(func(ctx context.Context) error {
							<-ctx.Done()
							time.Sleep(time.Second)
							return nil
						})
						g.Go(func(context.Context) error {
							second = true
							return nil
						})
						return nil
					}, braid.Limit(1))
				})
				g.Go(func(context.Context) error {
					time.Sleep(time.Second)
					return errOne
				})
				return nil
			})
			if second {
				t.Fatal("the second task was called")
			}
		})
		if t.Failed() {
			return
		}
	}
}
