package braid_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// Trio's cancel scopes (lines 158 to 168, 190, 193). A scope here is a Group, a
// Timeout, a MoveOn or a Shield. Their deadlines are in trio_timeout_test.go,
// the reasons of a cancel in trio_reason_test.go.

// trio 158: what notices a cancel is what looks at the context
func TestTrio158_ACancelIsSeenOnlyWhereTheTaskLooksForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				time.Sleep(5 * time.Second) // no cancellation point
				trioAt(t, start, 5*time.Second)
				err := braid.Shield(ctx, braid.Forever, func(ctx context.Context) error {
					return braid.Sleep(ctx, 2*time.Second) // one that is shielded
				})
				if err != nil {
					t.Errorf("the shielded sleep gave %v", err)
				}
				trioAt(t, start, 7*time.Second)
				err = braid.Sleep(ctx, time.Hour)
				trioAt(t, start, 7*time.Second)
				if !errors.Is(err, context.Canceled) {
					t.Errorf("the sleep gave %v", err)
				}
				return err
			})
			time.Sleep(time.Second)
			g.Cancel()
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		trioAt(t, start, 7*time.Second)
	})
}

// trio 159
func TestTrio159_CancellingIsIdempotentAndLevelTriggered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Cancel()
			first := context.Cause(ctx)
			g.Cancel()
			for range 3 { // each one, not just the first
				if err := braid.Sleep(ctx, time.Hour); err != first || !errors.Is(err, context.Canceled) {
					t.Errorf("Sleep gave %v", err)
				}
			}
			return context.Cause(ctx)
		})
		if err != nil {
			t.Error(err)
		}
		trioAt(t, start, 0)
	})
}

// trio 162
func TestTrio162_AShieldKeepsOutTheOutsideAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		type key struct{}
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
		cancel()
		err := braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
			if ctx.Err() != nil || ctx.Value(key{}) != "value" {
				t.Errorf("inside: %v, %v", ctx.Err(), ctx.Value(key{}))
			}
			if err := braid.Sleep(ctx, time.Second); err != nil {
				t.Errorf("the outer cancel came in: %v", err)
			}
			trioAt(t, start, time.Second)
			// A scope inside.
			err := braid.Timeout(ctx, time.Second, trioUntilCancelled)
			if _, ok := braid.TimedOut(err); !ok {
				t.Errorf("the inner Timeout gave %v", err)
			}
			trioAt(t, start, 2*time.Second)
			// A group inside that cancels itself.
			err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(trioUntilCancelled)
				g.Cancel()
				return ctx.Err()
			})
			if err != nil || ctx.Err() != nil {
				t.Errorf("the inner group gave %v, and the shield %v", err, ctx.Err())
			}
			return errTrioBoom
		})
		if err != errTrioBoom {
			t.Errorf("Shield gave %v", err)
		}
		trioAt(t, start, 2*time.Second)
	})
}

// trio 163
func TestTrio163_ACancelReachesAllDescendantsBeforeItReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []context.Context
		see := func(ctx context.Context) { all = append(all, ctx) }
		err := braid.Run(t.Context(), func(ctx context.Context, top *braid.Group) error {
			see(ctx)
			top.Go(func(ctx context.Context) error {
				see(ctx)
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					see(ctx)
					return braid.Timeout(ctx, time.Hour, func(ctx context.Context) error {
						see(ctx)
						_, _, err := braid.Join2(ctx, func(ctx context.Context) (int, error) {
							see(ctx)
							ctx, cancel := context.WithCancel(ctx)
							defer cancel()
							see(ctx)
							<-ctx.Done()
							return 0, context.Cause(ctx)
						}, func(context.Context) (int, error) { return 0, nil })
						return err
					})
				})
			})
			synctest.Wait()
			top.CancelCause(errTrioBoom)
			for i, ctx := range all {
				c, ok := context.Cause(ctx).(*braid.Cancellation)
				if ctx.Err() != context.Canceled || !ok || c.Reason() != errTrioBoom {
					t.Errorf("descendant %d has %v, cause %v", i, ctx.Err(), context.Cause(ctx))
				}
			}
			if len(all) != 6 {
				t.Errorf("saw %d contexts, want 6", len(all))
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// trio 164: a shield ends with its function, or earlier by its Deadline
func TestTrio164_LiftingAShieldDeliversThePendingCancelAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var lift braid.Deadline
		err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			time.AfterFunc(3*time.Second, func() { lift.Reset(0) })
			err := braid.Shield(ctx, braid.Forever, func(ctx context.Context) error {
				return braid.Sleep(ctx, time.Hour)
			}, &lift)
			trioAt(t, start, 3*time.Second)
			if _, ok := braid.TimedOut(err); !ok {
				t.Errorf("the lifted shield gave %v", err)
			}
			err = braid.Sleep(ctx, time.Hour)
			trioAt(t, start, 3*time.Second)
			return err
		}, braid.Name("outer"))
		if te, ok := braid.TimedOut(err); !ok || te.Name != "outer" {
			t.Errorf("got %v, want the outer timeout", err)
		}
	})
}

