package braid_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/braid-go/braid"
)

// This file holds lines 23 to 35 of the conformance list: what an
// asyncio.TaskGroup takes in, keeps and refuses. Not carried over:
//
//	33  a group cannot be used before it is entered: there is none before the
//	    body of Run is called, and what Open gives is entered.
//	34  Go has no current task that a group could be without; there is the ctx.

// asyncio 23
func TestAsyncio23_ACancelVerySoonAfterTheStartDoesNotHang(t *testing.T) {
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			parent, cancel := context.WithCancelCause(t.Context())
			go cancel(aioTest)
			err := braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
				for range 3 {
					g.Go(aioUntilCancelled)
				}
				return nil
			})
			aioWantCancelled(t, err, aioTest)
		})
	}
}

// asyncio 24
func TestAsyncio24_AFinishedTaskIsNotRetained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			var held []weak.Pointer[[1 << 16]byte]
			for i := range 20 {
				payload := new([1 << 16]byte)
				held = append(held, weak.Make(payload))
				if i%2 == 0 {
					g.Go(func(context.Context) error { payload[0]++; return nil })
				} else {
					braid.Fork(g, func(context.Context) (*[1 << 16]byte, error) { return payload, nil })
				}
			}
			synctest.Wait()
			runtime.GC()
			for i, p := range held {
				if p.Value() != nil {
					t.Errorf("the open group holds on to task %d", i)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// asyncio 25
func TestAsyncio25_TasksSpawnTasksWhileTheBodyIsJoining(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var ran []string
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				time.Sleep(time.Second)
				ran = append(ran, "child")
				g.Go(func(ctx context.Context) error {
					time.Sleep(time.Second)
					ran = append(ran, "grandchild")
					return nil
				})
				return nil
			})
			return nil
		})
		if err != nil || len(ran) != 2 {
			t.Errorf("ran %v, error %v", ran, err)
		}
		aioWantElapsed(t, start, 2*time.Second)
	})
}

// asyncio 26
func TestAsyncio26_TasksThatReplicateThemselvesConvergeAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		born := atomic.Int32{}
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			var hydra func(context.Context) error
			hydra = func(context.Context) error {
				born.Add(1)
				time.Sleep(100 * time.Millisecond) // deaf to the cancel
				g.Go(hydra)
				g.Go(hydra)
				return nil
			}
			g.Go(hydra)
			g.Go(aioFailAfter(350*time.Millisecond, aioDivision))
			return nil
		})
		aioWantFailures(t, err, aioDivision)
		// Four generations are born before the failure, none after it.
		aioWantElapsed(t, start, 400*time.Millisecond)
		if n := born.Load(); n != 15 {
			t.Errorf("%d were born, want 15", n)
		}
	})
}

// asyncio 27
func TestAsyncio27_ATaskKnowsTheNameItWasGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen string
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, func(ctx context.Context) (int, error) {
				seen = fmt.Sprint(ctx)
				return 0, aioDivision
			}, braid.Name("yolo"))
			if task.Name() != "yolo" || task.Path() != "band/yolo" {
				t.Errorf("name %q, path %q", task.Name(), task.Path())
			}
			return nil
		}, braid.Name("band"))
		if path := aioWantFailures(t, err, aioDivision).Primary().Path(); path != "band/yolo" {
			t.Errorf("the failure's path is %q", path)
		}
		if !strings.Contains(seen, "band/yolo") {
			t.Errorf("the task's context prints as %q", seen)
		}
	})
}

// asyncio 28: contexts do not change in Go, so a task that is to have a value
// of its own derives one. What is derived is the task's still.
func TestAsyncio28_AValueGivenToOneTaskIsThatTasksAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{ name string }
		var inherited, own, siblings any
		var cause error
		parent := context.WithValue(t.Context(), key{"outer"}, 1)
		err := braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				ctx = context.WithValue(ctx, key{"task"}, 2)
				inherited, own = ctx.Value(key{"outer"}), ctx.Value(key{"task"})
				<-ctx.Done()
				cause = context.Cause(ctx)
				return cause
			})
			g.Go(func(ctx context.Context) error {
				siblings = ctx.Value(key{"task"})
				time.Sleep(time.Second)
				return aioDivision
			})
			return nil
		})
		ge := aioWantFailures(t, err, aioDivision)
		if inherited != 1 || own != 2 || siblings != nil {
			t.Errorf("inherited %v, own %v, the sibling's %v", inherited, own, siblings)
		}
		if c, ok := cause.(*braid.Cancellation); !ok || c.Reason() != error(ge.Primary()) {
			t.Errorf("the derived context died of %v", cause)
		}
	})
}

