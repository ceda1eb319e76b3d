package braid_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/braid-go/braid"
)

// This file holds corners of the core that are easily got wrong: callbacks that end in
// unusual ways, handlers that outlive what they hang on, and searches that grew
// with the square of their size.

type closing func() error

func (c closing) Close() error { return c() }

func TestRule8_1_APanicInTheCloseOfASkippedTaskIsTheGroups(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		e := howEnded(func() error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Cancel()
				braid.GoWith(g, closing(func() error { panic(errOne) }), func(context.Context, closing) error { return nil })
				return nil
			})
		})
		if pe, ok := e.panicked.(*braid.PanicError); !ok || pe.Value != errOne {
			t.Errorf("it ended with %+v", e)
		}
	})
}

func TestRule8_2_AGoexitInTheCloseOfASkippedTaskLosesNoWorker(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var closed atomic.Int32 // what is skipped needs no slot
		e := howEnded(func() error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Cancel()
				for range 3 {
					braid.GoWith(g, closing(func() error { closed.Add(1); runtime.Goexit(); return nil }),
						func(context.Context, closing) error { return nil })
				}
				return nil
			}, braid.Limit(1))
		})
		if !e.exited || closed.Load() != 3 {
			t.Errorf("it ended with %+v, %d closed", e, closed.Load())
		}
	})
}

func TestRule5_5_AGoexitInOnStallDoesNotHangTheJoin(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { time.Sleep(time.Minute); return nil })
			synctest.Wait()
			g.Cancel()
			return nil
		}, braid.Grace(time.Second), braid.OnStall(func(braid.Stall) { runtime.Goexit() }))
		if err != nil {
			t.Error(err)
		}
		at(t, start, time.Minute, "the end")
	})
}

func TestAfterFunc_StopMayComeAfterTheEndOfTheGroup(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var stop func() bool
		_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			stop = braid.AfterFunc(ctx, func() { t.Error("called") })
			return nil
		})
		once, again := stop(), stop()
		if !once || !again {
			t.Error("it was not kept from being called")
		}
	})
}

func TestRule6_3_TwoWhoStopAHandlerWaitDurably(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ctx, cancel := context.WithCancel(ctx)
		stop := braid.AfterFunc(ctx, func() { time.Sleep(time.Second) })
		cancel()
		synctest.Wait()
		go stop()
		if stop() {
			t.Error("it was kept from what it had begun")
		}
		at(t, start, time.Second, "the stop")
	})
}

func TestRule1_5_AHandlerIsLetGoOfWhenItsTaskHasEnded(t *testing.T) {
	t.Run("Fork", func(t *testing.T) {
		handlerIsLetGoOf(t, func(ctx context.Context, g *braid.Group, f func(context.Context)) error {
			_, err := braid.Fork(g, func(ctx context.Context) (int, error) { f(ctx); return 0, nil }).Wait(ctx)
			return err
		})
	})
	t.Run("Go", func(t *testing.T) {
		handlerIsLetGoOf(t, func(ctx context.Context, g *braid.Group, f func(context.Context)) error {
			done := make(chan struct{})
			g.Go(func(ctx context.Context) error { defer close(done); f(ctx); return nil })
			<-done
			return nil
		})
	})
}

func handlerIsLetGoOf(t *testing.T, run func(ctx context.Context, g *braid.Group, f func(context.Context)) error) {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		var kept weak.Pointer[[1 << 16]byte]
		err := run(ctx, g, func(ctx context.Context) {
			data := new([1 << 16]byte)
			kept = weak.Make(data)
			braid.AfterFunc(ctx, func() { data[0]++ })
		})
		for range 1000 {
			runtime.GC()
			if kept.Value() == nil {
				return err
			}
			time.Sleep(time.Millisecond)
		}
		t.Error("the group keeps it")
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRule8_1_WithTheOptionAPanicInAHandlerIsAnErrorToo(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		e := howEnded(func() error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				braid.AfterFunc(ctx, func() { panic(errOne) })
				g.Cancel()
				return nil
			}, braid.PanicsAsErrors)
		})
		if e.panicked != nil || !errors.Is(e.err, errOne) {
			t.Errorf("it ended with %+v", e)
		}
	})
}

func TestAfterFunc_OnAnEndedGroupThePanicIsRaisedByStop(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var dead context.Context
		_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			dead = ctx
			g.Cancel()
			return nil
		})
		stop := braid.AfterFunc(dead, func() { panic(errOne) })
		synctest.Wait()
		if e := howEnded(func() error { stop(); return nil }); e.panicked == nil {
			t.Errorf("it ended with %+v", e)
		}
	})
}