// trio 166
func TestTrio166_OfTwoScopesTheOuterCatchesAndWhatCutNothingShortCatchesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var innerFired bool
		outerFired, err := braid.MoveOn(t.Context(), time.Second, func(ctx context.Context) (err error) {
			innerFired, err = braid.MoveOn(ctx, time.Second, func(ctx context.Context) error {
				return braid.Sleep(ctx, time.Hour)
			})
			if err == nil {
				t.Error("the inner scope swallowed what was the outer's to catch")
			}
			return err
		})
		if !outerFired || innerFired || err != nil {
			t.Errorf("outer fired: %v, inner fired: %v, error %v", outerFired, innerFired, err)
		}

		// Two groups: the inner one is cut short, the outer was what cancelled.
		err = braid.Run(t.Context(), func(ctx context.Context, outer *braid.Group) error {
			err := braid.Run(ctx, func(ctx context.Context, inner *braid.Group) error {
				inner.Cancel()
				outer.Cancel()
				return ctx.Err()
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the inner group gave %v, want the outer's cancellation", err)
			}
			return err
		})
		if err != nil {
			t.Errorf("the outer group gave %v", err)
		}

		// Cancelled, yet nothing was cut short.
		var d braid.Deadline
		err = braid.Timeout(t.Context(), time.Second, func(context.Context) error {
			time.Sleep(2 * time.Second)
			return nil
		}, &d)
		if !d.Expired() || err != nil {
			t.Errorf("expired: %v, error %v; want a deadline that passed and cut nothing short", d.Expired(), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		err = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { return nil })
			cancel()
			return nil
		})
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// trio 167
func TestTrio167_AScopeCanBeCancelledBeforeItsWorkAndIsUsedOnceAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		t.Log("cancelled before entry")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errTrioBoom)
		err := braid.Run(ctx, func(context.Context, *braid.Group) error {
			t.Error("the body was called")
			return nil
		})
		if !errors.Is(err, context.Canceled) || !errors.Is(err, errTrioBoom) {
			t.Errorf("Run gave %v, want the cause", err)
		}
		g, gctx := braid.Open(t.Context())
		g.Cancel()
		g.Go(func(context.Context) error { t.Error("a task was called"); return nil })
		if gctx.Err() == nil {
			t.Error("cancelled before its first task, the group lives")
		}
		if err := g.Wait(); err != nil {
			t.Error(err)
		}

		t.Log("a deadline without a scope")
		var d braid.Deadline
		if d.Reset(time.Second) == nil || d.Stop() == nil || d.Expired() || d.String() != "unused" {
			t.Errorf("the deadline is %v", &d)
		}

		t.Log("one scope at a time")
		err = braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			v := trioPanic(func() {
				_ = braid.Timeout(ctx, time.Second, func(context.Context) error { return nil }, &d)
			})
			if v == nil {
				t.Error("a Deadline served two scopes at once")
			}
			return braid.Sleep(ctx, time.Hour)
		}, &d)
		if _, ok := braid.TimedOut(err); !ok {
			t.Errorf("the outer scope gave %v", err)
		}

		t.Log("never un-cancelled")
		var inside context.Context
		err = braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			inside = ctx
			time.Sleep(time.Second)
			if err := d.Reset(time.Hour); err == nil {
				t.Error("a deadline that has passed was moved")
			}
			return ctx.Err()
		}, &d)
		if _, ok := braid.TimedOut(err); !ok || inside.Err() != context.DeadlineExceeded || !d.Expired() {
			t.Errorf("got %v, ctx.Err() %v, expired %v", err, inside.Err(), d.Expired())
		}
	})
}

