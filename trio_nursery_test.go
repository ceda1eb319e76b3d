package braid_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// Trio's nurseries (section F of the conformance lines, 154 to 200), written
// afresh for Go. Cancel scopes are in trio_scope_test.go, deadlines in
// trio_timeout_test.go, reasons in trio_reason_test.go, nursery.start in
// trio_start_test.go, what a run leaves behind, virtual time and observers in
// trio_run_test.go.
//
// Not here: 173 (using a scope object before it is entered: a scope is a call
// with a closure, so there is no such state; a Deadline that is not in use is
// under 167) and the garbage collector's half of 195 (no reference counting).

var (
	errTrioBoom  = errors.New("boom")
	errTrioOther = errors.New("other")
)

// trioGroup gives err as the group error it has to be.
func trioGroup(t *testing.T, err error) *braid.GroupError {
	t.Helper()
	ge, ok := err.(*braid.GroupError)
	if !ok {
		t.Fatalf("got %T (%v), want a *GroupError", err, err)
	}
	return ge
}

// trioLeaves checks that the ends of err's tree are exactly want, in order.
func trioLeaves(t *testing.T, err error, want ...error) {
	t.Helper()
	var got []error
	for _, leaf := range braid.Leaves(err) {
		got = append(got, leaf)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("leaves are %v, want %v", got, want)
	}
}

// trioAt checks how much virtual time has passed since start.
func trioAt(t *testing.T, start time.Time, want time.Duration) {
	t.Helper()
	if got := time.Since(start); got != want {
		t.Errorf("it is %v since the start, want %v", got, want)
	}
}

// trioUntilCancelled is a task that does nothing but obey.
func trioUntilCancelled(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// trioPanic gives what f panics with, nil if it does not.
func trioPanic(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

// trio 154: contract 4.1 rules, which is Trio's strict default
func TestTrio154_OneFailureComesOutAsAGroupOfOne(t *testing.T) {
	for name, body := range map[string]func(context.Context, *braid.Group) error{
		"of the body": func(context.Context, *braid.Group) error { return errTrioBoom },
		"of a task": func(_ context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { return errTrioBoom })
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			ge := trioGroup(t, braid.Run(t.Context(), body))
			if n := len(ge.Errors()); n != 1 {
				t.Errorf("%d errors, want 1", n)
			}
			if te := ge.Primary(); te == nil || te.Err != errTrioBoom || te != ge.Errors()[0] {
				t.Errorf("Primary is %v", te)
			}
			if !errors.Is(ge, errTrioBoom) {
				t.Error("errors.Is does not see through")
			}
		})
	}
}

// trio 155
func TestTrio155_ACrashCancelsTheSibling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var died time.Duration
		err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				<-ctx.Done()
				died = time.Since(start)
				return ctx.Err()
			})
			g.Go(func(ctx context.Context) error {
				time.Sleep(time.Second)
				return errTrioBoom
			})
			return nil
		})
		if died != time.Second {
			t.Errorf("the sibling was cancelled after %v, want 1s", died)
		}
		trioAt(t, start, time.Second)
		trioLeaves(t, err, errTrioBoom)
	})
}

// trio 156
func TestTrio156_BothCrashesAreInTheGroup(t *testing.T) {
	t.Run("task, then body", func(t *testing.T) {
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { return errTrioBoom })
			<-ctx.Done()
			return errTrioOther
		})
		trioLeaves(t, err, errTrioBoom, errTrioOther)
		if te := trioGroup(t, err).Primary(); te.Err != errTrioBoom {
			t.Errorf("Primary is %v", te)
		}
	})
	t.Run("body, then task", func(t *testing.T) {
		running := make(chan struct{})
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				close(running)
				<-ctx.Done()
				return errTrioBoom
			})
			<-running
			return errTrioOther
		})
		trioLeaves(t, err, errTrioBoom, errTrioOther) // the body's is last all the same
		ge := trioGroup(t, err)
		if te := ge.Primary(); te.Err != errTrioOther || te.AfterCancel {
			t.Errorf("Primary is %v, after cancel: %v", te, te.AfterCancel)
		}
		if te := ge.Errors()[0].(*braid.TaskError); !te.AfterCancel {
			t.Error("the task's error is not marked AfterCancel")
		}
	})
	t.Run("two tasks", func(t *testing.T) {
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			running := make(chan struct{})
			g.Go(func(ctx context.Context) error {
				close(running)
				<-ctx.Done()
				return errTrioOther
			})
			g.Go(func(context.Context) error {
				<-running
				return errTrioBoom
			})
			return nil
		})
		trioLeaves(t, err, errTrioBoom, errTrioOther) // in the order in which they ended
	})
}

