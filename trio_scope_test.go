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

// Trio's cancel scopes, timeouts and reasons (lines 158 to 174, 190 to 198). A
// scope here is a Group, a Timeout, a MoveOn or a Shield.

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

// trio 165
func TestTrio165_AMovedDeadlineCountsAndOneOfAFinishedScopeDoesNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var d braid.Deadline
		var inside context.Context
		err := braid.Timeout(t.Context(), time.Hour, func(ctx context.Context) error {
			inside = ctx
			time.AfterFunc(time.Second, func() {
				if err := d.Reset(time.Second); err != nil {
					t.Error(err)
				}
				if at, ok := ctx.Deadline(); !ok || !at.Equal(start.Add(2*time.Second)) {
					t.Errorf("ctx.Deadline() is %v, %v", at.Sub(start), ok)
				}
			})
			return braid.Sleep(ctx, 2*time.Hour)
		}, &d)
		trioAt(t, start, 2*time.Second)
		if te, ok := braid.TimedOut(err); !ok || te.After != 2*time.Second {
			t.Errorf("got %v", err)
		}
		if inside.Err() != context.DeadlineExceeded {
			t.Errorf("ctx.Err() is %v", inside.Err())
		}

		var late braid.Deadline
		err = braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			inside = ctx
			return nil
		}, &late)
		if err != nil {
			t.Error(err)
		}
		if late.Reset(time.Minute) == nil || late.Stop() == nil || late.Expired() {
			t.Errorf("the deadline of a scope that is over can be moved: %v", &late)
		}
		time.Sleep(time.Hour)
		if inside.Err() != context.Canceled {
			t.Errorf("the deadline of a scope that is over still passed: %v", inside.Err())
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

// trio 169
func TestTrio169_MoveOnEndsAtItsDeadlineAndGoesOnWithoutError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		fired, err := braid.MoveOn(t.Context(), 10*time.Second, func(ctx context.Context) error {
			return braid.Sleep(ctx, time.Minute)
		})
		if !fired || err != nil {
			t.Errorf("fired %v, error %v", fired, err)
		}
		trioAt(t, start, 10*time.Second)
		fired, err = braid.MoveOn(t.Context(), 10*time.Second, func(ctx context.Context) error {
			return braid.Sleep(ctx, 5*time.Second)
		})
		if fired || err != nil {
			t.Errorf("in time: fired %v, error %v", fired, err)
		}
		trioAt(t, start, 15*time.Second)
	})
}

// trio 170
func TestTrio170_TimeoutFailsAlsoWhenItIsShielded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		check := func(err error, name string) {
			t.Helper()
			te, ok := err.(*braid.TimeoutError)
			if !ok || te.Name != name || te.After != time.Second || !errors.Is(err, context.DeadlineExceeded) || !te.Timeout() {
				t.Errorf("got %v, want the timeout of %q", err, name)
			}
		}
		sleep := func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) }
		check(braid.Timeout(t.Context(), time.Second, sleep, braid.Name("plain")), "plain")
		trioAt(t, start, time.Second)
		// The outside is dead, and the shield's own deadline fires all the same.
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		check(braid.Shield(ctx, time.Second, sleep, braid.Name("shield")), "shield")
		trioAt(t, start, 2*time.Second)
		check(braid.Shield(ctx, braid.Forever, func(ctx context.Context) error {
			return braid.Timeout(ctx, time.Second, sleep, braid.Name("within"))
		}), "within")
		trioAt(t, start, 3*time.Second)
	})
}

// trio 171: Go's convention rules, and contract 9.1: such a limit has expired
func TestTrio171_ADurationThatIsNotPositiveHasExpired(t *testing.T) {
	never := func(context.Context) error {
		t.Error("the function was called")
		return nil
	}
	for _, d := range []time.Duration{0, -time.Second} {
		err := braid.Timeout(t.Context(), d, never)
		if te, ok := err.(*braid.TimeoutError); !ok || te.After != 0 {
			t.Errorf("Timeout(%v) gave %v", d, err)
		}
		if fired, err := braid.MoveOn(t.Context(), d, never); !fired || err != nil {
			t.Errorf("MoveOn(%v) gave %v, %v", d, fired, err)
		}
		if _, ok := braid.TimedOut(braid.Shield(t.Context(), d, never)); !ok {
			t.Errorf("Shield(%v) did not time out", d)
		}
		if err := braid.Sleep(t.Context(), d); err != nil {
			t.Errorf("Sleep(%v) gave %v", d, err)
		}
	}
	if trioPanic(func() { _ = braid.Reserve(t.Context(), -1, never) }) == nil {
		t.Error("Reserve took a negative duration")
	}
}

