package braid_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// The traps of Go itself, O1 to O15: here package context's corners, Goexit and
// synctest. Those of net/http, os/exec and net.Conn are in traps_net_test.go.

var errTrap = errors.New("the failure")

// O4
func TestTrap4_ARealErrorJoinedToACancellationIsKept(t *testing.T) {
	for name, mix := range map[string]func(cancelled error) error{
		"errors.Join": func(c error) error { return errors.Join(c, errTrap) },
		"several %w":  func(c error) error { return fmt.Errorf("%w while %w", errTrap, c) },
		"join of join": func(c error) error {
			return errors.Join(errors.Join(c, c), fmt.Errorf("deep: %w", errors.Join(errTrap, c)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					g.Cancel()
					return mix(ctx.Err())
				})
				return nil
			})
			if !errors.Is(err, errTrap) || errors.Is(err, context.Canceled) {
				t.Errorf("Run gave %v, want the real part of it", err)
			}
		})
	}
	t.Run("under a live context", func(t *testing.T) {
		err := braid.Run(t.Context(), func(context.Context, *braid.Group) error { return errors.Join(context.Canceled, errTrap) })
		if !errors.Is(err, errTrap) || !errors.Is(err, context.Canceled) {
			t.Errorf("Run gave %v, want both", err)
		}
	})
}

// O5
func TestTrap5_WhoseDeadlineAndWhoseCauseItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sleep := func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) }
		for _, inner := range []time.Duration{time.Second, time.Minute} {
			err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
				return braid.Timeout(ctx, inner, sleep, braid.Name("inner"))
			}, braid.Name("outer"))
			if te, ok := braid.TimedOut(err); !ok || te.Name != "outer" {
				t.Errorf("of 1s with %v inside: %v", inner, err)
			}
		}
		// The inner deadline passes first, but so does the outer before its end.
		err := braid.Timeout(t.Context(), 2*time.Second, func(ctx context.Context) error {
			return braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(2 * time.Second)
				return context.Cause(ctx)
			}, braid.Name("inner"))
		}, braid.Name("outer"))
		if te, ok := err.(*braid.TimeoutError); !ok || te.Name != "outer" {
			t.Errorf("of both that have passed: %v", err)
		}
		err = braid.Timeout(t.Context(), time.Minute, func(ctx context.Context) error {
			err := braid.Timeout(ctx, time.Second, sleep, braid.Name("inner"))
			if te, ok := braid.TimedOut(err); !ok || te.Name != "inner" {
				t.Errorf("of 1m with 1s inside: %v", err)
			}
			return ctx.Err()
		}, braid.Name("outer"))
		if err != nil {
			t.Error(err)
		}
		// A limit that ended in time leaves a context that is cancelled, not timed out.
		var over context.Context
		_ = braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error { over = ctx; return nil })
		if over.Err() != context.Canceled || !errors.Is(context.Cause(over), context.Canceled) {
			t.Errorf("the context of a limit that is over has %v, %v", over.Err(), context.Cause(over))
		}
		// The earlier cause of a child survives, and a parent's reaches down at once.
		err = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			causes := make(chan *braid.Cancellation, 2)
			first := braid.Fork(g, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				synctest.Wait()
				var c *braid.Cancellation
				errors.As(context.Cause(ctx), &c)
				causes <- c
				return 0, nil
			})
			var child context.Context
			g.Go(func(ctx context.Context) error {
				var cancel context.CancelFunc
				child, cancel = context.WithTimeout(ctx, time.Hour)
				defer cancel()
				<-child.Done()
				return nil
			})
			synctest.Wait()
			first.CancelCause(errTrap)
			g.CancelCause(errors.New("later"))
			if child.Err() != context.Canceled {
				t.Error("a derived context is alive when Cancel has returned")
			}
			if c := <-causes; c.Reason() != errTrap {
				t.Errorf("the task's cause became %v", c)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// O6: package context drops everything but the values; a Shield has a deadline
// of its own
func TestTrap6_AShieldKeepsValuesAndHasItsOwnDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		type key struct{}
		ctx, cancel := context.WithTimeoutCause(context.WithValue(t.Context(), key{}, 1), time.Second, errTrap)
		defer cancel()
		<-ctx.Done()
		err := braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
			if ctx.Value(key{}) != 1 || ctx.Err() != nil || context.Cause(ctx) != nil {
				t.Errorf("value %v, error %v, cause %v", ctx.Value(key{}), ctx.Err(), context.Cause(ctx))
			}
			if at, ok := ctx.Deadline(); !ok || at.Sub(start) != time.Second+time.Minute {
				t.Errorf("the deadline is in %v, %v", at.Sub(start), ok)
			}
			<-ctx.Done()
			trioAt(t, start, time.Second+time.Minute)
			if ctx.Err() != context.DeadlineExceeded || errors.Is(context.Cause(ctx), errTrap) {
				t.Errorf("then error %v, cause %v", ctx.Err(), context.Cause(ctx))
			}
			return context.Cause(ctx)
		}, braid.Name("cleanup"))
		if te, ok := braid.TimedOut(err); !ok || te.Name != "cleanup" {
			t.Errorf("Shield gave %v", err)
		}
	})
}