// trio 157: a body is woken through its context
func TestTrio157_AChildsCrashWakesTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				time.Sleep(time.Second)
				return errTrioBoom
			})
			err := braid.Sleep(ctx, time.Hour)
			trioAt(t, start, time.Second)
			var c *braid.Cancellation
			if !errors.As(err, &c) || !errors.Is(c.Reason(), errTrioBoom) {
				t.Errorf("Sleep gave %v, want the cancellation with the child's failure as its reason", err)
			}
			return err
		})
		trioLeaves(t, err, errTrioBoom)
	})
}

// trio 160
func TestTrio160_OnlyRealErrorsLeaveACancelledGroup(t *testing.T) {
	errKey := errors.New("key error")
	spawn := func(g *braid.Group) {
		g.Go(trioUntilCancelled)
		g.Go(func(ctx context.Context) error {
			<-ctx.Done()
			return context.Cause(ctx)
		})
		g.Go(func(ctx context.Context) error {
			<-ctx.Done()
			return fmt.Errorf("reading: %w", ctx.Err())
		})
		g.Go(func(ctx context.Context) error {
			<-ctx.Done()
			return errors.Join(ctx.Err(), errKey)
		})
	}
	check := func(t *testing.T, err error) {
		t.Helper()
		trioLeaves(t, err, errKey)
		ge := trioGroup(t, err)
		if errors.Is(ge, context.Canceled) {
			t.Error("a cancellation is left in the group")
		}
		if len(ge.Errors()) != 1 || !ge.Primary().AfterCancel {
			t.Errorf("got %+v, want one failure marked AfterCancel", ge)
		}
	}
	t.Run("cancelled by itself", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			check(t, braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
				spawn(g)
				synctest.Wait()
				g.Cancel()
				return ctx.Err()
			}))
		})
	})
	t.Run("cancelled from outside", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			check(t, braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				spawn(g)
				synctest.Wait()
				cancel()
				return ctx.Err()
			}))
		})
	})
}

// trioCloser counts how often it is closed.
type trioCloser struct{ closed atomic.Int32 }

func (c *trioCloser) Close() error {
	c.closed.Add(1)
	return nil
}

// trio 161: contract 2.1 and 2.3 rule: such a task does not start, and what it
// was to take care of is seen to all the same
func TestTrio161_ATaskForACancelledGroupIsSkippedAndItsResourceClosed(t *testing.T) {
	var c trioCloser
	ran := false
	var skipped *braid.Task[int]
	always := make(chan error, 1)
	err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		g.Cancel()
		g.Go(func(context.Context) error { ran = true; return nil })
		skipped = braid.Fork(g, func(context.Context) (int, error) { ran = true; return 1, nil })
		braid.GoWith(g, &c, func(context.Context, *trioCloser) error { ran = true; return nil })
		g.Go(func(ctx context.Context) error { always <- ctx.Err(); return nil }, braid.Always)
		return nil
	})
	if err != nil {
		t.Errorf("Run returned %v", err)
	}
	if ran {
		t.Error("a task started in a cancelled group")
	}
	if n := c.closed.Load(); n != 1 {
		t.Errorf("the resource was closed %d times, want once", n)
	}
	if _, err := skipped.Result(); skipped.State() != braid.Skipped || !errors.Is(err, context.Canceled) {
		t.Errorf("the skipped task is %v with %v", skipped.State(), err)
	}
	select {
	case err := <-always:
		if err != context.Canceled {
			t.Errorf("Always ran with ctx.Err() %v, want a dead context", err)
		}
	default:
		t.Error("the Always task did not run")
	}
}

// trio 186
func TestTrio186_SpawningIsLegalAsLongAsATaskLivesAndRefusedAfterwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var g *braid.Group
		bodyDone := make(chan struct{})
		err := braid.Run(t.Context(), func(_ context.Context, inner *braid.Group) error {
			defer close(bodyDone)
			g = inner
			g.Go(func(context.Context) error {
				time.Sleep(time.Second)
				<-bodyDone
				g.Go(func(context.Context) error { time.Sleep(time.Second); return nil })
				return nil
			})
			return nil
		}, braid.Name("nursery"))
		if err != nil {
			t.Fatal(err)
		}
		trioAt(t, start, 2*time.Second)
		called := false
		fn := func(context.Context) error { called = true; return nil }
		v := trioPanic(func() { g.Go(fn) })
		text := fmt.Sprint(v)
		if v == nil || !strings.Contains(text, "nursery") || !strings.Contains(text, "trio_nursery_test.go:") {
			t.Errorf("Go on a closed group panicked with %q, want a text with its name and where it was opened", text)
		}
		if err := g.TryGo(fn); !errors.Is(err, braid.ErrClosed) {
			t.Errorf("TryGo gave %v, want ErrClosed", err)
		}
		synctest.Wait()
		if called {
			t.Error("a task ran in a closed group")
		}
	})
}

