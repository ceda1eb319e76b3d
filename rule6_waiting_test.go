package braid_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rules 6.1 and 6.2 of the contract: waiting for a task.

func sleeper[T any](d time.Duration, v T) func(context.Context) (T, error) {
	return func(ctx context.Context) (T, error) { return v, braid.Sleep(ctx, d) }
}

func TestRule6_1_WaitReturnsTheTasksResult(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, sleeper(time.Second, 42))
			for range 3 { // more than once, by several
				g.Go(func(ctx context.Context) error {
					v, err := task.Wait(ctx)
					if v != 42 || err != nil {
						t.Errorf("got %v, %v", v, err)
					}
					at(t, start, time.Second, "the result")
					return nil
				})
			}
			v, err := task.Wait(ctx)
			if v != 42 {
				t.Errorf("got %v", v)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRule6_1_WaitGivesTheCauseIfItsContextDiesFirstAndTheTaskGoesOn(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, sleeper(2*time.Second, 42))
			waiting, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(time.Second, func() { cancel(errWhy) })
			if v, err := task.Wait(waiting); v != 0 || err != errWhy {
				t.Errorf("got %v, %v", v, err)
			}
			at(t, start, time.Second, "the end of the wait")
			if v, err := task.Wait(ctx); v != 42 || err != nil {
				t.Errorf("then got %v, %v", v, err)
			}
			at(t, start, 2*time.Second, "the result")
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRule6_1_AFinishedTasksResultWinsOverADeadContext(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		dead, cancel := context.WithCancel(ctx)
		cancel()
		for range 200 { // a select would be wrong half of the time
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				task := braid.Fork(g, func(context.Context) (int, error) { return 42, nil })
				synctest.Wait()
				if v, err := task.Wait(dead); v != 42 || err != nil {
					t.Errorf("got %v, %v", v, err)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestRule6_1_WaitNeverHangsHoweverTheTaskEnds(t *testing.T) {
	type fork = func(g *braid.Group) *braid.Task[int]
	task := func(fn func(context.Context) (int, error)) fork {
		return func(g *braid.Group) *braid.Task[int] { return braid.Fork(g, fn) }
	}
	ends := map[string]struct {
		fork  fork
		state braid.State
		match error
	}{
		"success":  {task(sleeper(time.Second, 1)), braid.Succeeded, nil},
		"failure":  {task(func(context.Context) (int, error) { return 0, errOne }), braid.Failed, errOne},
		"panic":    {task(func(context.Context) (int, error) { panic(errOne) }), braid.Panicked, errOne},
		"goexit":   {task(func(context.Context) (int, error) { runtime.Goexit(); return 0, nil }), braid.Exited, braid.ErrGoexit},
		"a cancel": {task(func(ctx context.Context) (int, error) { return 0, untilDead(ctx) }), braid.Cancelled, context.Canceled},
		"skipped": {func(g *braid.Group) *braid.Task[int] {
			g.Cancel()
			return braid.Fork(g, func(context.Context) (int, error) { panic("it was called") })
		}, braid.Skipped, context.Canceled},
		"skipped in the queue": {func(g *braid.Group) *braid.Task[int] {
			g.SetLimit(1)
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) })
			task := braid.Fork(g, func(context.Context) (int, error) { panic("it was called") })
			time.AfterFunc(time.Second, g.Cancel)
			return task
		}, braid.Skipped, context.Canceled},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				reached := false
				howEnded(func() error {
					return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
						task := end.fork(g)
						if name == "a cancel" {
							synctest.Wait() // it runs
							task.Cancel()
						}
						_, err := task.Wait(context.Background())
						if !errors.Is(err, end.match) || task.State() != end.state {
							t.Errorf("Wait gave %v in state %v", err, task.State())
						}
						if te, ok := err.(*braid.TaskError); end.match != nil && (!ok || te.Path() != task.Path()) {
							t.Errorf("Wait gave %T, want a *TaskError of the task", err)
						}
						if _, again := task.Result(); again != err {
							t.Errorf("Result gave %v", again)
						}
						select {
						case <-task.Done():
						default:
							t.Error("Done is open")
						}
						reached = true
						return nil
					})
				})
				if !reached || time.Since(start) > time.Second {
					t.Errorf("the wait came to an end: %v, at %v", reached, time.Since(start))
				}
			})
		})
	}
}

