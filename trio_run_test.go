package braid_test

import (
	"bytes"
	"context"
	"errors"
	"log"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// What a run leaves behind, virtual time, and observers (lines 195, 199, 200).

// trioRegistry is a context that counts what is registered with it.
type trioRegistry struct {
	context.Context
	done chan struct{}
	live atomic.Int32
}

func (r *trioRegistry) Done() <-chan struct{} { return r.done }
func (r *trioRegistry) Value(any) any         { return nil }
func (r *trioRegistry) AfterFunc(func()) (stop func() bool) {
	r.live.Add(1)
	return sync.OnceValue(func() bool {
		r.live.Add(-1)
		return true
	})
}

// trio 195: the half of it that Go has
func TestTrio195_NothingIsLeftBehindAtTheExit(t *testing.T) {
	ctx := &trioRegistry{Context: t.Context(), done: make(chan struct{})}
	touch := func(ctx context.Context) error { _ = ctx.Done(); return nil }
	var d braid.Deadline
	for name, f := range map[string]func() error{
		"Run": func() error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				for range 10 {
					g.Go(touch)
					braid.Fork(g, func(ctx context.Context) (int, error) { return 0, touch(ctx) })
				}
				g.Go(trioUntilCancelled, braid.Background)
				return touch(ctx)
			})
		},
		"a Run that fails": func() error {
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(trioUntilCancelled)
				return errTrioBoom
			})
			if !errors.Is(err, errTrioBoom) {
				return err
			}
			return nil
		},
		"a Run that panics": func() error {
			if trioPanic(func() {
				_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(trioUntilCancelled)
					panic("boom")
				})
			}) == nil {
				return errors.New("no panic")
			}
			return nil
		},
		"Open": func() error {
			g, ctx := braid.Open(ctx)
			g.Go(touch)
			g.Go(func(ctx context.Context) error { return errors.Join(touch(ctx), context.Canceled) }, braid.Background)
			_ = touch(ctx)
			g.Cancel()
			_ = g.Close()
			return nil
		},
		"Timeout":            func() error { return braid.Timeout(ctx, time.Hour, touch) },
		"a movable deadline": func() error { return braid.Timeout(ctx, time.Hour, touch, &d) },
		"MoveOn":             func() error { _, err := braid.MoveOn(ctx, time.Hour, touch); return err },
		"Shield":             func() error { return braid.Shield(ctx, time.Hour, touch) },
		"AfterFunc": func() error {
			if !braid.AfterFunc(ctx, func() { t.Error("the function was called") })() {
				return errors.New("stop reported false")
			}
			return braid.Run(ctx, func(ctx context.Context, _ *braid.Group) error {
				braid.AfterFunc(ctx, func() { t.Error("the function was called") })
				return nil
			})
		},
		"First": func() error {
			_, err := braid.First(ctx, braid.Funcs(func(context.Context) (int, error) { return 1, nil },
				func(ctx context.Context) (int, error) { return 0, trioUntilCancelled(ctx) }))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			// A goroutine that were left blocked would be a deadlock of the bubble.
			synctest.Test(t, func(t *testing.T) {
				ctx.done = make(chan struct{})
				if err := f(); err != nil {
					t.Error(err)
				}
				synctest.Wait()
			})
			if n := ctx.live.Load(); n != 0 {
				t.Errorf("%d registrations are left with the outer context", n)
			}
		})
	}
}

// trio 199: the clock of a bubble jumps when everybody is durably blocked, so
// these are the exact times only if every wait of the library is one that
// counts as such
func TestTrio199_EveryWaitIsOneThatVirtualTimeKnows(t *testing.T) {
	second := func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) }
	one := func(ctx context.Context) (int, error) { return 1, second(ctx) }
	run := func(ctx context.Context, body func(context.Context, *braid.Group) error, opts ...braid.GroupOption) error {
		return braid.Run(ctx, body, opts...)
	}
	for name, c := range map[string]struct {
		takes time.Duration
		f     func(ctx context.Context) error
	}{
		"the join": {time.Second, func(ctx context.Context) error {
			return run(ctx, func(_ context.Context, g *braid.Group) error { g.Go(second); return nil })
		}},
		"Wait": {time.Second, func(ctx context.Context) error {
			return run(ctx, func(ctx context.Context, g *braid.Group) error {
				_, err := braid.Fork(g, one).Wait(ctx)
				return err
			})
		}},
		"Done": {time.Second, func(ctx context.Context) error {
			return run(ctx, func(_ context.Context, g *braid.Group) error {
				<-braid.Fork(g, one).Done()
				return nil
			})
		}},
		"a ring of lent slots": {3 * time.Second, func(ctx context.Context) error {
			return run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					for range 3 {
						if _, err := braid.Fork(g, one).Wait(ctx); err != nil {
							return err
						}
					}
					return nil
				})
				return nil
			}, braid.Limit(1))
		}},
		"the queue of a limit": {5 * time.Second, func(ctx context.Context) error {
			return braid.Each(ctx, make([]int, 10), func(ctx context.Context, _ int) error { return second(ctx) }, braid.Limit(2))
		}},
		"GoWait": {3 * time.Second, func(ctx context.Context) error {
			return run(ctx, func(ctx context.Context, g *braid.Group) error {
				for range 3 {
					if err := g.GoWait(ctx, second); err != nil {
						return err
					}
				}
				return nil
			}, braid.Limit(1))
		}},
		"Start": {time.Second, func(ctx context.Context) error {
			return run(ctx, func(ctx context.Context, g *braid.Group) error {
				_, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
					defer ready(1)
					return second(ctx)
				})
				return err
			})
		}},
		"AsCompleted": {time.Second, func(ctx context.Context) error {
			return run(ctx, func(ctx context.Context, g *braid.Group) error {
				for range braid.AsCompleted(ctx, braid.Fork(g, one), braid.Fork(g, one)) {
				}
				return nil
			})
		}},
		"Close and Wait": {time.Second, func(ctx context.Context) error {
			g, _ := braid.Open(ctx)
			g.Go(second)
			return run(ctx, func(_ context.Context, waiters *braid.Group) error {
				for range 3 {
					waiters.Go(func(context.Context) error { return g.Wait() })
				}
				return nil
			})
		}},
		"cleanup": {2 * time.Second, func(ctx context.Context) error {
			return run(ctx, func(_ context.Context, g *braid.Group) error {
				return errors.Join(g.Defer(second), g.Defer(second))
			})
		}},
		"stopping a handler": {time.Second, func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			stop := braid.AfterFunc(ctx, func() { time.Sleep(time.Second) })
			cancel()
			synctest.Wait()
			stop()
			return nil
		}},
		"Abandon": {time.Second, func(ctx context.Context) error {
			_, err := braid.Abandon(ctx, func() (int, error) { time.Sleep(time.Second); return 1, nil }, func(int, error) {})
			return err
		}},
		"Retry": {3 * time.Second, func(ctx context.Context) error {
			n := 0
			_, err := braid.Retry(ctx, braid.Policy{Delay: time.Second, Factor: 2}, func(context.Context) (int, error) {
				if n++; n < 3 {
					return 0, errTrioBoom
				}
				return n, nil
			})
			return err
		}},
		"First": {time.Second, func(ctx context.Context) error {
			_, err := braid.First(ctx, braid.Funcs(one, func(ctx context.Context) (int, error) { return 0, trioUntilCancelled(ctx) }))
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				if err := c.f(t.Context()); err != nil {
					t.Error(err)
				}
				trioAt(t, start, c.takes)
			})
		})
	}
}

