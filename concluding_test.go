package braid_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file is about what happens while a group ends: cleanup, handlers and groups
// that were left open, and callbacks that close their own group.

// refusing lets nobody go, paced each after d.
type refusing struct{}

func (refusing) Wait(context.Context) error { return errOne }

type paced time.Duration

func (p paced) Wait(ctx context.Context) error { return braid.Sleep(ctx, time.Duration(p)) }

func TestRule9_5_NoRateHoldsCleanupUp(t *testing.T) {
	for name, rate := range map[string]braid.Limiter{"refusing": refusing{}, "slow": paced(time.Hour)} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				ran := false
				err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					return g.Defer(func(context.Context) error { ran = true; return nil })
				}, braid.Rate(rate), braid.Grace(time.Second))
				if err != nil || !ran || time.Since(start) != 0 {
					t.Errorf("it ran: %v, after %v, %v", ran, time.Since(start), err)
				}
			})
		})
	}
}

func TestRule9_5_AFailureOfCleanupIsJudgedByTheContextThatItWasGiven(t *testing.T) {
	for _, returned := range []error{context.Canceled, context.DeadlineExceeded} {
		live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				_ = g.Defer(func(ctx context.Context) error {
					if ctx.Err() != nil {
						t.Error("it is dead")
					}
					return returned // of a call of its own
				})
				<-ctx.Done()
				return nil
			})
			if ge, ok := err.(*braid.GroupError); !ok || !errors.Is(ge.Errors()[0], returned) {
				t.Errorf("got %v", err)
			}
		})
	}
	err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		_ = g.Defer(func(context.Context) error { return errOne })
		g.Cancel()
		return nil
	}, braid.CancelNoise(func(err error) bool { return err == errOne }))
	if !errors.Is(err, errOne) {
		t.Errorf("what is noise in dead tasks is none in cleanup: %v", err)
	}
}

func TestRule1_3_AHandlerOfATaskThatHasReturnedIsNotCalled(t *testing.T) {
	for _, end := range []string{"quiesce", "cancel"} {
		for _, handle := range []bool{false, true} {
			live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
				f := func(ctx context.Context) error {
					stop := braid.AfterFunc(ctx, func() { t.Errorf("called at %s, handle %v", end, handle) })
					braid.AfterFunc(ctx, func() { t.Error("called although it was stopped") })
					_ = stop
					return nil
				}
				_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					if end == "quiesce" {
						g.Go(untilDead, braid.Background)
					}
					if handle {
						braid.Fork(g, func(ctx context.Context) (int, error) { return 0, f(ctx) })
					} else {
						g.Go(f)
					}
					time.Sleep(time.Second)
					if end == "cancel" {
						g.Cancel()
					}
					return nil
				})
			})
		}
	}
}

func TestRule1_7_AGroupOpenedWhileOthersAreClosedIsClosedToo(t *testing.T) {
	for _, body := range []bool{false, true} {
		live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
			var running atomic.Int32
			err := braid.Run(ctx, func(inBody context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					if body {
						synctest.Wait()
						ctx = inBody
					}
					h, _ := braid.Open(ctx)
					h.Go(func(in context.Context) error {
						<-in.Done() // h is closed, since its owner has ended
						k, _ := braid.Open(ctx)
						k.Go(func(ctx context.Context) error {
							running.Add(1)
							defer running.Add(-1)
							<-ctx.Done()
							time.Sleep(time.Second)
							return nil
						}, braid.Always)
						return nil
					})
					return nil
				})
				return nil
			})
			if n := running.Load(); n != 0 || !errors.Is(err, braid.ErrNotClosed) {
				t.Errorf("in the body %v: %d still run, %v", body, n, err)
			}
		})
	}
}

func TestRule1_7_AGroupOpenedWithTheContextOfATaskThatHasReturnedIsTheGroups(t *testing.T) {
	for _, handle := range []bool{false, true} {
		live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
			var running atomic.Int32
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				kept := make(chan context.Context, 1)
				keep := func(ctx context.Context) error {
					ctx.Done()
					kept <- ctx
					return nil
				}
				if handle {
					braid.Fork(g, func(ctx context.Context) (int, error) { return 0, keep(ctx) })
				} else {
					g.Go(keep)
				}
				g.Go(func(context.Context) error {
					time.Sleep(time.Second)
					h, _ := braid.Open(<-kept)
					h.Go(func(ctx context.Context) error {
						running.Add(1)
						<-ctx.Done()
						time.Sleep(time.Second)
						running.Add(-1)
						return nil
					}, braid.Always)
					return nil
				})
				return nil
			})
			if running.Load() != 0 || !errors.Is(err, braid.ErrNotClosed) {
				t.Errorf("handle %v: %d still run, %v", handle, running.Load(), err)
			}
		})
	}
}

