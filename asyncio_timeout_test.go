package braid_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file holds lines 53 to 74 of the conformance list: asyncio.timeout,
// which is Timeout here. Not carried over:
//
//	69  a fresh timeout inside one that has expired is dead at once, since a
//	    context stays dead; cleanup has Shield, as line 75 and after show.
//	70  a context cannot be revived, so there is no count to confuse.
//	71  a function cannot be entered twice, or left before it is entered.
//	73  Go has no current task that a timeout could be without.

// aioWantTimeout checks that err is the timeout of the scope of that name.
func aioWantTimeout(t *testing.T, err error, name string, after time.Duration) *braid.TimeoutError {
	t.Helper()
	te, ok := err.(*braid.TimeoutError)
	if !ok {
		t.Fatalf("got %T (%v), want a *TimeoutError", err, err)
	}
	if te.Name != name || te.After != after {
		t.Errorf("the timeout is of %q after %v, want %q after %v", te.Name, te.After, name, after)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v does not match DeadlineExceeded", err)
	}
	return te
}

// asyncio 53
func TestAsyncio53_AFunctionCutShortByTheDeadlineGivesATimeoutError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var d braid.Deadline
		err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			if at, ok := d.When(); !ok || !at.Equal(start.Add(time.Second)) {
				t.Errorf("the deadline is %v, %v", at, ok)
			}
			return braid.Sleep(ctx, time.Hour)
		}, &d, braid.Name("brief"))
		aioWantTimeout(t, err, "brief", time.Second)
		aioWantElapsed(t, start, time.Second)
		if at, ok := d.When(); !d.Expired() || !ok || !at.Equal(start.Add(time.Second)) {
			t.Errorf("expired: %v, deadline %v, %v", d.Expired(), at, ok)
		}
		// The same without a handle.
		err = braid.Timeout(t.Context(), time.Second, aioUntilCancelled)
		aioWantTimeout(t, err, "", time.Second)
		aioWantElapsed(t, start, 2*time.Second)
	})
}

// asyncio 54
func TestAsyncio54_OfTwoEqualDeadlinesTheOuterClaimsTheTimeout(t *testing.T) {
	for _, handles := range [][2]bool{{false, false}, {true, false}, {false, true}, {true, true}} {
		t.Run(fmt.Sprintf("movable %v", handles), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var d [2]braid.Deadline
				options := func(i int, name string) []braid.ScopeOption {
					if handles[i] {
						return []braid.ScopeOption{braid.Name(name), &d[i]}
					}
					return []braid.ScopeOption{braid.Name(name)}
				}
				err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
					err := braid.Timeout(ctx, time.Second, aioUntilCancelled, options(1, "inner")...)
					if te, ok := braid.TimedOut(err); ok {
						t.Errorf("the inner limit claims the timeout: %v", te)
					}
					if !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("the inner limit lets %v through", err)
					}
					return err
				}, options(0, "outer")...)
				aioWantTimeout(t, err, "outer", time.Second)
				aioWantElapsed(t, start, time.Second)
				for i := range d {
					if d[i].Expired() != handles[i] {
						t.Errorf("deadline %d expired: %v", i, d[i].Expired())
					}
				}
			})
		})
	}
	t.Run("the outer is a standard one", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := braid.Timeout(ctx, time.Second, aioUntilCancelled)
			if _, ok := braid.TimedOut(err); ok || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %T (%v)", err, err)
			}
		})
	})
}

// asyncio 55
func TestAsyncio55_InsideTheTimeoutIsACancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inside, cause error
		err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			<-ctx.Done()
			inside, cause = ctx.Err(), context.Cause(ctx)
			return cause
		}, braid.Name("brief"))
		if inside != context.DeadlineExceeded {
			t.Errorf("inside, Err gave %v", inside)
		}
		c, ok := cause.(*braid.Cancellation)
		if !ok || !c.Timeout() || c.By() != "brief" {
			t.Errorf("inside, the cause was %T (%v)", cause, cause)
		}
		if _, ok := braid.TimedOut(cause); ok {
			t.Error("inside, the cause was a timeout already")
		}
		aioWantTimeout(t, err, "brief", time.Second)
	})
}

