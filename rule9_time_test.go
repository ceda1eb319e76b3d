package braid_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rules 9.1 and 9.2 of the contract: deadlines.

func wantTimeout(t *testing.T, err error, name string, after time.Duration) {
	t.Helper()
	te, ok := err.(*braid.TimeoutError)
	if !ok || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		t.Fatalf("got %T (%v), want a *TimeoutError", err, err)
	}
	if te.Name != name || te.After != after || !te.Timeout() {
		t.Errorf("got %q after %v, want %q after %v", te.Name, te.After, name, after)
	}
}

func TestRule9_1_ATimeoutErrorSaysThatItsOwnDeadlineCutFnShort(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		for _, give := range []func(ctx context.Context) error{
			untilDead,
			func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) },
			func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("read: %w", context.DeadlineExceeded) },
			func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) },
		} {
			err := braid.Timeout(ctx, time.Second, give, braid.Name("fetch"))
			wantTimeout(t, err, "fetch", time.Second)
			if te, ok := braid.TimedOut(fmt.Errorf("x: %w", err)); !ok || error(te) != err || te.Err == nil {
				t.Errorf("TimedOut gave %v", te)
			}
		}
		at(t, start, 4*time.Second, "the end")
	})
}

func TestRule9_1_ARealErrorWinsWithTheTimeoutAttached(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
			<-ctx.Done()
			return errors.Join(ctx.Err(), errOne)
		}, braid.Name("fetch"))
		if !errors.Is(err, errOne) || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if te, ok := braid.TimedOut(err); !ok || te.Name != "fetch" {
			t.Errorf("no timeout is attached to %v", err)
		}
		err = braid.Timeout(ctx, time.Second, failAfter(time.Millisecond, errOne))
		if err != errOne {
			t.Errorf("in time: got %v", err)
		}
		if _, ok := braid.TimedOut(err); ok {
			t.Error("a timeout that was none")
		}
	})
}

// Nor does what handles timeouts handle it.
func TestRule9_1_AClauseForTimeoutsLeavesARealErrorThatCameWithOne(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			for _, failure := range []error{errOne, context.DeadlineExceeded} {
				g.Go(func(ctx context.Context) error {
					return braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
						<-ctx.Done()
						return failure
					})
				})
			}
			return nil
		}, braid.Supervised)
		timeouts := 0
		left := braid.Catch(err, braid.On(func(_ error, all []*braid.TimeoutError) error { timeouts += len(all); return nil }))
		if !errors.Is(left, errOne) || timeouts != 1 {
			t.Errorf("%d timeouts of %v, left is %v", timeouts, err, left)
		}
		if _, ok := braid.TimedOut(left); !ok {
			t.Errorf("no timeout is attached to %v", left)
		}
		if _, left = braid.Split(err, braid.As[*braid.TimeoutError]()); !errors.Is(left, errOne) {
			t.Errorf("split: left is %v", left)
		}
	})
}

func TestRule9_1_ATimeoutIsANetError(t *testing.T) {
	var ne net.Error
	if err := braid.Timeout(t.Context(), 0, untilDead); !errors.As(err, &ne) || !ne.Timeout() {
		t.Error(err)
	}
}

func TestRule9_1_ASuccessInTimeOrLateIsKept(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		for _, d := range []time.Duration{time.Millisecond, time.Second, 2 * time.Second} {
			if err := braid.Timeout(ctx, time.Second, failAfter(d, nil)); err != nil {
				t.Errorf("after %v: %v", d, err)
			}
		}
		at(t, start, 3001*time.Millisecond, "the end")
	})
}

func TestRule9_1_SomebodyElsesCancellationIsNeverATimeout(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		ctx, cancel := context.WithCancelCause(root)
		time.AfterFunc(time.Second, func() { cancel(errWhy) })
		err := braid.Timeout(ctx, 2*time.Second, untilDead)
		at(t, start, time.Second, "the end")
		if _, ok := braid.TimedOut(err); ok || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		// Also if the deadline passes before fn has come to its end,
		ctx, cancel = context.WithCancelCause(root)
		time.AfterFunc(time.Second, func() { cancel(errWhy) })
		err = braid.Timeout(ctx, 2*time.Second, func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Hour)
			return ctx.Err()
		})
		if _, ok := braid.TimedOut(err); ok || !errors.Is(err, context.Canceled) {
			t.Errorf("late: got %v", err)
		}
		// and if fn makes it up.
		err = braid.Timeout(root, time.Hour, func(context.Context) error { return context.DeadlineExceeded })
		if err != context.DeadlineExceeded {
			t.Errorf("made up: got %v", err)
		}
	})
}