// A group may be opened with the context of a task at any instant of that task's end.
func TestRule1_7_AGroupOpenedAsATaskEndsIsJoined(t *testing.T) {
	for range 300 {
		var running atomic.Int32
		_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			kept := make(chan context.Context, 1)
			braid.Fork(g, func(ctx context.Context) (int, error) { kept <- ctx; return 0, nil })
			g.Go(func(context.Context) error {
				h, _ := braid.Open(<-kept)
				_ = h.TryGo(func(ctx context.Context) error {
					running.Add(1)
					defer running.Add(-1)
					<-ctx.Done()
					time.Sleep(time.Millisecond)
					return nil
				}, braid.Always)
				return nil
			})
			return nil
		})
		if n := running.Load(); n != 0 {
			t.Fatalf("%d tasks still run", n)
		}
	}
}

func TestAfterFunc_HandlersThatAreCalledWhileTheGroupEndsAreJoined(t *testing.T) {
	for name, body := range map[string]func(ctx context.Context, g *braid.Group, last func()) error{
		"of a handler": func(ctx context.Context, g *braid.Group, last func()) error {
			braid.AfterFunc(ctx, func() {
				time.Sleep(time.Second)
				braid.AfterFunc(ctx, last)
			})
			g.Cancel()
			return nil
		},
		"of cleanup": func(_ context.Context, g *braid.Group, last func()) error {
			return g.Defer(func(ctx context.Context) error {
				braid.AfterFunc(ctx, last)
				<-ctx.Done()
				return nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
				ended := false
				_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					return body(ctx, g, func() {
						time.Sleep(time.Second)
						ended = true
					})
				}, braid.Grace(time.Second))
				if !ended {
					t.Error("Run returned before it had ended")
				}
				time.Sleep(time.Hour)
			})
		})
	}
}

func TestAfterFunc_AHandlerMayHandATaskToItsGroup(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ran := false
		e := howEnded(func() error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				braid.AfterFunc(ctx, func() {
					time.Sleep(time.Second)
					g.Go(func(context.Context) error { ran = true; return nil }, braid.Always)
				})
				g.Cancel()
				return nil
			})
		})
		if e.panicked != nil || !ran {
			t.Errorf("it ran: %v, %+v", ran, e)
		}
	})
}

// Whoever brings the death about may be the last task.
func TestAfterFunc_AHandlerMayHandATaskToItsGroupAlsoAsTheLastTaskEnds(t *testing.T) {
	for name, last := range map[string]func(g *braid.Group, cancel func()) error{
		"a cancel":  func(g *braid.Group, _ func()) error { g.Cancel(); return nil },
		"a failure": func(*braid.Group, func()) error { return errOne },
		"outside":   func(_ *braid.Group, cancel func()) error { cancel(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			for range 100 {
				live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
					ctx, cancel := context.WithCancel(ctx)
					defer cancel()
					ran := false
					e := howEnded(func() error {
						return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
							braid.AfterFunc(ctx, func() {
								g.Go(func(context.Context) error { time.Sleep(time.Second); ran = true; return nil }, braid.Always)
							})
							g.Go(func(context.Context) error { time.Sleep(time.Second); return last(g, cancel) })
							return nil
						})
					})
					if e.panicked != nil || !ran {
						t.Fatalf("it ran: %v, %+v", ran, e)
					}
				})
			}
		})
	}
}

func TestAfterFunc_WithTheContextOfATaskThatHasEndedIsNotCalled(t *testing.T) {
	for _, handle := range []bool{false, true} {
		live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
			_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				var kept context.Context
				keep := func(ctx context.Context) error { ctx.Done(); kept = ctx; return nil }
				if handle {
					braid.Fork(g, func(ctx context.Context) (int, error) { return 0, keep(ctx) })
				} else {
					g.Go(keep)
				}
				synctest.Wait()
				braid.AfterFunc(kept, func() { t.Errorf("called, handle %v", handle) })
				g.Cancel()
				synctest.Wait()
				return nil
			})
		})
	}
}