// O7, rule 11.2: and a deadline that was moved reports DeadlineExceeded
func TestTrap7_DerivingFromOurContextsCostsNoGoroutine(t *testing.T) {
	derive := func(t *testing.T, ctx context.Context, die func(), want error) {
		t.Helper()
		before := goroutines()
		children := make([]context.Context, 100)
		for i := range children {
			var cancel context.CancelFunc
			switch i % 3 {
			case 0:
				children[i], cancel = context.WithCancel(ctx)
			case 1:
				children[i], cancel = context.WithTimeout(ctx, time.Hour)
			default:
				children[i], cancel = context.WithCancel(context.WithValue(ctx, t, t))
			}
			defer cancel()
		}
		settleGoroutines(t, before+50) // of the 100 that a goroutine each would be
		die()
		for _, c := range children {
			if c.Err() != want || context.Cause(c) != context.Cause(ctx) {
				t.Fatalf("a derived context has %v with cause %v, want %v, %v", c.Err(), context.Cause(c), want, context.Cause(ctx))
			}
		}
	}
	t.Run("body", func(t *testing.T) {
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			derive(t, ctx, g.Cancel, context.Canceled)
			return nil
		})
	})
	t.Run("task", func(t *testing.T) {
		_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				derive(t, ctx, g.Cancel, context.Canceled)
				return nil
			})
			return nil
		})
	})
	t.Run("limit", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		_ = braid.Timeout(ctx, time.Hour, func(ctx context.Context) error {
			derive(t, ctx, cancel, context.Canceled)
			return nil
		})
	})
	t.Run("shield", func(t *testing.T) {
		var d braid.Deadline
		_ = braid.Shield(t.Context(), time.Hour, func(ctx context.Context) error {
			derive(t, ctx, func() { d.Reset(0) }, context.DeadlineExceeded)
			return nil
		}, &d)
	})
	t.Run("movable deadline", func(t *testing.T) {
		var d braid.Deadline
		_ = braid.Timeout(t.Context(), time.Hour, func(ctx context.Context) error {
			derive(t, ctx, func() { d.Reset(0) }, context.DeadlineExceeded)
			if !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
				t.Errorf("the cause is %v", context.Cause(ctx))
			}
			return nil
		}, &d)
	})
}