func trioNamed(context.Context) error { return errTrioBoom }

// trio 187
func TestTrio187_ATaskGoesByItsFunctionUnlessItIsGivenAName(t *testing.T) {
	err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		g.Go(trioNamed)
		return nil
	})
	te := trioGroup(t, err).Primary()
	if te.Path() != "trioNamed" {
		t.Errorf("path %q, want the function's name", te.Path())
	}
	site := te.Spawned()
	if !strings.HasSuffix(site.File, "trio_nursery_test.go") || !strings.HasSuffix(site.Func, ".trioNamed") || site.Line == 0 {
		t.Errorf("site %+v", site)
	}
	err = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		g.Go(trioNamed, braid.Name("fetch"))
		h := braid.Fork(g, func(context.Context) (int, error) { return 0, nil }, braid.Name("store"))
		if h.Name() != "store" {
			t.Errorf("the handle says %q", h.Name())
		}
		return nil
	}, braid.Name("server"))
	if path := trioGroup(t, err).Primary().Path(); path != "server/fetch" {
		t.Errorf("path %q, want server/fetch", path)
	}
}

// trio 188: the live tree is a later issue; what there is of it now are the
// paths, which lead up from a task through groups and bodies
func TestTrio188_PathsLeadUpTheTreeAndSurviveTheExit(t *testing.T) {
	var inTask, inBody *braid.Task[int]
	nothing := func(context.Context) (int, error) { return 0, nil }
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				inTask = braid.Fork(g, nothing, braid.Name("leaf"))
				return nil
			}, braid.Name("sub"))
		}, braid.Name("task"))
		return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			inBody = braid.Fork(g, nothing, braid.Name("leaf"))
			return nil
		}, braid.Name("below"))
	}, braid.Name("top"))
	if err != nil {
		t.Fatal(err)
	}
	if p := inTask.Path(); p != "top/task/sub/leaf" {
		t.Errorf("path %q", p)
	}
	if p := inBody.Path(); p != "top/below/leaf" {
		t.Errorf("path %q", p)
	}
}

// trio 189: contract 4.1 and 4.3 rule: groups are strict, always
func TestTrio189_NestedGroupsOfOneAreNotCollapsed(t *testing.T) {
	err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(trioNamed)
				return nil
			})
		}, braid.Name("outer"))
		return nil
	})
	outer := trioGroup(t, err).Primary()
	inner := trioGroup(t, outer.Err).Primary()
	if inner.Err != errTrioBoom || outer.Path() != "outer" || inner.Path() != "outer/trioNamed" {
		t.Errorf("got %+v", err)
	}
}

// trio 191
func TestTrio191_ValuesAreInheritedAndDoNotFlowBack(t *testing.T) {
	type key struct{}
	outer := context.WithValue(t.Context(), key{}, "outer")
	var wg sync.WaitGroup
	wg.Add(2)
	err := braid.Run(outer, func(body context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			if v := ctx.Value(key{}); v != "outer" {
				t.Errorf("a task sees %v", v)
			}
			ctx = context.WithValue(ctx, key{}, "changed")
			defer wg.Wait()
			defer wg.Done()
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					if v := ctx.Value(key{}); v != "changed" {
						t.Errorf("a grandchild sees %v", v)
					}
					return nil
				})
				return nil
			})
		})
		g.Go(func(ctx context.Context) error {
			defer wg.Wait()
			defer wg.Done()
			if v := ctx.Value(key{}); v != "outer" {
				t.Errorf("the sibling sees %v", v)
			}
			return nil
		})
		wg.Wait()
		if v := body.Value(key{}); v != "outer" {
			t.Errorf("the body sees %v", v)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// trio 192: the policy is that a background task's failure is the group's; only
// its cancellation at the end is none
func TestTrio192_ABackgroundTasksCrashFailsTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error {
				time.Sleep(time.Second)
				return errTrioBoom
			}, braid.Background, braid.Name("heartbeat"))
			g.Go(trioUntilCancelled)
			return braid.Sleep(ctx, time.Hour)
		})
		trioAt(t, start, time.Second)
		trioLeaves(t, err, errTrioBoom)

		v := trioPanic(func() {
			err = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { panic("heart attack") }, braid.Background)
				return braid.Sleep(ctx, time.Hour)
			})
		})
		if pe, ok := v.(*braid.PanicError); !ok || pe.Value != "heart attack" {
			t.Errorf("Run panicked with %v", v)
		}
		trioAt(t, start, time.Second)
	})
}