// trioLog collects what goes to slog's default.
func trioLog(t *testing.T) *bytes.Buffer {
	var buf bytes.Buffer
	old, flags := slog.Default(), log.Flags()
	slog.SetDefault(slog.New(slog.NewTextHandler(&buf, nil)))
	t.Cleanup(func() {
		slog.SetDefault(old)
		log.SetOutput(os.Stderr)
		log.SetFlags(flags)
	})
	return &buf
}

// trio 200: of the observers there are OnStall and OnFailure; the observer
// interface is a later issue
func TestTrio200_AnObserverThatCrashesIsReportedAndHarmsNothing(t *testing.T) {
	t.Run("OnStall", func(t *testing.T) {
		buf := trioLog(t)
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			calls := 0
			err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { time.Sleep(time.Minute); return nil })
				synctest.Wait()
				g.Cancel()
				return nil
			}, braid.Grace(time.Second), braid.OnStall(func(braid.Stall) { calls++; panic("observer") }))
			if err != nil || calls != 1 {
				t.Errorf("Run gave %v after %d calls", err, calls)
			}
			trioAt(t, start, time.Minute)
		})
		if s := buf.String(); !strings.Contains(s, "OnStall panicked") || !strings.Contains(s, "panic=observer") {
			t.Errorf("the log has %q", s)
		}
	})

	// A panic in OnFailure is the failed task's (see its documentation).
	type result struct {
		panicked any
		returned bool
		siblings bool // joined
	}
	observe := func(t *testing.T, crash func(), body func(context.Context, *braid.Group) error) (r result) {
		synctest.Test(t, func(t *testing.T) {
			done := make(chan struct{})
			go func() {
				defer close(done)
				defer func() { r.panicked = recover() }()
				_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
					running := make(chan struct{})
					g.Go(func(ctx context.Context) error {
						close(running)
						<-ctx.Done()
						time.Sleep(time.Second)
						r.siblings = true
						return nil
					})
					<-running
					return body(ctx, g)
				}, braid.OnFailure(func(*braid.TaskError) { crash() }))
				r.returned = true
			}()
			<-done
			if !r.siblings {
				t.Error("Run ended before the siblings did")
			}
		})
		return r
	}
	fail := map[string]func() error{
		"error":  func() error { return errTrioBoom },
		"panic":  func() error { panic("task") },
		"Goexit": func() error { runtime.Goexit(); return nil },
	}
	for name, f := range fail {
		for _, where := range []string{"task", "body"} {
			body := func(ctx context.Context, g *braid.Group) error { return f() }
			if where == "task" {
				body = func(ctx context.Context, g *braid.Group) error {
					g.Go(func(context.Context) error { return f() })
					return nil
				}
			}
			t.Run("OnFailure panics on "+name+" of a "+where, func(t *testing.T) {
				r := observe(t, func() { panic("observer") }, body)
				pe, ok := r.panicked.(*braid.PanicError)
				if !ok || pe.Value != "observer" && pe.Value != "task" {
					t.Errorf("Run returned: %v, panicked with %v", r.returned, r.panicked)
				}
			})
			t.Run("OnFailure exits on "+name+" of a "+where, func(t *testing.T) {
				r := observe(t, runtime.Goexit, body)
				if pe, ok := r.panicked.(*braid.PanicError); r.returned || r.panicked != nil && (!ok || pe.Value != "task") {
					t.Errorf("Run returned: %v, panicked with %v", r.returned, r.panicked)
				}
			})
		}
	}
}