// Where a handler is registered while its group ends, it is either stopped or
// waited for.
func TestAfterFunc_MayBeCalledWhileTheGroupEnds(t *testing.T) {
	for range 200 {
		g, ctx := braid.Open(context.Background())
		registered := make(chan func() bool)
		go func() { registered <- braid.AfterFunc(ctx, func() {}) }()
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
		(<-registered)()
	}
}

func TestRule7_3_AsCompletedLendsTheSlotWhicheverGroupItsTasksAreOf(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for range 20 { // it depended on the order in which a map is walked
			err := braid.Timeout(ctx, time.Hour, func(ctx context.Context) error {
				return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error {
						here := braid.Fork(g, func(context.Context) (int, error) { return 1, nil })
						return braid.Run(ctx, func(ctx context.Context, below *braid.Group) error {
							there := braid.Fork(below, func(context.Context) (int, error) {
								<-here.Done() // with no context to lend by
								return 2, nil
							})
							for range braid.AsCompleted(ctx, here, there) {
							}
							return nil
						})
					})
					return nil
				}, braid.Limit(1))
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestRule1_7_AGroupOpenedWithTheContextOfABodyThatHasReturnedIsClosedToo(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		running := false
		err := braid.Run(ctx, func(bodys context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error {
				time.Sleep(time.Second) // the body is long gone
				late, _ := braid.Open(bodys)
				late.Go(func(ctx context.Context) error {
					running = true
					<-ctx.Done()
					time.Sleep(time.Second)
					running = false
					return errOne
				})
				synctest.Wait()
				return nil
			})
			return nil
		})
		if !errors.Is(err, braid.ErrNotClosed) || !errors.Is(err, errOne) || running {
			t.Errorf("got %v, running: %v", err, running)
		}
		at(t, start, 2*time.Second, "the end")
	})
}

func TestRule1_7_LateChildrenDoNotHideTheFailureOfTheBody(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(bodys context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error {
				time.Sleep(time.Second)
				braid.Open(bodys)
				return nil
			})
			synctest.Wait()
			return errTwo
		})
		if !errors.Is(err, braid.ErrNotClosed) || !errors.Is(err, errTwo) {
			t.Errorf("got %v", err)
		}
	})
}

// logged runs f and gives what slog's default logger was told.
func logged(f func()) string {
	var b bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&b, nil)))
	defer slog.SetDefault(before)
	f()
	return b.String()
}

// What t.Cleanup's kind does after a t.FailNow may panic: the panic is an error
// there, but the Goexit leaves nobody to return it to.
func TestRule8_2_FailuresBesideAGoexitOfABodyThatThenPanicsAreLogged(t *testing.T) {
	for _, beside := range []bool{true, false} {
		text := logged(func() {
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
					if beside {
						g.Go(func(context.Context) error { return errOne })
						<-ctx.Done()
					}
					defer func() { panic("in cleanup") }()
					runtime.Goexit()
					return nil
				}, braid.PanicsAsErrors)
				t.Error("Run returned from a Goexit")
			}()
			<-gone
		})
		if !strings.Contains(text, "in cleanup") || strings.Contains(text, errOne.Error()) != beside {
			t.Errorf("logged: %s", text)
		}
	}
	// The panic of the cleanup may come out of a group of its own.
	text := logged(func() {
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			_ = braid.Run(t.Context(), func(context.Context, *braid.Group) error {
				defer func() {
					_ = braid.Run(t.Context(), func(context.Context, *braid.Group) error { panic("in a group of the cleanup") })
				}()
				runtime.Goexit()
				return nil
			}, braid.PanicsAsErrors)
		}()
		<-gone
	})
	if !strings.Contains(text, "in a group of the cleanup") {
		t.Errorf("logged: %s", text)
	}
	// A Goexit that was under way before is another's.
	done := make(chan error)
	go func() {
		defer func() {
			done <- braid.Run(t.Context(), func(context.Context, *braid.Group) error { panic("in the body") }, braid.PanicsAsErrors)
		}()
		runtime.Goexit()
	}()
	text = logged(func() {
		if err := <-done; err == nil || !strings.Contains(err.Error(), "in the body") {
			t.Error(err)
		}
	})
	if text != "" {
		t.Errorf("logged besides: %s", text)
	}
}

