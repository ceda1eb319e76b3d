package braid_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file holds lines 43 to 52 of the conformance list: TaskGroup.cancel of
// Python 3.15, and what a group makes of errors that come once it is cancelled.

// asyncio 43
func TestAsyncio43_CancelEndsTheGroupWithoutAnError(t *testing.T) {
	for name, cancel := range map[string]func(g *braid.Group){
		"from the body": func(g *braid.Group) { time.Sleep(time.Second); g.Cancel() },
		"from a task": func(g *braid.Group) {
			g.Go(func(context.Context) error { time.Sleep(time.Second); g.Cancel(); return nil })
		},
		"from outside": func(g *braid.Group) { time.AfterFunc(time.Second, g.Cancel) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var done, cut *braid.Task[int]
				err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
					done = braid.Fork(g, func(context.Context) (int, error) { return 1, nil })
					cut = braid.Fork(g, func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, time.Hour) })
					cancel(g)
					return braid.Sleep(ctx, time.Hour)
				})
				if err != nil {
					t.Errorf("got %v", err)
				}
				aioWantElapsed(t, start, time.Second)
				aioWantState(t, done, braid.Succeeded)
				aioWantState(t, cut, braid.Cancelled)
			})
		})
	}
}

// asyncio 44
func TestAsyncio44_CancelMayComeTwiceAndLateAndFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var ended *braid.Group
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			ended = g
			g.Go(aioUntilCancelled)
			g.CancelCause(aioValue)
			g.Cancel()
			if c, ok := context.Cause(ctx).(*braid.Cancellation); !ok || c.Reason() != aioValue {
				t.Errorf("the second cancel replaced the cause: %v", context.Cause(ctx))
			}
			return nil
		})
		if err != nil {
			t.Errorf("cancelled twice: %v", err)
		}
		ended.Cancel()

		g, ctx := braid.Open(t.Context())
		g.Cancel()
		if ctx.Err() == nil {
			t.Error("a group cancelled before its first task is alive")
		}
		g.Go(func(context.Context) error { t.Error("called"); return nil })
		if err := g.Wait(); err != nil {
			t.Errorf("cancelled first: %v", err)
		}
		g.Cancel()
		if err := g.Wait(); err != nil {
			t.Errorf("cancelled after the end: %v", err)
		}
		aioWantElapsed(t, start, 0)
	})
}

// asyncio 45
func TestAsyncio45_CancelHidesNoFailureThatComesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
			g.Go(aioUntilCancelled)
			g.Cancel()
			return aioValue
		})
		aioWantFailures(t, err, aioValue)
		err = braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
			g.Go(aioFailInCleanup(aioDivision))
			synctest.Wait()
			g.Cancel()
			return nil
		})
		aioWantFailures(t, err, aioDivision)
		if parent.Err() != nil {
			t.Error("the caller was cancelled")
		}
	})
}

// asyncio 46: asyncio refuses, Trio starts the task; here it is skipped, unless
// it says that it must run.
func TestAsyncio46_ATaskSpawnedAfterCancelIsSkippedUnlessAlways(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var skipped, always *braid.Task[int]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Cancel()
			skipped = braid.Fork(g, func(context.Context) (int, error) { t.Error("called"); return 0, nil })
			always = braid.Fork(g, func(ctx context.Context) (int, error) {
				if ctx.Err() == nil {
					t.Error("the context is alive")
				}
				return 7, nil
			}, braid.Always)
			return nil
		})
		if err != nil {
			t.Errorf("got %v", err)
		}
		aioWantState(t, skipped, braid.Skipped)
		if v, err := always.Result(); v != 7 || err != nil {
			t.Errorf("the task that always runs gave %v, %v", v, err)
		}
	})
}

// asyncio 47
func TestAsyncio47_ATaskThatCancelsItsGroupAtOnceIsCancelledItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var task *braid.Task[int]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			task = braid.Fork(g, func(ctx context.Context) (int, error) {
				g.Cancel()
				return 0, braid.Sleep(ctx, time.Hour)
			})
			return nil
		})
		if err != nil {
			t.Errorf("got %v", err)
		}
		aioWantState(t, task, braid.Cancelled)
		aioWantElapsed(t, start, 0)
	})
}