// asyncio 56
func TestAsyncio56_AFunctionThatEndsInTimeDoesNotExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var d braid.Deadline
		err := braid.Timeout(t.Context(), 10*time.Second, func(ctx context.Context) error {
			return braid.Sleep(ctx, time.Second)
		}, &d)
		aioWantElapsed(t, start, time.Second)
		time.Sleep(time.Minute)
		if err != nil || d.Expired() {
			t.Errorf("error %v, expired %v", err, d.Expired())
		}
		if at, ok := d.When(); !ok || !at.Equal(start.Add(10*time.Second)) {
			t.Errorf("the deadline was %v, %v", at, ok)
		}
	})
}

// asyncio 57
func TestAsyncio57_ATimeoutMayHaveNoDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, limit := range map[string]func(d *braid.Deadline, fn func(context.Context) error) error{
			"from the start": func(d *braid.Deadline, fn func(context.Context) error) error {
				return braid.Timeout(t.Context(), braid.Forever, fn, d)
			},
			"taken off": func(d *braid.Deadline, fn func(context.Context) error) error {
				return braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
					if err := d.Stop(); err != nil {
						return err
					}
					return fn(ctx)
				}, d)
			},
		} {
			start := time.Now()
			var d braid.Deadline
			err := limit(&d, func(ctx context.Context) error {
				if at, ok := d.When(); ok {
					t.Errorf("%s: the deadline is %v", name, at)
				}
				if at, ok := ctx.Deadline(); ok {
					t.Errorf("%s: the context's deadline is %v", name, at)
				}
				return braid.Sleep(ctx, 1000*time.Hour)
			})
			if err != nil || d.Expired() {
				t.Errorf("%s: error %v, expired %v", name, err, d.Expired())
			}
			aioWantElapsed(t, start, 1000*time.Hour)
		}
	})
}

// asyncio 58, 59: asyncio starts the function all the same; here it is not
// called. Neither panics, as Trio does for a negative one.
func TestAsyncio58_Asyncio59_ATimeoutThatIsNotPositiveHasExpiredAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		for _, after := range []time.Duration{0, -1, -time.Hour} {
			var d braid.Deadline
			fn := func(context.Context) error { t.Errorf("called with %v", after); return nil }
			err := braid.Timeout(t.Context(), after, fn, &d)
			te := aioWantTimeout(t, err, "", 0)
			if te.Err != nil {
				t.Errorf("the function that was not called returned %v", te.Err)
			}
			if !d.Expired() {
				t.Errorf("%v: not expired but %v", after, &d)
			}
			if err := d.Reset(time.Second); err == nil {
				t.Errorf("%v: a deadline could be moved after it had passed", after)
			}
			if fired, err := braid.MoveOn(t.Context(), after, fn); !fired || err != nil {
				t.Errorf("MoveOn(%v) gave %v, %v", after, fired, err)
			}
		}
		aioWantElapsed(t, start, 0)
	})
}

// asyncio 60
func TestAsyncio60_AnErrorInTimePassesUnchanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d braid.Deadline
		err := braid.Timeout(t.Context(), time.Second, func(context.Context) error { return aioValue }, &d)
		if err != aioValue || d.Expired() {
			t.Errorf("error %v, expired %v", err, d.Expired())
		}
	})
}

// asyncio 61
func TestAsyncio61_ATimeoutTellsWhereTheFunctionWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inside error
		err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			inside = fmt.Errorf("reading the header: %w", aioUntilCancelled(ctx))
			return inside
		})
		if te := aioWantTimeout(t, err, "", time.Second); te.Err != inside || errors.Unwrap(te) != inside {
			t.Errorf("the timeout keeps %v, want %v", te.Err, inside)
		}
		if !strings.Contains(err.Error(), "reading the header") {
			t.Errorf("the text is %q", err)
		}
	})
}