func TestRule6_1_ResultDoesNotBlock(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var task *braid.Task[int]
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.SetLimit(1)
			running, queued := braid.Fork(g, sleeper(time.Second, 42)), braid.Fork(g, sleeper(0, 7))
			synctest.Wait()
			for _, task = range []*braid.Task[int]{running, queued} {
				if v, err := task.Result(); v != 0 || err != braid.ErrNotDone {
					t.Errorf("got %v, %v before the end", v, err)
				}
			}
			if running.State() != braid.Running || queued.State() != braid.Queued {
				t.Errorf("states %v, %v", running.State(), queued.State())
			}
			at(t, start, 0, "the question")
			return nil
		})
		if v, e := task.Result(); v != 7 || e != nil || err != nil {
			t.Errorf("got %v, %v, %v", v, e, err)
		}
	})
}

// deadlock checks an error for being one that names the ring.
func deadlock(t *testing.T, err error, names ...string) {
	t.Helper()
	if !errors.Is(err, braid.ErrDeadlock) {
		t.Fatalf("got %v", err)
	}
	text := err.Error()
	for _, name := range names {
		if !strings.Contains(text, name) {
			t.Errorf("%q does not name %q", text, name)
		}
	}
}

func TestRule6_2_ATaskThatWaitsForItselfIsToldAtOnce(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			self := make(chan *braid.Task[int], 1)
			self <- braid.Fork(g, func(ctx context.Context) (int, error) {
				_, err := (<-self).Wait(ctx)
				deadlock(t, err, "narcissus")
				at(t, start, 0, "the error")
				return 0, nil
			}, braid.Name("narcissus"))
			return nil
		})
	})
}

func TestRule6_2_ATaskThatWaitsForAnAncestorIsToldAtOnce(t *testing.T) {
	for depth := 1; depth <= 3; depth++ {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			asked := false
			_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				top := make(chan *braid.Task[int], 1)
				var down func(ctx context.Context, depth int) error
				down = func(ctx context.Context, depth int) error {
					if depth == 0 {
						_, err := (<-top).Wait(ctx)
						deadlock(t, err, "elder")
						at(t, start, 0, "the error")
						asked = true
						return nil
					}
					return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
						g.Go(func(ctx context.Context) error { return down(ctx, depth-1) }, braid.Name("younger"))
						return nil
					})
				}
				top <- braid.Fork(g, func(ctx context.Context) (int, error) { return 0, down(ctx, depth) }, braid.Name("elder"))
				return nil
			})
			if !asked {
				t.Error("nobody asked")
			}
		})
	}
}

func TestRule6_2_TasksThatWaitInARingAreToldAtOnce(t *testing.T) {
	for n := 2; n <= 5; n++ {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			var told atomic.Int32
			_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				tasks := make([]*braid.Task[int], n)
				begin := make(chan struct{})
				for i := range n {
					tasks[i] = braid.Fork(g, func(ctx context.Context) (int, error) {
						<-begin
						time.Sleep(time.Duration(i) * time.Second)
						_, err := tasks[(i+1)%n].Wait(ctx)
						if errors.Is(err, braid.ErrDeadlock) {
							deadlock(t, err, "ring0", "ring1")
							told.Add(1)
							at(t, start, time.Duration(n-1)*time.Second, "the error")
							return 0, nil
						}
						return 0, err
					}, braid.Name("ring"+string(rune('0'+i))))
				}
				close(begin)
				return nil
			})
			if told.Load() != 1 {
				t.Errorf("%d of %d were told", told.Load(), n)
			}
		})
	}
}

func TestRule6_2_ARingThroughDifferentGroupsIsSeen(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		told := false
		_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			var a, b *braid.Task[int]
			begin := make(chan struct{})
			a = braid.Fork(g, func(ctx context.Context) (int, error) {
				<-begin
				return braid.Call(ctx, func(_ context.Context, below *braid.Group) (int, error) {
					return 0, braid.Run(ctx, func(_ context.Context, below *braid.Group) error {
						below.Go(func(ctx context.Context) error { _, err := b.Wait(ctx); return err })
						return nil
					})
				})
			}, braid.Name("a"))
			b = braid.Fork(g, func(ctx context.Context) (int, error) {
				<-begin
				time.Sleep(time.Second)
				_, err := a.Wait(ctx)
				deadlock(t, err, "a", "b")
				told = true
				return 0, nil
			}, braid.Name("b"))
			close(begin)
			return nil
		})
		if !told {
			t.Error("nobody was told")
		}
	})
}

func TestRule6_2_WhatIsNoRingIsNotRefused(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			last := braid.Fork(g, sleeper(time.Second, 1))
			for range 10 { // a chain of diamonds
				before := last
				side := braid.Fork(g, func(ctx context.Context) (int, error) { return before.Wait(ctx) })
				last = braid.Fork(g, func(ctx context.Context) (int, error) {
					if _, err := side.Wait(ctx); err != nil {
						return 0, err
					}
					return before.Wait(ctx)
				})
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		at(t, start, time.Second, "the join")
	})
}
