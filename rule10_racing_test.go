package braid_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rule 10.3: races.

// racer ends after d with v or err, but obeys a cancel.
func racer(d time.Duration, v int, err error) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		if e := braid.Sleep(ctx, d); e != nil {
			return 0, e
		}
		return v, err
	}
}

// deaf ends after d whatever happens.
func deaf(d time.Duration, v int, err error) func(context.Context) (int, error) {
	return func(context.Context) (int, error) {
		time.Sleep(d)
		return v, err
	}
}

func TestRule10_3_RaceGivesWhatTheFirstToEndReturns(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		v, err := braid.Race(ctx, braid.Funcs(racer(3*time.Second, 3, nil), racer(time.Second, 1, nil), racer(2*time.Second, 0, errTwo)))
		if v != 1 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		at(t, start, time.Second, "a race that was won")
		v, err = braid.Race(ctx, braid.Funcs(racer(3*time.Second, 3, nil), racer(time.Second, 1, errOne)))
		if v != 0 {
			t.Errorf("got %v", v)
		}
		wantFailures(t, err, errOne)
		at(t, start, 2*time.Second, "a race that was lost")
	})
}

func TestRule10_3_TheLosersOfARaceAreJoinedAndTheirErrorsKept(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		_, err := braid.Race(ctx, braid.Funcs(deaf(5*time.Second, 0, errTwo), racer(time.Second, 0, errOne), deaf(4*time.Second, 7, nil)))
		at(t, start, 5*time.Second, "the join")
		wantFailures(t, err, errOne, errTwo)
		if p := err.(*braid.GroupError).Primary(); p.Err != errOne || p.AfterCancel || p.Item() != 1 {
			t.Errorf("the primary failure is %v of item %d", p, p.Item())
		}
		var seen []error
		v, err := braid.Race(ctx, braid.Funcs(deaf(5*time.Second, 0, errTwo), racer(time.Second, 1, nil)), braid.OnFailure(func(te *braid.TaskError) {
			seen = append(seen, te.Err)
			if !te.AfterCancel {
				t.Error("a loser's error came after the cancel")
			}
		}))
		at(t, start, 10*time.Second, "the second join")
		if v != 1 || err != nil || !slices.Equal(seen, []error{errTwo}) {
			t.Errorf("got %v, %v, observer saw %v", v, err, seen)
		}
	})
}

func TestRule10_3_QuorumGivesTheFirstSuccessesInTheOrderOfTheFunctions(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		got, err := braid.Quorum(ctx, 2, braid.Funcs(
			racer(4*time.Second, 4, nil), racer(3*time.Second, 3, nil), racer(time.Second, 0, errOne), racer(2*time.Second, 2, nil)))
		if !slices.Equal(got, []int{3, 2}) || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
		at(t, start, 3*time.Second, "a quorum")
	})
}

func TestRule10_3_QuorumFailsAsSoonAsItCannotBeReached(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		got, err := braid.Quorum(ctx, 2, braid.Funcs(
			racer(time.Second, 0, errOne), racer(2*time.Second, 0, errTwo), racer(time.Hour, 1, nil)))
		wantFailures(t, err, errOne, errTwo)
		if got != nil {
			t.Errorf("got %v", got)
		}
		for _, te := range failures(t, err) {
			if te.AfterCancel {
				t.Errorf("%v is said to come after the cancel it brought about", te)
			}
		}
		at(t, start, 2*time.Second, "the end")
		if got, err = braid.Quorum(ctx, 3, braid.Funcs(never, never)); !errors.Is(err, braid.ErrNoTasks) || got != nil {
			t.Errorf("got %v, %v", got, err)
		}
		if text := panicOf(func() { _, _ = braid.Quorum(ctx, 0, braid.Funcs(never)) }); text != "braid: Quorum must be of at least 1" {
			t.Errorf("panics with %q", text)
		}
	})
}

func never(context.Context) (int, error) { panic("called") }

func TestRule10_3_UnderALimitARaceIsRunOneAfterTheOther(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		v, err := braid.First(ctx, braid.Funcs(racer(time.Second, 0, errOne), racer(time.Second, 2, nil), never), braid.Limit(1))
		if v != 2 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		at(t, start, 2*time.Second, "the end")
		v, err = braid.Race(ctx, braid.Funcs(racer(time.Second, 1, nil), never), braid.Limit(1))
		if v != 1 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
}