func TestRule5_5_ATaskThatDoesNotObeyIsReportedWhileAHandlerRuns(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ctx, cancel := context.WithCancel(ctx)
		release := make(chan struct{})
		var told time.Duration
		_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			braid.AfterFunc(ctx, func() { <-release })
			g.Go(func(context.Context) error { <-release; return nil })
			synctest.Wait()
			cancel()
			return nil
		}, braid.Grace(time.Second), braid.OnStall(func(braid.Stall) {
			told = time.Since(start)
			close(release)
		}))
		if told != time.Second {
			t.Errorf("told after %v", told)
		}
	})
}

func TestRule5_5_AHandlerThatDoesNotReturnIsReportedToo(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var told []string
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			braid.AfterFunc(ctx, func() { time.Sleep(time.Hour) })
			stop := braid.AfterFunc(ctx, func() {})
			stop()
			g.Cancel()
			braid.AfterFunc(context.WithoutCancel(ctx), func() {}) // has not begun
			return nil
		}, braid.Name("serve"), braid.Grace(time.Second), braid.OnStall(func(s braid.Stall) {
			at(t, start, time.Second, "the report")
			for _, task := range s.Tasks {
				told = append(told, task.Path, task.Blocked, task.Spawned.String())
			}
		}))
		if err != nil || len(told) != 3 || told[0] != "serve/AfterFunc" ||
			!strings.Contains(told[1], "AHandlerThatDoesNotReturnIsReportedToo") || !strings.HasPrefix(told[2], "concluding_test.go:") {
			t.Error(err, told)
		}
		at(t, start, time.Hour, "the join")
	})
}

// What a group that was left open returns of its cancellation is none of its failures.
func TestRule1_7_WhatAnOwnersCloseCancelsBelowIsOnlyNotClosed(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		owner, below := braid.Open(ctx)
		left, _ := braid.Open(below)
		left.Go(untilDead)
		synctest.Wait()
		if err := owner.Close(); !errors.Is(err, braid.ErrNotClosed) || errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// The group has not noticed the death that the handler is called for.
func TestRule5_5_AHandlerIsReportedAlsoIfTheGroupIsJoinedAtTheDeath(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		outer, cancel := context.WithCancel(ctx)
		told := 0
		_ = braid.Run(outer, func(ctx context.Context, _ *braid.Group) error {
			braid.AfterFunc(ctx, func() { time.Sleep(time.Hour) })
			cancel()
			return nil
		}, braid.Grace(time.Second), braid.OnStall(func(braid.Stall) { told++ }))
		if told != 1 {
			t.Errorf("told %d times", told)
		}
		at(t, start, time.Hour, "the join")
	})
}

// An OnFailure that opens a group for each that was left open would go on for ever.
func TestRule1_7_GroupsThatAreOpenedForThoseLeftOpenComeToAnEnd(t *testing.T) {
	n := 0
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		opened := make(chan struct{})
		g.Go(func(context.Context) error {
			defer close(opened)
			braid.Open(ctx)
			return nil
		})
		<-opened
		return nil
	}, braid.Supervised, braid.OnFailure(func(te *braid.TaskError) {
		n++
		opener, _ := braid.Open(context.Background())
		_ = opener.Close()
	}))
	if n != 1 {
		t.Errorf("told of %d", n)
	}
	var body context.Context
	n = 0
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		body = ctx
		braid.Open(ctx)
		return nil
	}, braid.Supervised, braid.Keep(1), braid.OnFailure(func(*braid.TaskError) {
		n++
		braid.Open(body)
	}))
	if n < 2 {
		t.Errorf("told of %d", n)
	}
}

