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

// The first three lines of what peers get wrong: Goexit and panics, in every
// form in which a task can be started.

// peersForms has every way to run fn as a task, beside one that takes a while
// to end after it was cancelled, or takes it anyway where nothing cancels it.
var peersForms = map[string]func(ctx context.Context, fn, beside func(context.Context) (int, error)) error{
	"Go": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { _, err := beside(ctx); return err })
			g.Go(func(ctx context.Context) error { _, err := fn(ctx); return err })
			return nil
		})
	},
	"Go at a limit": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { _, err := beside(ctx); return err })
			for range 5 {
				g.Go(func(ctx context.Context) error { _, err := fn(ctx); return err })
			}
			return nil
		}, braid.Limit(2))
	},
	"Go on its own goroutine": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { _, err := beside(ctx); return err })
			g.Go(func(ctx context.Context) error { _, err := fn(ctx); return err }, braid.OwnGoroutine)
			return nil
		})
	},
	"GoWait": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { _, err := beside(ctx); return err })
			return g.GoWait(ctx, func(ctx context.Context) error { _, err := fn(ctx); return err })
		})
	},
	"GoWith": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		var c trioCloser
		defer func() {
			if c.closed.Load() != 1 {
				panic("the resource was not closed once")
			}
		}()
		return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { _, err := beside(ctx); return err })
			braid.GoWith(g, &c, func(ctx context.Context, _ *trioCloser) error { _, err := fn(ctx); return err })
			return nil
		})
	},
	"Fork": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		_, err := braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
			braid.Fork(g, beside)
			return braid.Fork(g, fn).Wait(ctx)
		})
		return err
	},
	"Map": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		_, err := braid.Map(ctx, []func(context.Context) (int, error){beside, fn},
			func(ctx context.Context, f func(context.Context) (int, error)) (int, error) { return f(ctx) })
		return err
	},
	"Each": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		return braid.Each(ctx, []func(context.Context) (int, error){beside, fn},
			func(ctx context.Context, f func(context.Context) (int, error)) error { _, err := f(ctx); return err })
	},
	"Join2": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		_, _, err := braid.Join2(ctx, beside, fn)
		return err
	},
	"Join3": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		_, _, _, err := braid.Join3(ctx, beside, fn, func(context.Context) (int, error) { return 1, nil })
		return err
	},
	"First": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		_, err := braid.First(ctx, braid.Funcs(fn, beside))
		return err
	},
	"Start, before ready": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { _, err := beside(ctx); return err })
			_, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error { _, err := fn(ctx); return err })
			return err
		})
	},
	"Start, after ready": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { _, err := beside(ctx); return err })
			_, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
				ready(1)
				_, err := fn(ctx)
				return err
			})
			return err
		})
	},
	"Open and Wait": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		g, _ := braid.Open(ctx)
		braid.Fork(g, beside)
		braid.Fork(g, fn)
		return g.Wait()
	},
	"Open and Close": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		g, _ := braid.Open(ctx)
		braid.Fork(g, beside)
		h := braid.Fork(g, fn)
		<-h.Done()
		return g.Close()
	},
	"Background": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			braid.Fork(g, beside)
			braid.Fork(g, fn, braid.Background)
			return nil
		})
	},
	"Defer": func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			braid.Fork(g, beside)
			return g.Defer(func(ctx context.Context) error { _, err := fn(ctx); return err })
		})
	},
}

// peersCulprit is a function to look for in stacks.
func peersCulprit(end func()) { end() }

// peersTry runs fn in one of the forms, in a bubble: a hang would be a
// deadlock there. It checks that what runs beside has ended.
func peersTry(t *testing.T, form func(ctx context.Context, fn, beside func(context.Context) (int, error)) error, end func()) (got ending, err error) {
	synctest.Test(t, func(t *testing.T) {
		var began, ended atomic.Int32
		beside := func(ctx context.Context) (int, error) {
			began.Add(1)
			defer ended.Add(1)
			_ = braid.Sleep(ctx, time.Minute) // until cancelled, or not
			time.Sleep(time.Second)
			return 0, ctx.Err()
		}
		fn := func(context.Context) (int, error) {
			time.Sleep(time.Millisecond)
			peersCulprit(end)
			return 1, nil
		}
		got = howEnds(func() {
			err = form(t.Context(), fn, beside)
		})
		if began.Load() == 0 || began.Load() != ended.Load() {
			t.Errorf("beside it %d began and %d ended before the call %v", began.Load(), ended.Load(), got)
		}
	})
	return got, err
}