func TestRule10_3_OptionsThatARaceHasAnywayMayBeGiven(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		opts := []braid.GroupOption{braid.Supervised, braid.Keep(1), braid.PanicsAsErrors, braid.Name("race")}
		bug := func(context.Context) (int, error) { panic("bug") }
		v, err := braid.First(ctx, braid.Funcs(bug, racer(time.Second, 2, nil)), opts...)
		if v != 2 || err != nil {
			t.Errorf("First gave %v, %v", v, err)
		}
		_, err = braid.Race(ctx, braid.Funcs(racer(time.Second, 0, errOne), racer(2*time.Second, 2, nil)), opts...)
		wantFailures(t, err, errOne)
		_, err = braid.First(ctx, braid.Funcs(racer(time.Second, 0, errOne), racer(2*time.Second, 0, errTwo)), opts...)
		wantFailures(t, err, errOne, errTwo)
		outcomes, err := braid.Settle(ctx, braid.Funcs(bug, racer(time.Second, 2, nil)), opts...)
		if err != nil || outcomes[0].State != braid.Panicked || outcomes[1].Value != 2 {
			t.Errorf("Settle gave %v, %v", outcomes, err)
		}
	})
}

// What a race does, for each race, each end of its first competitor and each limit.
func TestRule10_3_HoweverACompetitorEndsAllAreJoined(t *testing.T) {
	races := map[string]func(context.Context, []func(context.Context) (int, error), ...braid.GroupOption) error{
		"Race": func(ctx context.Context, fns []func(context.Context) (int, error), opts ...braid.GroupOption) error {
			_, err := braid.Race(ctx, fns, opts...)
			return err
		},
		"First": func(ctx context.Context, fns []func(context.Context) (int, error), opts ...braid.GroupOption) error {
			_, err := braid.First(ctx, fns, opts...)
			return err
		},
		"Quorum": func(ctx context.Context, fns []func(context.Context) (int, error), opts ...braid.GroupOption) error {
			_, err := braid.Quorum(ctx, len(fns), fns, opts...)
			return err
		},
		"All": func(ctx context.Context, fns []func(context.Context) (int, error), opts ...braid.GroupOption) error {
			_, err := braid.All(ctx, fns, opts...)
			return err
		},
		"Settle": func(ctx context.Context, fns []func(context.Context) (int, error), opts ...braid.GroupOption) error {
			_, err := braid.Settle(ctx, fns, opts...)
			return err
		},
	}
	ends := map[string]func(context.Context) (int, error){
		"error":  func(context.Context) (int, error) { return 0, errOne },
		"panic":  func(context.Context) (int, error) { panic("bug") },
		"Goexit": func(context.Context) (int, error) { runtime.Goexit(); return 0, nil },
		"value":  func(context.Context) (int, error) { return 1, nil },
	}
	for race, run := range races {
		for how, first := range ends {
			for _, limit := range []int{1, 2, 8, 1000} {
				t.Run(fmt.Sprint(race, "/", how, "/", limit), func(t *testing.T) {
					live(t, func(t *testing.T, ctx context.Context, start time.Time) {
						var running atomic.Int32
						fns := braid.Funcs(first)
						for range 9 {
							fns = append(fns, func(ctx context.Context) (int, error) {
								running.Add(1)
								defer running.Add(-1)
								return 0, braid.Sleep(ctx, time.Second)
							})
						}
						e := howEnded(func() error { return run(ctx, fns, braid.Limit(limit)) })
						if n := running.Load(); n != 0 {
							t.Errorf("%d are left running", n)
						}
						wantPanic := how == "panic" && race != "Settle"
						if (e.panicked != nil) != wantPanic || e.exited != (how == "Goexit") {
							t.Errorf("ended with %+v", e)
						}
						wantErr := how == "error" && (race == "Race" || race == "Quorum" || race == "All")
						if (e.err != nil) != wantErr {
							t.Errorf("error %v", e.err)
						}
						if race != "Settle" && how != "value" && how != "error" && time.Since(start) != 0 {
							t.Errorf("after %v", time.Since(start))
						}
					})
				})
			}
		}
	}
}