// asyncio 62
func TestAsyncio62_AnErrorOfCleanupBeatsTheTimeoutAndCarriesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, ret := range map[string]func(error) error{
			"alone":                 func(error) error { return aioDivision },
			"beside a cancellation": func(cause error) error { return errors.Join(cause, aioDivision) },
		} {
			start := time.Now()
			var d braid.Deadline
			err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
				return ret(aioUntilCancelled(ctx))
			}, &d, braid.Name("brief"))
			if _, ok := err.(*braid.TimeoutError); ok || !errors.Is(err, aioDivision) {
				t.Errorf("%s: got %T (%v)", name, err, err)
			}
			te, ok := braid.TimedOut(err)
			if !ok || te.Name != "brief" || te.After != time.Second || !d.Expired() {
				t.Errorf("%s: timeout %v, expired %v", name, te, d.Expired())
			}
			aioWantElapsed(t, start, time.Second)
		}
	})
}

// asyncio 63
func TestAsyncio63_SomebodyElsesCancelIsNoTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var d braid.Deadline
		err := braid.Timeout(aioCancelAfter(time.Second, aioTest), 10*time.Second, func(ctx context.Context) error {
			<-ctx.Done()
			if ctx.Err() != context.Canceled {
				t.Errorf("inside, Err gave %v", ctx.Err())
			}
			return context.Cause(ctx)
		}, &d)
		aioWantElapsed(t, start, time.Second)
		if _, ok := braid.TimedOut(err); ok || !errors.Is(err, aioTest) || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %T (%v)", err, err)
		}
		// Unwinding past the deadline does not make it one.
		err = braid.Timeout(aioCancelAfter(time.Second, aioTest), 2*time.Second, func(ctx context.Context) error {
			defer time.Sleep(2 * time.Second)
			return aioUntilCancelled(ctx)
		})
		if _, ok := braid.TimedOut(err); ok || !errors.Is(err, context.Canceled) {
			t.Errorf("past the deadline: got %T (%v)", err, err)
		}
		if d.Expired() {
			t.Error("the deadline expired after the limit had ended")
		}
	})
}

// asyncio 64
func TestAsyncio64_ATaskThatHandlesATimeoutEndsWell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var task *braid.Task[string]
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			task = braid.Fork(g, func(ctx context.Context) (string, error) {
				err := braid.Timeout(ctx, time.Second, aioUntilCancelled)
				aioWantTimeout(t, err, "", time.Second)
				return "done", braid.Sleep(ctx, time.Second)
			})
			return nil
		})
		if v, taskErr := task.Result(); err != nil || v != "done" || taskErr != nil {
			t.Errorf("group %v, task %q, %v", err, v, taskErr)
		}
		aioWantElapsed(t, start, 2*time.Second)
	})
}

// aioNested runs an inner limit in an outer one around something that is deaf
// for busy, and looks at its context only then.
func aioNested(t *testing.T, outerLimit, innerLimit, busy time.Duration) (err error, outerExpired, innerExpired bool) {
	var outer, inner braid.Deadline
	start := time.Now()
	err = braid.Timeout(t.Context(), outerLimit, func(ctx context.Context) error {
		return braid.Timeout(ctx, innerLimit, func(ctx context.Context) error {
			time.Sleep(busy)
			return braid.Sleep(ctx, time.Hour)
		}, &inner, braid.Name("inner"))
	}, &outer, braid.Name("outer"))
	aioWantElapsed(t, start, busy)
	return err, outer.Expired(), inner.Expired()
}

// asyncio 65
func TestAsyncio65_AnOuterDeadlineThatPassedFirstClaimsTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err, outer, inner := aioNested(t, 2*time.Millisecond, 100*time.Millisecond, 10*time.Millisecond)
		if te, ok := braid.TimedOut(err); !ok || te.Name != "outer" {
			t.Errorf("got %v", err)
		}
		if !outer || inner {
			t.Errorf("outer expired: %v, inner expired: %v", outer, inner)
		}
	})
}