func TestRule8_2_FailuresBesideAGoexitOfAnOpenGroupAreLogged(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		text := logged(func() {
			g, _ := braid.Open(ctx)
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return errOne })
			synctest.Wait()
			g.Go(func(context.Context) error { runtime.Goexit(); return nil })
			if e := howEnded(g.Wait); !e.exited {
				t.Errorf("it ended with %+v", e)
			}
		})
		if !strings.Contains(text, errOne.Error()) {
			t.Errorf("the log is %q", text)
		}
	})
}

func TestRule8_1_WithCrashOnPanicTheTasksAreNotToldOfAGoexitOfTheBody(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var cause error
		e := howEnded(func() error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error { <-ctx.Done(); cause = context.Cause(ctx); return nil })
				synctest.Wait()
				panic("body")
			}, braid.CrashOnPanic)
		})
		if e.panicked != "body" {
			t.Errorf("it ended with %+v", e)
		}
		if cause == nil || strings.Contains(cause.Error(), "Goexit") || !strings.Contains(cause.Error(), "panics") {
			t.Errorf("the cause is %v", cause)
		}
	})
}

func TestRule10_5_NoDelayOfRetryIsLongerThanMaxDelayNorTooLongForAClock(t *testing.T) {
	for name, p := range map[string]braid.Policy{
		"the first":      {Delay: time.Hour, MaxDelay: time.Minute},
		"with a factor":  {Delay: time.Minute, Factor: 1e12, MaxDelay: time.Minute},
		"with a greater": {Delay: time.Minute, Factor: 1e300, MaxDelay: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				p.Attempts = 4
				_, err := braid.Retry(ctx, p, func(context.Context) (int, error) { return 0, errOne })
				if err == nil {
					t.Error("it succeeded")
				}
				at(t, start, 3*time.Minute, "the end")
			})
		})
	}
}

func TestReserve_WithoutADeadlineTheOptionsCountAsWell(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var d braid.Deadline
		err := braid.Reserve(ctx, time.Second, func(ctx context.Context) error {
			if err := d.Reset(time.Minute); err != nil {
				return err
			}
			<-ctx.Done()
			return ctx.Err()
		}, &d)
		if _, ok := braid.TimedOut(err); !ok {
			t.Errorf("got %v", err)
		}
		at(t, start, time.Minute, "the end")
	})
}

func TestRule6_2_AChainOfWaitsIsNotSearchedFromEndToEndByEach(t *testing.T) {
	n := 50000
	if testing.Short() || racing {
		n = 2000
	}
	var deeper func(ctx context.Context, g *braid.Group, n int) (int, error)
	deeper = func(ctx context.Context, g *braid.Group, n int) (int, error) {
		if n == 0 {
			return 0, nil
		}
		v, err := braid.Fork(g, func(ctx context.Context) (int, error) { return deeper(ctx, g, n-1) }).Wait(ctx)
		return v + 1, err
	}
	promptly(t, func() { // it took minutes
		got, err := braid.Call(context.Background(), func(ctx context.Context, g *braid.Group) (int, error) {
			return deeper(ctx, g, n)
		}, braid.Limit(1))
		if got != n || err != nil {
			t.Errorf("got %d, %v", got, err)
		}
	})
}

// Two tasks that spawn are not ordered by that.
func TestRule11_6_SpawningOrdersNothingForTheRaceDetector(t *testing.T) {
	if !racing {
		t.Skip("there is no race detector")
	}
	if inChild(t) {
		x := 0
		nothing := func(context.Context) error { return nil }
		_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { x++; g.Go(nothing); return nil })
			g.Go(func(context.Context) error {
				time.Sleep(20 * time.Millisecond) // no order, only time
				g.Go(nothing)
				x++
				return nil
			})
			return nil
		})
		return
	}
	for range 3 {
		if out, err := child(t); err == nil || !strings.Contains(out, "DATA RACE") {
			t.Errorf("the race was not reported: %v\n%s", err, out)
		}
	}
}

// A context that is neither the standard library's nor ours, and whose Err
// tells of the end before its Done does.
type hastyContext struct {
	context.Context
	dead atomic.Bool
	done chan struct{}
}

func (c *hastyContext) Done() <-chan struct{} { return c.done }
func (c *hastyContext) Err() error {
	if c.dead.Load() {
		return context.Canceled
	}
	return nil
}

