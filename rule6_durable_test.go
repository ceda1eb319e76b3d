package braid_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rules 6.3 and 6.4 of the contract: waits in a bubble, and
// waiting for many.

// In a bubble time stands still, and a test hangs, while anything waits that
// does not count as durably blocked. So each wait of the package is entered
// here and left by the clock alone.
func TestRule6_3_EveryWaitIsDurable(t *testing.T) {
	waits := map[string]func(ctx context.Context) error{
		"the join": func(ctx context.Context) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
				return nil
			})
		},
		"Close and Wait of an owner": func(ctx context.Context) error {
			g, _ := braid.Open(ctx)
			begun := make(chan struct{})
			g.Go(func(context.Context) error { close(begun); time.Sleep(time.Second); return nil })
			<-begun
			go g.Wait()
			go g.Close()
			return g.Close()
		},
		"Wait of a task": func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				_, err := braid.Fork(g, sleeper(time.Second, 0)).Wait(ctx)
				return err
			})
		},
		"GoWait": func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
				return g.GoWait(ctx, func(context.Context) error { return nil })
			}, braid.Limit(1))
		},
		"a slot to be taken back": func(ctx context.Context) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					task := braid.Fork(g, sleeper(0, 0))
					g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
					_, err := task.Wait(ctx)
					return err
				})
				return nil
			}, braid.Limit(1))
		},
		"Start": func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				_, err := braid.Start(ctx, g, func(_ context.Context, ready func(int)) error {
					time.Sleep(time.Second)
					ready(1)
					return nil
				})
				return err
			})
		},
		"AsCompleted": func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				for range braid.AsCompleted(ctx, braid.Fork(g, sleeper(time.Second, 0))) {
				}
				return nil
			})
		},
		"the stop of an AfterFunc": func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			begun := make(chan struct{})
			stop := braid.AfterFunc(ctx, func() { close(begun); time.Sleep(time.Second) })
			cancel()
			<-begun
			stop()
			return nil
		},
		"cleanup": func(ctx context.Context) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				return g.Defer(func(context.Context) error { time.Sleep(time.Second); return nil })
			})
		},
		"Abandon": func(ctx context.Context) error {
			_, err := braid.Abandon(ctx, func() (int, error) { time.Sleep(time.Second); return 0, nil }, func(int, error) {})
			return err
		},
	}
	for name, wait := range waits {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				var done atomic.Bool
				go func() {
					if err := wait(ctx); err != nil {
						t.Error(err)
					}
					done.Store(true)
				}()
				synctest.Wait() // returns once all are durably blocked
				if done.Load() {
					t.Fatal("there was no wait")
				}
				time.Sleep(time.Second)
				synctest.Wait()
				if !done.Load() {
					t.Error("it waits after a second still")
				}
			})
		})
	}
}

func TestRule6_4_AsCompletedYieldsTheTasksInTheOrderInWhichTheyEnd(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			var tasks []*braid.Task[int]
			for _, s := range []int{3, 1, 2, 5, 4} {
				tasks = append(tasks, braid.Fork(g, sleeper(time.Duration(s)*time.Second, s)))
			}
			var order []int
			for task := range braid.AsCompleted(ctx, append(tasks, tasks[0])...) {
				v, err := task.Result()
				if err != nil {
					t.Error(err)
				}
				at(t, start, time.Duration(v)*time.Second, "a result")
				order = append(order, v)
			}
			if !slices.Equal(order, []int{1, 2, 3, 4, 5}) {
				t.Errorf("got %v", order)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRule6_4_LeavingTheLoopEarlyCancelsAndJoinsTheRest(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			var tasks []*braid.Task[int]
			for s := range 5 {
				tasks = append(tasks, braid.Fork(g, func(ctx context.Context) (int, error) {
					err := braid.Sleep(ctx, time.Duration(s+1)*time.Second)
					if err != nil {
						time.Sleep(10 * time.Second) // takes its time to stop
					}
					return s, err
				}))
			}
			for task := range braid.AsCompleted(ctx, tasks...) {
				if v, _ := task.Result(); v == 1 {
					break
				}
			}
			at(t, start, 12*time.Second, "the next statement")
			for i, task := range tasks {
				want := braid.Cancelled
				if i < 2 {
					want = braid.Succeeded
				}
				if task.State() != want {
					t.Errorf("task %d has %v, want %v", i, task.State(), want)
				}
			}
			if ctx.Err() != nil {
				t.Error("the group was cancelled with them")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