// asyncio 48
func TestAsyncio48_AnOutsideCancelComesOutOfAGroupThatCancelledItself(t *testing.T) {
	for name, order := range map[string]func(own, foreign func()){
		"own first":     func(own, foreign func()) { own(); foreign() },
		"foreign first": func(own, foreign func()) { foreign(); own() },
		"foreign during the unwinding": func(own, foreign func()) {
			own()
			time.AfterFunc(time.Second/2, foreign)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				parent, cancel := context.WithCancelCause(t.Context())
				err := braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error {
						defer time.Sleep(time.Second)
						return aioUntilCancelled(ctx)
					})
					synctest.Wait()
					order(g.Cancel, func() { cancel(aioTest) })
					return nil
				})
				aioWantCancelled(t, err, aioTest)
				aioWantElapsed(t, start, time.Second)
			})
		})
	}
}

// asyncio 49
func TestAsyncio49_FailuresAndTasksThatComeAfterTheCancelConverge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(aioFailAfter(time.Second, aioDivision))
			g.Go(func(ctx context.Context) error {
				<-ctx.Done()
				for range 3 {
					g.Go(aioUntilCancelled)
				}
				g.Go(func(context.Context) error {
					time.Sleep(time.Second)
					g.Go(aioUntilCancelled)
					return aioCleanup
				}, braid.Always)
				return aioValue
			})
			return nil
		})
		aioWantFailures(t, err, aioDivision, aioValue, aioCleanup)
		aioWantElapsed(t, start, 2*time.Second)
	})
}

// asyncio 50
func TestAsyncio50_AFailureThatOthersAwaitAppearsOnce(t *testing.T) {
	for name, wait := range map[string]func(ctx context.Context) context.Context{
		"with the own context": func(ctx context.Context) context.Context { return ctx },
		"through the cancel":   context.WithoutCancel,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
					task := braid.Fork(g, func(ctx context.Context) (int, error) {
						return 0, aioFailAfter(time.Second, aioDivision)(ctx)
					})
					g.Go(func(ctx context.Context) error {
						_, err := task.Wait(wait(ctx))
						return err
					})
					_, err := task.Wait(wait(ctx))
					return err
				})
				aioWantFailures(t, err, aioDivision)
			})
		})
	}
	t.Run("a wrapper is news", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
				task := braid.Fork(g, func(context.Context) (int, error) { return 0, aioDivision })
				_, err := task.Wait(context.WithoutCancel(ctx))
				return fmt.Errorf("dividing: %w", err)
			})
			if ge, ok := err.(*braid.GroupError); !ok || len(ge.Errors()) != 2 {
				t.Errorf("got %v, want two failures", err)
			}
		})
	})
}

// asyncio 51: to asyncio such a task is cancelled and nobody hears of it; here
// context.Canceled from a live context is a failure.
func TestAsyncio51_CanceledFromATaskThatNobodyCancelledIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var task *braid.Task[int]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			task = braid.Fork(g, func(context.Context) (int, error) {
				time.Sleep(time.Second)
				return 0, context.Canceled
			})
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) })
			return nil
		})
		aioWantFailures(t, err, context.Canceled)
		aioWantState(t, task, braid.Failed)
		aioWantElapsed(t, start, time.Second)
	})
}

// asyncio 52
func TestAsyncio52_ABodyMaySwallowTheCancelAndGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var late *braid.Task[int]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(aioFailAfter(time.Second, aioDivision))
			<-ctx.Done()
			time.Sleep(4 * time.Second)
			late = braid.Fork(g, func(context.Context) (int, error) { t.Error("called"); return 0, nil })
			return nil
		})
		aioWantFailures(t, err, aioDivision)
		aioWantElapsed(t, start, 5*time.Second)
		aioWantState(t, late, braid.Skipped)
	})
}