// asyncio 66
func TestAsyncio66_TheOuterClaimsTheTimeoutAlsoIfTheInnerPassedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err, outer, inner := aioNested(t, 100*time.Millisecond, 10*time.Millisecond, 200*time.Millisecond)
		if te, ok := err.(*braid.TimeoutError); !ok || te.Name != "outer" {
			t.Errorf("got %T (%v)", err, err)
		}
		if te, ok := errors.AsType[*braid.TimeoutError](errors.Unwrap(err)); ok {
			t.Errorf("the inner limit claimed a timeout too: %v", te)
		}
		if !outer || !inner {
			t.Errorf("outer expired: %v, inner expired: %v", outer, inner)
		}
	})
}

// asyncio 67
func TestAsyncio67_ADeadlineCanBeMovedAndTheContextShowsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var d braid.Deadline
		err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			check := func(step string, want time.Duration) {
				t.Helper()
				w, wok := d.When()
				c, cok := ctx.Deadline()
				if wok != cok || !w.Equal(c) || wok != (want != 0) || wok && !w.Equal(start.Add(want)) {
					t.Errorf("%s: When %v, %v; Deadline %v, %v; want %v", step, w.Sub(start), wok, c.Sub(start), cok, want)
				}
			}
			move := func(err error) {
				t.Helper()
				if err != nil {
					t.Error(err)
				}
			}
			check("at first", time.Second)
			move(d.Reset(10 * time.Second))
			check("later", 10*time.Second)
			move(braid.Sleep(ctx, 5*time.Second))
			move(d.Stop())
			check("off", 0)
			move(braid.Sleep(ctx, 55*time.Second))
			move(d.ResetAt(start.Add(2 * time.Minute)))
			check("on again", 2*time.Minute)
			move(d.Reset(time.Second))
			check("sooner", 61*time.Second)
			return aioUntilCancelled(ctx)
		}, &d)
		aioWantTimeout(t, err, "", 61*time.Second)
		aioWantElapsed(t, start, 61*time.Second)
	})
}

// asyncio 68
func TestAsyncio68_ADeadlinePrintsItsState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d braid.Deadline
		want := func(text string) {
			t.Helper()
			if got := fmt.Sprint(&d); got != text {
				t.Errorf("it prints %q, want %q", got, text)
			}
		}
		want("unused")
		_ = braid.Timeout(t.Context(), 10*time.Second, func(ctx context.Context) error {
			time.Sleep(time.Second)
			want("active, 9s left")
			_ = d.Stop()
			want("active, without a deadline")
			return nil
		}, &d)
		want("finished")
		_ = braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			time.Sleep(time.Second)
			want("expired")
			return nil
		}, &d)
		want("expired")
	})
}

// asyncio 72
func TestAsyncio72_ADeadlineThatIsOverCannotBeMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d braid.Deadline
		want := func(word string) {
			t.Helper()
			for name, err := range map[string]error{
				"Reset":   d.Reset(time.Hour),
				"ResetAt": d.ResetAt(time.Now().Add(time.Hour)),
				"Stop":    d.Stop(),
			} {
				if err == nil || !strings.Contains(err.Error(), word) {
					t.Errorf("%s gave %v, want %q in it", name, err, word)
				}
			}
		}
		want("not in use")
		_ = braid.Timeout(t.Context(), time.Second, func(context.Context) error { return nil }, &d)
		want("finished")
		err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			<-ctx.Done()
			want("expired") // and it is being left
			return ctx.Err()
		}, &d)
		aioWantTimeout(t, err, "", time.Second)
		want("expired")
	})
}

// asyncio 74
func TestAsyncio74_ATimeoutAroundAGroupKeepsTheGroupsErrorAndTellsOfItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(aioFailInCleanup(aioDivision))
				_ = aioUntilCancelled(ctx)
				return nil // it handles what it met
			})
		}, braid.Name("brief"))
		ge, ok := errors.AsType[*braid.GroupError](err)
		if !ok {
			t.Fatalf("got %T (%v), want the group's error", err, err)
		}
		aioWantFailures(t, ge, aioDivision)
		if te, ok := braid.TimedOut(err); !ok || te.Name != "brief" {
			t.Errorf("whether it timed out: %v, %v", te, ok)
		}
		aioWantElapsed(t, start, time.Second)
	})
}
