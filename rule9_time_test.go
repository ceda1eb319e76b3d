package braid_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rules 9.1 to 9.4 of the contract: deadlines and shields.

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

func TestRule9_3_ADeadlineCanBeMovedWhileItRuns(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		shows := func(ctx context.Context, d *braid.Deadline, want time.Duration) {
			t.Helper()
			until, ok := ctx.Deadline()
			when, on := d.When()
			if !ok || !on || until.Sub(start) != want || !when.Equal(until) {
				t.Errorf("Deadline shows %v, %v, When %v, %v, want %v", until.Sub(start), ok, when.Sub(start), on, want)
			}
		}
		var d braid.Deadline
		err := braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
			done := ctx.Done()
			shows(ctx, &d, time.Second)
			if err := d.Reset(5 * time.Second); err != nil {
				t.Error(err)
			}
			shows(ctx, &d, 5*time.Second)
			time.Sleep(4 * time.Second)
			select {
			case <-done:
				t.Error("it fired although it was moved away")
			default:
			}
			if err := d.Stop(); err != nil {
				t.Error(err)
			}
			if until, ok := ctx.Deadline(); ok {
				t.Errorf("stopped: it shows %v", until)
			}
			time.Sleep(time.Hour)
			if ctx.Err() != nil {
				t.Errorf("stopped: %v", ctx.Err())
			}
			if err := d.ResetAt(start.Add(2 * time.Hour)); err != nil {
				t.Error(err)
			}
			shows(ctx, &d, 2*time.Hour)
			if err := d.Reset(time.Second); err != nil { // sooner
				t.Error(err)
			}
			<-done
			at(t, start, time.Hour+5*time.Second, "the end")
			if ctx.Err() != context.DeadlineExceeded {
				t.Errorf("Err is %v", ctx.Err())
			}
			if c := context.Cause(ctx); !errors.Is(c, context.DeadlineExceeded) {
				t.Errorf("the cause is %v", c)
			}
			if d.Reset(time.Hour) == nil || !d.Expired() {
				t.Error("an expired deadline was moved")
			}
			return ctx.Err()
		}, &d)
		wantTimeout(t, err, "", time.Hour+5*time.Second)
		if !d.Expired() || d.Reset(time.Second) == nil {
			t.Error("it is forgotten that it expired")
		}
	})
}

func TestRule9_3_AMoveReachesGroupsAndContextsBelow(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var d braid.Deadline
		err := braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					below, cancel := context.WithCancel(ctx)
					defer cancel()
					<-below.Done()
					at(t, start, 3*time.Second, "the death below")
					if until, _ := ctx.Deadline(); below.Err() != context.DeadlineExceeded || until.Sub(start) != 3*time.Second {
						t.Errorf("below: %v, deadline %v", below.Err(), until.Sub(start))
					}
					return below.Err()
				})
				time.Sleep(500 * time.Millisecond)
				return d.Reset(2500 * time.Millisecond)
			})
		}, &d)
		wantTimeout(t, err, "", 3*time.Second)
	})
}

func TestRule9_3_ADeadlineMovedIntoThePastFiresAtOnce(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		for _, asked := range []bool{false, true} {
			var d braid.Deadline
			err := braid.Timeout(ctx, time.Minute, func(ctx context.Context) error {
				if asked {
					_ = ctx.Done()
				}
				_ = d.Reset(0)
				if ctx.Err() != context.DeadlineExceeded {
					t.Errorf("Err is %v", ctx.Err())
				}
				<-ctx.Done()
				return ctx.Err()
			}, &d)
			wantTimeout(t, err, "", 0)
		}
		at(t, start, 0, "the end")
	})
}

func TestRule9_3_ACancelAboveAMovableDeadlineIsSeenAtOnce(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ctx, cancel := context.WithCancelCause(ctx)
		var d braid.Deadline
		err := braid.Timeout(ctx, time.Minute, func(ctx context.Context) error {
			below, stop := context.WithCancel(ctx)
			defer stop()
			cancel(errWhy)
			if ctx.Err() != context.Canceled || context.Cause(ctx) != errWhy {
				t.Errorf("the limit has %v, %v", ctx.Err(), context.Cause(ctx))
			}
			if <-below.Done(); context.Cause(below) != errWhy {
				t.Errorf("a context below has %v, %v", below.Err(), context.Cause(below))
			}
			return ctx.Err()
		}, &d)
		wantPlainCancel(t, err, context.Canceled)
		if d.Expired() {
			t.Error("the deadline says that it expired")
		}
	})
}

func TestRule9_4_AShieldRunsFnToItsEndAlthoughTheContextDies(t *testing.T) {
	type key struct{}
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		ctx, cancel := context.WithTimeout(context.WithValue(root, key{}, "v"), time.Second)
		defer cancel()
		saved := false
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				return braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
					if ctx.Value(key{}) != "v" {
						t.Error("the values are gone")
					}
					if until, _ := ctx.Deadline(); until.Sub(start) != time.Minute {
						t.Errorf("a deadline from outside reaches in: %v", until.Sub(start))
					}
					err := braid.Sleep(ctx, 5*time.Second)
					saved = err == nil
					return err
				})
			})
			return nil
		})
		if err != nil || !saved {
			t.Error(err, saved)
		}
		at(t, start, 5*time.Second, "the join") // it was joined
		if err := braid.Shield(ctx, time.Minute, func(ctx context.Context) error { return ctx.Err() }); err != nil {
			t.Errorf("under a dead context: %v", err)
		}
	})
}

func TestRule9_4_AShieldLastsForItsGraceAtMost(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Shield(ctx, 3*time.Second, untilDead, braid.Name("save"))
		wantTimeout(t, err, "save", 3*time.Second)
		at(t, start, 3*time.Second, "the end")
		err = braid.Shield(ctx, braid.Forever, func(ctx context.Context) error {
			if _, ok := ctx.Deadline(); ok {
				t.Error("Forever has a deadline")
			}
			return braid.Sleep(ctx, 1000*time.Hour)
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRule9_4_InsideAShieldInnerCancelsWork(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		err := braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(untilDead)
				time.Sleep(time.Second)
				g.Cancel()
				return untilDead(ctx)
			})
			if err != nil {
				t.Error(err)
			}
			return braid.Timeout(ctx, time.Second, untilDead, braid.Name("inner"))
		})
		wantTimeout(t, err, "inner", time.Second)
		at(t, start, 2*time.Second, "the end")
	})
}

func TestRule9_4_AShieldIsStillInTheTree(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				return braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
					return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
						g.Go(func(context.Context) error { return errOne }, braid.Name("write"))
						return nil
					}, braid.Name("inner"))
				})
			}, braid.Name("save"))
			return nil
		}, braid.Name("outer"))
		var path string
		for p := range braid.Leaves(err) {
			path = p
		}
		if path != "outer/save/inner/write" {
			t.Errorf("got %q", path)
		}
	})
}