// trio 168: what is left of misnesting where scopes are closures
func TestTrio168_WhatEscapesItsScopeIsRefusedOrCleanedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g *braid.Group
		var inside context.Context
		_ = braid.Run(t.Context(), func(ctx context.Context, inner *braid.Group) error {
			g, inside = inner, ctx
			return nil
		}, braid.Name("gone"))
		if inside.Err() != context.Canceled {
			t.Errorf("the context of a group that is over has %v", inside.Err())
		}
		if v := fmt.Sprint(trioPanic(func() { g.Go(trioUntilCancelled) })); !strings.Contains(v, "gone") || !strings.Contains(v, "trio_scope_test.go:") {
			t.Errorf("Go said %q, want the group's name and where it was opened", v)
		}
		err := braid.Run(inside, func(context.Context, *braid.Group) error {
			t.Error("a group was opened below one that is over")
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Run below a group that is over gave %v", err)
		}

		// A group that outlives its task.
		start := time.Now()
		var abandoned *braid.Task[int]
		line := 0
		err = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				_, _, line, _ = runtime.Caller(0)
				below, _ := braid.Open(ctx)
				abandoned = braid.Fork(below, func(ctx context.Context) (int, error) {
					<-ctx.Done()
					var c *braid.Cancellation
					if !errors.As(context.Cause(ctx), &c) || c.Reason() != braid.ErrNotClosed {
						t.Errorf("the abandoned task was cancelled by %v", context.Cause(ctx))
					}
					time.Sleep(time.Second)
					return 0, ctx.Err()
				})
				synctest.Wait()
				return nil
			})
			return nil
		})
		trioAt(t, start, time.Second) // joined then and there
		if abandoned.State() != braid.Cancelled {
			t.Errorf("the abandoned task is %v", abandoned.State())
		}
		if !errors.Is(err, braid.ErrNotClosed) || !strings.Contains(err.Error(), "trio_scope_test.go:"+strconv.Itoa(line+1)) {
			t.Errorf("got %v, want where the group was opened (line %d)", err, line+1)
		}
	})
}

// trio 190
func TestTrio190_ACancelledScopeThatMetNoCancellationPassesItsErrorsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fired, err := braid.MoveOn(t.Context(), time.Second, func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				for _, err := range []error{errTrioBoom, errTrioOther} {
					g.Go(func(ctx context.Context) error { <-ctx.Done(); return err })
				}
				return nil
			})
		})
		if !fired || !errors.Is(err, errTrioBoom) || !errors.Is(err, errTrioOther) {
			t.Errorf("fired %v, error %v", fired, err)
		}
		if _, ok := braid.TimedOut(err); !ok {
			t.Errorf("the timeout is not attached to %v", err)
		}
	})
}

func trioNest(ctx context.Context, depth int, inTasks bool, innermost func(context.Context) error) error {
	if depth == 0 {
		return innermost(ctx)
	}
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		if !inTasks {
			return trioNest(ctx, depth-1, inTasks, innermost)
		}
		braid.Fork(g, func(ctx context.Context) (int, error) {
			return 0, trioNest(ctx, depth-1, inTasks, innermost)
		})
		return nil
	})
}

// trio 193
func TestTrio193_FiveThousandNestedScopesAreNoProblem(t *testing.T) {
	depth := 5000
	if racing {
		depth = 1000 // the detector makes it slow
	}
	for _, inTasks := range []bool{false, true} {
		t.Run(fmt.Sprintf("in tasks: %v", inTasks), func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			err := trioNest(ctx, depth, inTasks, func(ctx context.Context) error {
				done := ctx.Done()
				cancel(errTrioBoom)
				select {
				case <-done:
				default:
					t.Error("the innermost context is alive after the outermost cancel")
				}
				return context.Cause(ctx)
			})
			if !errors.Is(err, context.Canceled) || !errors.Is(err, errTrioBoom) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("limits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			var nest func(ctx context.Context, depth int) error
			nest = func(ctx context.Context, depth int) error {
				if depth == 0 {
					return braid.Sleep(ctx, time.Hour)
				}
				return braid.Timeout(ctx, time.Minute, func(ctx context.Context) error { return nest(ctx, depth-1) })
			}
			err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error { return nest(ctx, depth) }, braid.Name("outermost"))
			if te, ok := braid.TimedOut(err); !ok || te.Name != "outermost" {
				t.Errorf("got %.100s", err)
			}
			trioAt(t, start, time.Second)
		})
	})
}