func TestRule10_3_ADeathFromOutsideIsTheErrorOfAnUndecidedRace(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ctx, cancel := context.WithTimeoutCause(ctx, time.Second, errWhy)
		defer cancel()
		_, err := braid.Quorum(ctx, 2, braid.Funcs(racer(0, 1, nil), racer(time.Hour, 2, nil), racer(time.Hour, 3, nil)))
		wantPlainCancel(t, err, context.DeadlineExceeded, errWhy)
		_, err = braid.Race(ctx, braid.Funcs(never))
		wantPlainCancel(t, err, context.DeadlineExceeded, errWhy)
		at(t, start, time.Second, "the end")
	})
}

func TestRule4_2_ThePrimaryIsTheFailureThatCancelledAlsoWhereOneIsNotEnough(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var reason error
		untilToldWhy := func(ctx context.Context) (int, error) {
			err := untilDead(ctx)
			reason = context.Cause(ctx).(*braid.Cancellation).Reason()
			return 0, err
		}
		check := func(what string, err error) {
			t.Helper()
			if p := err.(*braid.GroupError).Primary(); p.Err != errTwo || p != reason {
				t.Errorf("%s: the primary is %v, the reason %v", what, p, reason)
			}
		}
		_, err := braid.Quorum(ctx, 2, braid.Funcs(racer(time.Second, 0, errOne), racer(2*time.Second, 0, errTwo), untilToldWhy))
		check("Quorum", err)
		_, err = braid.Hedge(ctx, 3, time.Second, func(ctx context.Context) (int, error) {
			switch braid.AttemptNumber(ctx) {
			case 1:
				return untilToldWhy(ctx)
			case 2:
				return 0, errOne
			}
			return 0, braid.Permanent(errTwo)
		})
		check("Hedge", err)
		err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { return errOne })
			g.Go(func(ctx context.Context) error { _, err := untilToldWhy(ctx); return err })
			synctest.Wait()
			return errTwo
		}, braid.Supervised)
		check("a supervised group's body", err)
	})
}

func TestRule10_3_ALoserThatSucceedsAllTheSameChangesNothing(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		fns := braid.Funcs(deaf(3*time.Second, 0, nil), deaf(2*time.Second, 1, nil), deaf(time.Second, 2, nil), deaf(4*time.Second, 3, nil))
		if v, err := braid.First(ctx, fns); v != 2 || err != nil {
			t.Errorf("First gave %v, %v", v, err)
		}
		if v, err := braid.Race(ctx, fns); v != 2 || err != nil {
			t.Errorf("Race gave %v, %v", v, err)
		}
		if vs, err := braid.Quorum(ctx, 2, fns); !slices.Equal(vs, []int{1, 2}) || err != nil {
			t.Errorf("Quorum gave %v, %v", vs, err)
		}
		if v, err := braid.Hedge(ctx, 3, 0, func(ctx context.Context) (int, error) { return fns[braid.AttemptNumber(ctx)-1](ctx) }); v != 2 || err != nil {
			t.Errorf("Hedge gave %v, %v", v, err)
		}
		at(t, start, 4*time.Second+4*time.Second+4*time.Second+3*time.Second, "the end")
	})
}

func TestRule10_3_AFailureThatIsNoCompetitorsLosesNoRace(t *testing.T) {
	handlerFails := func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		braid.AfterFunc(ctx, func() { panic("handler") })
		cancel()
		time.Sleep(time.Millisecond)
	}
	after := func(d time.Duration, v int) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) { return v, braid.Sleep(ctx, d) }
	}
	synctest.Test(t, func(t *testing.T) {
		v, err := braid.First(t.Context(), braid.Funcs(func(ctx context.Context) (int, error) {
			handlerFails(ctx)
			return 0, errOne
		}, after(time.Second, 2)), braid.PanicsAsErrors)
		if v != 2 || err != nil {
			t.Errorf("First: %v, %v", v, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		v, err := braid.Race(t.Context(), braid.Funcs(func(ctx context.Context) (int, error) {
			handlerFails(ctx)
			return 1, nil
		}, after(time.Second, 2)), braid.PanicsAsErrors)
		if v != 1 || err != nil {
			t.Errorf("Race: %v, %v", v, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		v, err := braid.Quorum(t.Context(), 2, braid.Funcs(func(ctx context.Context) (int, error) {
			handlerFails(ctx)
			return 1, nil
		}, after(time.Second, 2)), braid.PanicsAsErrors)
		if !slices.Equal(v, []int{1, 2}) || err != nil {
			t.Errorf("Quorum: %v, %v", v, err)
		}
	})
}