func TestRule9_1_OfNestedExpiredScopesTheOutermostClaimsIt(t *testing.T) {
	busy := func(context.Context) error { time.Sleep(5 * time.Second); return context.DeadlineExceeded }
	for name, d := range map[string]struct{ outer, inner time.Duration }{
		"equal":         {time.Second, time.Second},
		"outer earlier": {time.Second, 2 * time.Second},
		"inner earlier": {2 * time.Second, time.Second},
	} {
		for kind, fn := range map[string]func(context.Context) error{"obeys": untilDead, "busy": busy} {
			t.Run(name+", "+kind, func(t *testing.T) {
				live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
					innerClaims := name == "inner earlier" && kind == "obeys"
					err := braid.Timeout(ctx, d.outer, func(ctx context.Context) error {
						err := braid.Timeout(ctx, d.inner, fn, braid.Name("inner"))
						if te, ok := err.(*braid.TimeoutError); ok && te.Name == "inner" && !innerClaims {
							t.Errorf("the inner claimed it: %v", err)
						}
						return err
					}, braid.Name("outer"))
					if innerClaims {
						wantTimeout(t, err, "inner", d.inner)
					} else {
						wantTimeout(t, err, "outer", d.outer)
					}
				})
			})
		}
	}
}

func TestRule9_1_EqualDeadlinesThroughGroupsGoToTheOutermost(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				for range 3 {
					g.Go(func(ctx context.Context) error {
						return braid.Timeout(ctx, time.Second, untilDead, braid.Name("inner"))
					})
				}
				return nil
			})
		}, braid.Name("outer"))
		wantTimeout(t, err, "outer", time.Second)
		at(t, start, time.Second, "the end")
	})
}

func TestRule9_1_AStandardDeadlineOutsideClaimsItToo(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		err := braid.Timeout(ctx, time.Second, untilDead)
		if _, ours := braid.TimedOut(err); ours || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestRule9_1_WithoutTimeFnIsNotCalled(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		never := func(context.Context) error { t.Error("fn was called"); return nil }
		for _, d := range []time.Duration{0, -time.Second} {
			wantTimeout(t, braid.Timeout(ctx, d, never, braid.Name("none")), "none", 0)
			if fired, err := braid.MoveOn(ctx, d, never); !fired || err != nil {
				t.Errorf("MoveOn gave %v, %v", fired, err)
			}
		}
		dead, cancel := context.WithCancelCause(ctx)
		cancel(errWhy)
		if err := braid.Timeout(dead, time.Hour, never); !errors.Is(err, errWhy) || !errors.Is(err, context.Canceled) {
			t.Errorf("on a dead context: %v", err)
		}
	})
}

func TestRule9_2_MoveOnSwallowsOnlyItsOwnDeadlineAndSaysWhetherItFired(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		check := func(ctx context.Context, what string, d time.Duration, fn func(context.Context) error, fired bool, want error) {
			t.Helper()
			f, err := braid.MoveOn(ctx, d, fn)
			if f != fired || !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("%s: got %v, %v", what, f, err)
			}
		}
		check(root, "cut short", time.Second, untilDead, true, nil)
		at(t, start, time.Second, "the end")
		check(root, "in time", time.Second, failAfter(0, nil), false, nil)
		check(root, "late", time.Second, failAfter(2*time.Second, nil), true, nil)
		check(root, "real error", time.Second, failAfter(0, errOne), false, errOne)
		check(root, "late error", time.Second, failAfter(2*time.Second, errOne), true, errOne)
		ctx, cancel := context.WithCancelCause(root)
		time.AfterFunc(time.Second, func() { cancel(errWhy) })
		check(ctx, "somebody else", 2*time.Second, untilDead, false, context.Canceled)
		ctx, cancel2 := context.WithTimeout(root, time.Second)
		defer cancel2()
		check(ctx, "a deadline outside", time.Second, untilDead, false, context.DeadlineExceeded)
		err := braid.Timeout(root, time.Second, func(ctx context.Context) error {
			check(ctx, "equal deadlines", time.Second, untilDead, false, context.DeadlineExceeded)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		check(root, "an inner Timeout", time.Minute, func(ctx context.Context) error {
			return braid.Timeout(ctx, time.Second, untilDead)
		}, false, context.DeadlineExceeded)
	})
}
