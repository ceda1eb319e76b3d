package braid_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// Trio's timeouts and deadlines (lines 165, 169 to 174, 194).

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