// trio 172: there is nothing to construct before the call; a Deadline that was
// made earlier does not count from then
func TestTrio172_ADeadlineCountsFromTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d braid.Deadline
		opts := []braid.ScopeOption{&d, braid.Name("late")}
		time.Sleep(time.Minute)
		start := time.Now()
		_, err := braid.MoveOn(t.Context(), 3*time.Second, func(ctx context.Context) error {
			if at, ok := d.When(); !ok || !at.Equal(start.Add(3*time.Second)) {
				t.Errorf("the deadline is %v after the start", at.Sub(start))
			}
			return braid.Sleep(ctx, time.Hour)
		}, opts...)
		if err != nil {
			t.Error(err)
		}
		trioAt(t, start, 3*time.Second)
	})
}

// trio 174
func TestTrio174_TheDeadlineInForceIsTheEarliestUpToTheNextShield(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		check := func(ctx context.Context, want time.Duration) {
			t.Helper()
			switch at, ok := ctx.Deadline(); {
			case ok != (want != braid.Forever):
				t.Errorf("a deadline: %v", ok)
			case ok && at.Sub(start) != want:
				t.Errorf("the deadline is in %v, want %v", at.Sub(start), want)
			}
		}
		check(t.Context(), braid.Forever)
		var outer braid.Deadline
		_ = braid.Timeout(t.Context(), 10*time.Second, func(ctx context.Context) error {
			check(ctx, 10*time.Second)
			_ = braid.Timeout(ctx, 5*time.Second, func(ctx context.Context) error {
				check(ctx, 5*time.Second)
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					check(ctx, 5*time.Second)
					g.Go(func(ctx context.Context) error { check(ctx, 5*time.Second); return nil })
					return nil
				})
			})
			_ = braid.Timeout(ctx, 20*time.Second, func(ctx context.Context) error {
				check(ctx, 10*time.Second)
				outer.Reset(30 * time.Second) // the current one, wherever it is asked for
				check(ctx, 20*time.Second)
				outer.Reset(2 * time.Second)
				check(ctx, 2*time.Second)
				return nil
			})
			_ = braid.Shield(ctx, braid.Forever, func(ctx context.Context) error {
				check(ctx, braid.Forever)
				return braid.Timeout(ctx, time.Minute, func(ctx context.Context) error {
					check(ctx, time.Minute)
					return nil
				})
			})
			_ = braid.Shield(ctx, time.Hour, func(ctx context.Context) error { check(ctx, time.Hour); return nil })
			return nil
		}, &outer)
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

// trio 194
func TestTrio194_ADeadlineMovedThousandsOfTimesLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var d braid.Deadline
		err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			_ = ctx.Done() // arms it
			allocs := testing.AllocsPerRun(10000, func() {
				d.Reset(time.Hour)
				d.Stop()
				d.Reset(5 * time.Second)
			})
			if allocs > 0 {
				t.Errorf("moving the deadline allocates %v objects", allocs)
			}
			return braid.Sleep(ctx, time.Hour)
		}, &d)
		if _, ok := braid.TimedOut(err); !ok {
			t.Errorf("got %v", err)
		}
		trioAt(t, start, 5*time.Second) // the last one counts, once
		if d.Reset(time.Second) == nil {
			t.Error("an expired deadline was moved")
		}
	})
}