// OnFailure of a task opens groups with the context of that task, which is ending.
func TestRule1_7_AGroupOpenedForTheFailureOfATaskIsLeftToTheGroup(t *testing.T) {
	for range 20 {
		live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
			var of context.Context
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					of = ctx
					return errOne
				})
				braid.Open(ctx)
				time.Sleep(time.Second)
				return nil
			}, braid.OnFailure(func(te *braid.TaskError) {
				if te.Err == errOne {
					braid.Open(of)
					braid.Open(of)
				}
			}))
			if !errors.Is(err, errOne) || !errors.Is(err, braid.ErrNotClosed) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAfterFunc_APanicInAHandlerIsNotLostBySettle(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		outcomes, err := braid.Settle(ctx, braid.Funcs(func(ctx context.Context) (int, error) {
			braid.AfterFunc(ctx, func() { panic(errOne) })
			<-ctx.Done()
			return 1, nil
		}, func(context.Context) (int, error) { return 0, errTwo }))
		if !errors.Is(err, errOne) || errors.Is(err, errTwo) || outcomes[0].State != braid.Succeeded {
			t.Errorf("got %v, %v", outcomes, err)
		}
	})
}

// lateContext is dead a second before those hear of it who registered with it.
type lateContext struct {
	context.Context
	done chan struct{}
}

func (c *lateContext) Done() <-chan struct{} { return c.done }
func (c *lateContext) Err() error {
	select {
	case <-c.done:
		return context.Canceled
	default:
		return nil
	}
}
func (c *lateContext) AfterFunc(f func()) (stop func() bool) {
	return time.AfterFunc(time.Second, f).Stop
}

func TestAfterFunc_WhoSeesTheContextDeadAndEndsKeepsNoHandlerFromBeingCalled(t *testing.T) {
	inTask := func(g *braid.Group, _ context.Context, f func(context.Context) error) { g.Go(f) }
	inBody := func(_ *braid.Group, ctx context.Context, f func(context.Context) error) { _ = f(ctx) }
	for name, in := range map[string]func(*braid.Group, context.Context, func(context.Context) error){
		"task": inTask, "body": inBody,
	} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				called := false
				err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					in(g, ctx, func(ctx context.Context) error {
						late := &lateContext{Context: ctx, done: make(chan struct{})}
						braid.AfterFunc(late, func() { called = true })
						close(late.done)
						return nil
					})
					return nil
				})
				if took := time.Since(start); err != nil || !called || took != time.Second {
					t.Errorf("got %v after %v, called: %v", err, took, called)
				}
			})
		})
	}
}

// A deadlock in a bubble is a panic of synctest.Test.
func TestRule1_7_ACallbackThatClosesItsOwnGroupIsToldWhicheverItIs(t *testing.T) {
	told := func(t *testing.T, err error) {
		if !errors.Is(err, braid.ErrDeadlock) {
			t.Errorf("Close gave %v", err)
		}
	}
	t.Run("OnFailure at the end", func(t *testing.T) {
		live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
			var g *braid.Group
			g, ctx = braid.Open(ctx, braid.OnFailure(func(*braid.TaskError) { told(t, g.Close()) }))
			braid.Open(ctx)
			_ = g.Close()
		})
	})
	t.Run("OnStall when the tasks have ended", func(t *testing.T) {
		live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
			var g *braid.Group
			release := make(chan struct{})
			g, _ = braid.Open(ctx, braid.Grace(time.Second), braid.OnStall(func(braid.Stall) {
				close(release)
				synctest.Wait()
				told(t, g.Close())
			}))
			g.Go(func(context.Context) error { <-release; return nil })
			synctest.Wait()
			_ = g.Close()
		})
	})
	for _, kind := range []braid.EventKind{braid.EventCancelled, braid.EventStarted, braid.EventEnded, braid.EventJoined} {
		t.Run("an observer of "+kind.String(), func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
				var g *braid.Group
				var once sync.Once
				g, _ = braid.Open(ctx, braid.Observe(func(e braid.Event) {
					if e.Kind == kind {
						once.Do(func() { told(t, g.Close()) })
					}
				}))
				g.Go(func(context.Context) error { time.Sleep(time.Second); return nil })
				time.Sleep(500 * time.Millisecond)
				_ = g.Close()
			})
		})
	}
}

func TestRule1_3_WhoWaitedForTheLastOrdinaryTaskFindsTheContextOfABackgroundTaskDead(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for range 500 {
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				last := braid.Fork(g, func(context.Context) (int, error) {
					time.Sleep(time.Second)
					return 1, nil
				})
				g.Go(func(ctx context.Context) error {
					_, _ = last.Wait(ctx)
					if ctx.Err() == nil {
						t.Error("the context lives")
					}
					return nil
				}, braid.Background)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}