// asyncio 29: asyncio refuses with "is shutting down"; here the new task is
// skipped, and its handle says why.
func TestAsyncio29_ATaskSpawnedAfterAFailureIsNeverCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late *braid.Task[int]
		called := false
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(aioFailAfter(time.Second, aioDivision))
			g.Go(func(ctx context.Context) error {
				<-ctx.Done()
				late = braid.Fork(g, func(context.Context) (int, error) { called = true; return 1, nil })
				if _, err := late.Wait(context.WithoutCancel(ctx)); !errors.Is(err, context.Canceled) {
					t.Errorf("the late task's result is %v", err)
				}
				return ctx.Err()
			})
			return nil
		})
		ge := aioWantFailures(t, err, aioDivision)
		aioWantState(t, late, braid.Skipped)
		if called {
			t.Error("the late task was called")
		}
		_, err = late.Result()
		if c, ok := errors.AsType[*braid.Cancellation](err); !ok || c.Reason() != error(ge.Primary()) {
			t.Errorf("the late task's result %v does not tell of the failure", err)
		}
	})
}

// asyncio 30
func TestAsyncio30_AFailureOfTheBodysCleanupJoinsTheTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := braid.Run(parent, func(ctx context.Context, g *braid.Group) (err error) {
			defer func() { err = errors.Join(err, aioCleanup) }()
			g.Go(aioFailAfter(time.Second, aioDivision))
			return aioUntilCancelled(ctx)
		})
		// What the body was cancelled with is dropped from what it returned.
		if ge, ok := err.(*braid.GroupError); !ok || len(ge.Errors()) != 2 {
			t.Fatalf("got %v, want two failures", err)
		}
		if errors.Is(err, context.Canceled) || !errors.Is(err, aioDivision) || !errors.Is(err, aioCleanup) {
			t.Errorf("got %v", err)
		}
		if parent.Err() != nil {
			t.Error("the caller was cancelled")
		}
	})
}

// asyncio 31: Run cannot be entered twice. What Open gives may be waited for
// and closed as often as one likes, and tells the same each time.
func TestAsyncio31_AGroupCanBeLeftTwiceAndGivesTheSameError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := braid.Open(t.Context())
		g.Go(aioFailAfter(time.Second, aioDivision))
		first := g.Wait()
		aioWantFailures(t, first, aioDivision)
		if again := g.Wait(); again != first {
			t.Errorf("the second Wait gave %v", again)
		}
		if closed := g.Close(); closed != first {
			t.Errorf("Close after Wait gave %v", closed)
		}
	})
}

// asyncio 32
func TestAsyncio32_AGroupThatHasEndedRefusesTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended *braid.Group
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			ended = g
			return nil
		}, braid.Name("gone"))
		fn := func(context.Context) error { t.Error("called"); return nil }
		valued := func(context.Context) (int, error) { return 0, fn(nil) }
		if err := ended.TryGo(fn); err != braid.ErrClosed {
			t.Errorf("TryGo gave %v", err)
		}
		if task, err := braid.TryFork(ended, valued); task != nil || err != braid.ErrClosed {
			t.Errorf("TryFork gave %v, %v", task, err)
		}
		closer := new(aioCloser)
		for name, spawn := range map[string]func(){
			"Go":     func() { ended.Go(fn) },
			"Fork":   func() { braid.Fork(ended, valued) },
			"GoWait": func() { _ = ended.GoWait(t.Context(), fn) },
			"GoWith": func() { braid.GoWith(ended, closer, func(ctx context.Context, _ *aioCloser) error { return fn(ctx) }) },
		} {
			func() {
				defer func() {
					text := fmt.Sprint(recover())
					for _, part := range []string{name, "gone", "asyncio_taskgroup_life_test.go:", "ended"} {
						if !strings.Contains(text, part) {
							t.Errorf("%s panicked with %q, which does not say %q", name, text, part)
						}
					}
				}()
				spawn()
			}()
		}
		if n := closer.n.Load(); n != 1 {
			t.Errorf("the refused resource was closed %d times", n)
		}
	})
}

// aioCloser counts how often it was closed.
type aioCloser struct{ n atomic.Int32 }

func (c *aioCloser) Close() error { c.n.Add(1); return nil }

// asyncio 35
func TestAsyncio35_ARefusedFunctionIsNotCalledAndHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closer := new(aioCloser)
		var held weak.Pointer[[1 << 16]byte]
		var handles []*braid.Task[int]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			payload := new([1 << 16]byte)
			held = weak.Make(payload)
			use := func(context.Context) (int, error) {
				t.Error("a refused function was called")
				return int(payload[0]), nil
			}
			g.SetLimit(1)
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) })
			synctest.Wait()
			queued := braid.Fork(g, use) // refused while it waits for a slot
			queued.Cancel()
			g.Cancel()
			handles = append(handles, queued, braid.Fork(g, use))
			braid.GoWith(g, closer, func(ctx context.Context, _ *aioCloser) error { _, err := use(ctx); return err })
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := closer.n.Load(); n != 1 {
			t.Errorf("the resource of a refused task was closed %d times", n)
		}
		runtime.GC()
		if held.Value() != nil {
			t.Error("the handle of a refused task holds on to what its function would have used")
		}
		for _, h := range handles {
			aioWantState(t, h, braid.Skipped)
		}
	})
}