func TestRule11_3_AForeignContextMayTellOfItsEndBeforeItsDoneDoes(t *testing.T) {
	live(t, func(t *testing.T, _ context.Context, _ time.Time) {
		outer := &hastyContext{Context: context.Background(), done: make(chan struct{})}
		var d braid.Deadline
		err := braid.Timeout(outer, time.Minute, func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					outer.dead.Store(true)
					_ = ctx.Err()
					close(outer.done)
					<-ctx.Done()
					if ctx.Err() != context.Canceled || context.Cause(ctx) == nil {
						t.Errorf("%v because of %v", ctx.Err(), context.Cause(ctx))
					}
					return ctx.Err()
				})
				return nil
			})
		}, &d)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestRule1_7_ACallbackThatClosesItsOwnGroupIsToldAtOnce(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var told sync.Map
		var g *braid.Group
		var dying context.Context
		g, dying = braid.Open(ctx, braid.Grace(time.Second),
			braid.OnFailure(func(*braid.TaskError) { told.Store("OnFailure", g.Close()) }),
			braid.OnStall(func(braid.Stall) { told.Store("OnStall", g.Close()) }))
		braid.AfterFunc(dying, func() { time.Sleep(time.Minute); told.Store("AfterFunc", g.Close()) })
		g.Go(func(context.Context) error { time.Sleep(10 * time.Second); return nil })
		synctest.Wait() // it has started, and will not be skipped
		g.Go(func(context.Context) error { return errOne })
		if err := g.Wait(); !errors.Is(err, errOne) {
			t.Errorf("got %v", err)
		}
		for _, who := range []string{"OnFailure", "OnStall", "AfterFunc"} {
			if err, _ := told.Load(who); err == nil || !errors.Is(err.(error), braid.ErrDeadlock) {
				t.Errorf("%s was told %v", who, err)
			}
		}
	})
}

func TestRule7_3_ABackgroundTaskThatHasWaitedWaitsForNoSlot(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			served := make(chan struct{})
			quick := braid.Fork(g, func(context.Context) (int, error) { time.Sleep(time.Second); return 0, nil }, braid.Background)
			g.Go(func(ctx context.Context) error { _, err := quick.Wait(ctx); return err })
			synctest.Wait()
			g.Go(func(ctx context.Context) error {
				_, err := quick.Wait(ctx)
				time.Sleep(time.Second)
				close(served)
				return err
			}, braid.Background)
			synctest.Wait()
			g.Go(func(ctx context.Context) error {
				_, err := quick.Wait(ctx)
				<-served // holds the slot that the first one wants back
				return err
			})
			return nil
		}, braid.Limit(1))
		if err != nil {
			t.Error(err)
		}
		at(t, start, 2*time.Second, "the end")
	})
}

// bombCause is a cause whose Is panics.
type bombCause struct{}

func (bombCause) Error() string { return "a bomb" }
func (bombCause) Is(error) bool { panic("Is was called") }

func TestRule4_7_ACauseWithAPanickingIsComesOutLikeAnyOther(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ctx, cancel := context.WithCancelCause(ctx)
		g, _ := braid.Open(ctx)
		g.Go(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		synctest.Wait()
		cancel(bombCause{})
		for range 2 {
			e := howEnded(g.Wait)
			if c, ok := e.err.(*braid.Cancellation); !ok || c.Unwrap() != (bombCause{}) || !c.Is(context.Canceled) {
				t.Errorf("it ended with %+v", e)
			}
		}
	})
}

func TestRule8_2_WhatWasLeftOpenByATaskThatExitsIsLogged(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		text := logged(func() {
			e := howEnded(func() error {
				return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error {
						open, _ := braid.Open(ctx)
						open.Go(func(context.Context) error { return errOne })
						synctest.Wait()
						runtime.Goexit()
						return nil
					})
					return nil
				})
			})
			if !e.exited {
				t.Errorf("it ended with %+v", e)
			}
		})
		if !strings.Contains(text, errOne.Error()) {
			t.Errorf("the log is %q", text)
		}
	})
}

func TestRule5_3_WhoIsCancelledByAsCompletedIsToldWhereThatWasCalled(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			tasks := make([]*braid.Task[error], 2)
			for i := range tasks {
				tasks[i] = braid.Fork(g, func(ctx context.Context) (error, error) {
					if i == 0 {
						return nil, nil
					}
					<-ctx.Done()
					return context.Cause(ctx), nil
				})
			}
			synctest.Wait() // both have started
			for range braid.AsCompleted(ctx, tasks...) {
				break
			}
			if c, ok := tasks[1].Value().(*braid.Cancellation); !ok || !strings.HasSuffix(c.Site().File, "corner_test.go") {
				t.Errorf("the cause is %v", tasks[1].Value())
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