// O8
func TestTrap8_AGoexitAndAPanicOfNilAreToldApart(t *testing.T) {
	var h *braid.Task[int]
	var end ending
	failed := t.Run("inner", func(inner *testing.T) {
		end = howEnds(func() {
			_ = braid.Run(inner.Context(), func(_ context.Context, g *braid.Group) error {
				h = braid.Fork(g, func(context.Context) (int, error) {
					inner.SkipNow() // leaves as FailNow does
					return 1, nil
				})
				return nil
			})
		})
	})
	if !failed || end.how != "exited" {
		t.Errorf("Run %v, want it to leave as the task did", end)
	}
	if v, err := h.Result(); h.State() != braid.Exited || v != 0 || !errors.Is(err, braid.ErrGoexit) {
		t.Errorf("the task is %v: %v, %v", h.State(), v, err)
	}
	end = howEnds(func() {
		_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			h = braid.Fork(g, func(context.Context) (int, error) { panic(nil) })
			return nil
		})
	})
	pe, ok := end.value.(*braid.PanicError)
	if !ok {
		t.Fatalf("Run %v, want a panic", end)
	}
	var pne *runtime.PanicNilError
	if !errors.As(pe, &pne) || h.State() != braid.Panicked {
		t.Errorf("the panic is %v, the task %v", pe.Value, h.State())
	}
}

// O9
func TestTrap9_WithNoTimeLeftTheFunctionIsNotCalled(t *testing.T) {
	for _, d := range []time.Duration{0, -1, -time.Hour} {
		called := false
		fn := func(context.Context) error { called = true; return nil }
		if err := braid.Timeout(t.Context(), d, fn); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Timeout(%v) gave %v", d, err)
		}
		if fired, err := braid.MoveOn(t.Context(), d, fn); !fired || err != nil {
			t.Errorf("MoveOn(%v) gave %v, %v", d, fired, err)
		}
		if called {
			t.Errorf("the function was called with %v left", d)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := braid.Reserve(ctx, time.Second, func(context.Context) error { t.Error("Reserve called the function"); return nil })
		if _, ok := braid.TimedOut(err); !ok {
			t.Errorf("Reserve gave %v", err)
		}
	})
}

// O10: select picks at random between what is ready; a hundred rounds leave no
// doubt
func TestTrap10_AResultThatIsThereBeatsADeadContext(t *testing.T) {
	dead, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		err := braid.Run(t.Context(), func(body context.Context, g *braid.Group) error {
			h := braid.Fork(g, func(context.Context) (int, error) { return 1, nil })
			<-h.Done()
			if v, err := h.Wait(dead); v != 1 || err != nil {
				return fmt.Errorf("Wait gave %v, %v", v, err)
			}
			for h := range braid.AsCompleted(dead, h) {
				if h.State() != braid.Succeeded {
					return fmt.Errorf("AsCompleted gave a task that is %v", h.State())
				}
			}
			// Ready and dead at once.
			ctx, cancel := context.WithCancel(body)
			v, err := braid.Start(ctx, g, func(_ context.Context, ready func(int)) error {
				ready(2)
				cancel()
				return nil
			})
			if v != 2 || err != nil {
				return fmt.Errorf("Start gave %v, %v", v, err)
			}
			ctx4, cancel4 := context.WithCancel(body)
			v, err = braid.First(ctx4, braid.Funcs(func(context.Context) (int, error) { defer cancel4(); return 4, nil }))
			if v != 4 || err != nil {
				return fmt.Errorf("First gave %v, %v", v, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// O10: here who waits is woken by its dead context, and finds the task ended.
// One processor makes it so, unless a goroutine is preempted at a bad moment.
func TestTrap10_AResultThatComesWithTheDeathOfTheContextBeatsIt(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const rounds = 100
	got := 0
	for range rounds {
		_ = braid.Run(t.Context(), func(body context.Context, g *braid.Group) error {
			ctx, cancel := context.WithCancel(body)
			h := braid.Fork(g, func(context.Context) (int, error) {
				runtime.Gosched() // the body waits
				cancel()
				return 3, nil
			})
			if v, err := h.Wait(ctx); v == 3 && err == nil {
				got++
			}
			return nil
		})
	}
	if got < rounds/2 {
		t.Errorf("of %d tasks that ended while their waiter was being woken, %d gave their result", rounds, got)
	}
}

// O11, rule 6.3: synctest.Wait returns only once all are durably blocked
func TestTrap11_NobodyWaitsOnAMutex(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		release := make(chan struct{})
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			blocker := braid.Fork(g, func(context.Context) (int, error) { <-release; return 0, nil })
			for range 100 {
				g.Go(func(ctx context.Context) error { _, err := blocker.Wait(ctx); return err })
				g.Go(func(ctx context.Context) error {
					return g.GoWait(ctx, func(context.Context) error { <-release; return nil })
				})
				g.Go(func(ctx context.Context) error {
					_, err := braid.Start(ctx, g, func(_ context.Context, ready func(int)) error { <-release; ready(1); return nil })
					return err
				})
				g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) })
			}
			synctest.Wait()
			trioAt(t, start, 0)
			close(release)
			return nil
		}, braid.Limit(7))
		if err != nil {
			t.Error(err)
		}
		trioAt(t, start, (100/7+1)*time.Hour) // the sleepers, seven at a time
	})
}