// Goexit (t.FailNow) in a task: hang; success or zero data
func TestPeers_GoexitInATask(t *testing.T) {
	for name, form := range peersForms {
		t.Run(name, func(t *testing.T) {
			if end, err := peersTry(t, form, runtime.Goexit); end.how != "exited" {
				t.Errorf("it %v with error %v, want it to exit", end, err)
			}
		})
	}
	t.Run("Settle", func(t *testing.T) {
		end, _ := peersTry(t, func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
			_, err := braid.Settle(ctx, []func(context.Context) (int, error){fn, beside})
			return err
		}, runtime.Goexit)
		if end.how != "exited" {
			t.Errorf("it %v, want it to exit", end)
		}
	})
	t.Run("Wait", func(t *testing.T) {
		var err error
		end := howEnds(func() {
			_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
				_, err = braid.Fork(g, func(context.Context) (int, error) {
					runtime.Goexit()
					return 1, nil
				}).Wait(context.WithoutCancel(ctx))
				return nil
			})
		})
		if end.how != "exited" || !errors.Is(err, braid.ErrGoexit) {
			t.Errorf("Run %v, Wait gave %v", end, err)
		}
	})
	t.Run("in the body", func(t *testing.T) {
		end, err := peersTry(t, func(ctx context.Context, fn, beside func(context.Context) (int, error)) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				braid.Fork(g, beside)
				_, err := fn(ctx)
				return err
			})
		}, runtime.Goexit)
		if end.how != "exited" {
			t.Errorf("it %v with error %v, want it to exit", end, err)
		}
	})
}

// panic in a task: process crash; swallowed; value or stack lost
func TestPeers_PanicInATask(t *testing.T) {
	type value struct{ n int }
	check := func(t *testing.T, pe *braid.PanicError) {
		t.Helper()
		if pe.Value != (value{42}) {
			t.Errorf("the value is %v", pe.Value)
		}
		if !strings.Contains(string(pe.Stack), "peersCulprit") {
			t.Errorf("the stack does not show who panicked:\n%s", pe.Stack)
		}
		if pe.Path == "" {
			t.Error("the path is empty")
		}
	}
	crash := func() { panic(value{42}) }
	for name, form := range peersForms {
		t.Run(name, func(t *testing.T) {
			end, err := peersTry(t, form, crash)
			pe, ok := end.value.(*braid.PanicError)
			if !ok {
				t.Fatalf("it %v with error %v, want a panic", end, err)
			}
			check(t, pe)
		})
	}
	t.Run("Settle", func(t *testing.T) {
		var outcomes []braid.Outcome[int]
		end, err := peersTry(t, func(ctx context.Context, fn, beside func(context.Context) (int, error)) (err error) {
			outcomes, err = braid.Settle(ctx, []func(context.Context) (int, error){fn, beside})
			return err
		}, crash)
		if end.how != "returned" || err != nil {
			t.Fatalf("it %v with error %v", end, err)
		}
		var pe *braid.PanicError
		if outcomes[0].State != braid.Panicked || !errors.As(outcomes[0].Err, &pe) || outcomes[1].State != braid.Succeeded {
			t.Fatalf("the outcomes are %v", outcomes)
		}
		check(t, pe)
	})
}

// panic in the body while a child lives: returns without joining; joins but
// does not cancel
func TestPeers_PanicInTheBodyWhileAChildLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var cancelled, ended time.Duration
		end := howEnds(func() {
			_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					<-ctx.Done()
					cancelled = time.Since(start)
					time.Sleep(time.Second)
					ended = time.Since(start)
					return errPeers
				})
				time.Sleep(time.Second)
				peersCulprit(func() { panic("body") })
				return nil
			})
		})
		if cancelled != time.Second || ended != 2*time.Second {
			t.Errorf("the child was cancelled after %v and ended after %v", cancelled, ended)
		}
		pe, ok := end.value.(*braid.PanicError)
		if !ok {
			t.Fatalf("Run %v", end)
		}
		if pe.Value != "body" || !strings.Contains(string(pe.Stack), "peersCulprit") || !errors.Is(pe.Siblings, errPeers) {
			t.Errorf("the panic is %v", pe)
		}
		trioAt(t, start, 2*time.Second)
	})
}