// trio 196: signals as a source are a later issue
func TestTrio196_TheCauseSaysWhoCancelledWhyAndWhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		cause := func(ctx context.Context) *braid.Cancellation {
			t.Helper()
			c, ok := context.Cause(ctx).(*braid.Cancellation)
			if !ok {
				t.Fatalf("the cause is %T", context.Cause(ctx))
			}
			return c
		}
		has := func(c *braid.Cancellation, parts ...string) {
			t.Helper()
			for _, p := range parts {
				if !strings.Contains(c.Error(), p) {
					t.Errorf("%q does not say %q", c, p)
				}
			}
		}

		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			time.Sleep(time.Second)
			_, _, line, _ := runtime.Caller(0)
			g.CancelCause(errTrioBoom)
			c := cause(ctx)
			has(c, "context canceled", "server", "boom", fmt.Sprintf("trio_scope_test.go:%d", line+1))
			if c.By() != "server" || c.Reason() != errTrioBoom || c.Site().Line != line+1 || !c.At().Equal(start.Add(time.Second)) {
				t.Errorf("by %q, reason %v, site %v, at %v", c.By(), c.Reason(), c.Site(), c.At())
			}
			if errors.Is(c, errTrioBoom) || !errors.Is(c, context.Canceled) || c.Timeout() {
				t.Error("the cause must match context.Canceled, and not its reason")
			}
			return nil
		}, braid.Name("server"))

		_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			h := braid.Fork(g, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				c := cause(ctx)
				has(c, "fetch", "boom", "trio_scope_test.go:")
				if c.By() != "fetch" || c.Reason() != errTrioBoom {
					t.Errorf("by %q, reason %v", c.By(), c.Reason())
				}
				return 0, c
			}, braid.Name("fetch"))
			synctest.Wait()
			h.CancelCause(errTrioBoom)
			return nil
		})

		_ = braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			<-ctx.Done()
			c := cause(ctx)
			has(c, "deadline exceeded", "slow")
			if c.By() != "slow" || !c.Timeout() || !errors.Is(c, context.DeadlineExceeded) || errors.Is(c, context.Canceled) {
				t.Errorf("by %q, timeout %v", c.By(), c.Timeout())
			}
			if s := c.Site(); !strings.HasSuffix(s.File, "trio_scope_test.go") {
				t.Errorf("site %v", s)
			}
			return nil
		}, braid.Name("slow"))

		// Somebody outside the package: the cause is theirs.
		ctx, cancel := context.WithCancelCause(t.Context())
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			cancel(errTrioOther)
			if c := context.Cause(ctx); c != errTrioOther {
				t.Errorf("the cause is %v", c)
			}
			return ctx.Err()
		})
		var c *braid.Cancellation
		if !errors.As(err, &c) || !errors.Is(err, errTrioOther) || !errors.Is(err, context.Canceled) {
			t.Fatalf("Run gave %v", err)
		}
		has(c, "context canceled", "other")
	})
}

// trio 197
func TestTrio197_TheCauseNamesTheSiblingThatFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		check := func(ctx context.Context) {
			t.Helper()
			c, ok := context.Cause(ctx).(*braid.Cancellation)
			if !ok {
				t.Fatalf("the cause is %v", context.Cause(ctx))
			}
			te, ok := c.Reason().(*braid.TaskError)
			if !ok || te.Err != errTrioBoom || te.Path() != "nursery/culprit" || c.By() != "nursery/culprit" {
				t.Errorf("by %q, reason %v", c.By(), c.Reason())
			}
			if s := c.Site(); !strings.HasSuffix(s.File, "trio_scope_test.go") || s != te.Spawned() {
				t.Errorf("site %v", s)
			}
			for _, part := range []string{"context canceled", "nursery/culprit", "boom"} {
				if !strings.Contains(c.Error(), part) {
					t.Errorf("%q does not say %q", c, part)
				}
			}
			if errors.Is(c, errTrioBoom) {
				t.Error("the cause matches the sibling's error")
			}
		}
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { // a sibling
				<-ctx.Done()
				check(ctx)
				return context.Cause(ctx)
			})
			g.Go(func(ctx context.Context) error { // a nephew
				return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error {
						<-ctx.Done()
						check(ctx)
						return context.Cause(ctx)
					})
					return nil
				})
			})
			synctest.Wait()
			g.Go(func(context.Context) error { return errTrioBoom }, braid.Name("culprit"))
			<-ctx.Done()
			check(ctx)
			return context.Cause(ctx)
		}, braid.Name("nursery"))
		trioLeaves(t, err, errTrioBoom)
	})
}

// trio 198
func TestTrio198_TheFirstReasonIsNotOverwritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reason := func(ctx context.Context) error {
			var c *braid.Cancellation
			errors.As(context.Cause(ctx), &c)
			return c.Reason()
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			h := braid.Fork(g, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				synctest.Wait() // all the others have come
				if r := reason(ctx); r != errTrioBoom {
					t.Errorf("the task's reason became %v", r)
				}
				return 0, errTrioOther
			})
			synctest.Wait()
			h.CancelCause(errTrioBoom)
			h.CancelCause(errTrioOther)
			g.CancelCause(errors.New("the group's"))
			g.CancelCause(errTrioOther)
			cancel(errTrioOther)
			if r := reason(ctx); r == nil || r.Error() != "the group's" {
				t.Errorf("the group's reason became %v", r)
			}
			return nil
		})
		trioLeaves(t, err, errTrioOther)
	})
}