// O12
func TestTrap12_APanicInATaskLosesNoSibling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended atomic.Int32
		end := howEnds(func() {
			_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
				for range 10 {
					g.Go(func(ctx context.Context) error {
						<-ctx.Done()
						time.Sleep(time.Second)
						ended.Add(1)
						return ctx.Err()
					})
				}
				synctest.Wait() // else they might be skipped
				g.Go(func(context.Context) error { panic("boom") })
				return nil
			})
		})
		if pe, ok := end.value.(*braid.PanicError); !ok || pe.Value != "boom" || ended.Load() != 10 {
			t.Errorf("Run %v after %d siblings had ended, want a panic after 10", end, ended.Load())
		}
	})
}

// O13, rule 7.2
func TestTrap13_WhoIsHeldBackByALimitIsWokenByTheCancelAndHidesNoError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ran := false
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error {
				time.Sleep(time.Second)
				return errTrap
			})
			g.Go(func(context.Context) error { ran = true; return nil }) // queued
			synctest.Wait()
			err := g.GoWait(ctx, func(context.Context) error { ran = true; return nil })
			trioAt(t, start, time.Second)
			var c *braid.Cancellation
			if !errors.As(err, &c) || !errors.Is(c.Reason(), errTrap) {
				t.Errorf("GoWait gave %v, want the cancellation", err)
			}
			return err
		}, braid.Limit(1))
		if ran {
			t.Error("a task started after the failure")
		}
		ge, ok := err.(*braid.GroupError)
		if !ok || len(ge.Errors()) != 1 || ge.Primary().Err != errTrap {
			t.Errorf("Run gave %+v, want the failure alone", err)
		}
	})
}

// O15
func TestTrap15_StoppingAHandlerWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		slow := func(ended *bool) func() {
			return func() {
				time.Sleep(time.Second)
				*ended = true
			}
		}
		var ended bool
		ctx, cancel := context.WithCancel(t.Context())
		stop := braid.AfterFunc(ctx, slow(&ended))
		cancel()
		if stop() {
			t.Error("stop says that it kept the handler from being called")
		}
		if !ended {
			t.Error("stop did not wait for the handler")
		}
		trioAt(t, start, time.Second)

		var inGroup, never bool
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			braid.AfterFunc(ctx, slow(&inGroup))
			if !braid.AfterFunc(ctx, slow(&never))() {
				t.Error("stop says that the handler has begun")
			}
			g.Cancel()
			return nil
		})
		if err != nil || !inGroup || never {
			t.Errorf("Run gave %v; the handler has ended: %v, the stopped one ran: %v", err, inGroup, never)
		}
		trioAt(t, start, 2*time.Second)
	})
}
