package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/workflow"
)

// Rule 10 where it is less plain: nothing to do, dead contexts, losers, and retries that
// end otherwise than by success.

func TestRule10_1_NothingToDoGivesAnEmptyResultAndADeadContextAnError(t *testing.T) {
	identity := func(_ wctx, i int) (int, error) { return i, nil }
	calls := map[string]func(ctx wctx) (int, error){
		"All": func(ctx wctx) (int, error) { v, err := temporal.All[int](ctx, nil); return len(v), err },
		"Map": func(ctx wctx) (int, error) { v, err := temporal.Map(ctx, nil, identity); return len(v), err },
		"Each": func(ctx wctx) (int, error) {
			return 0, temporal.Each(ctx, nil, func(wctx, int) error { return nil })
		},
		"Settle": func(ctx wctx) (int, error) { v, err := temporal.Settle[int](ctx, nil); return len(v), err },
	}
	for name, call := range calls {
		_ = flow(t, func(ctx wctx) error {
			if n, err := call(ctx); n != 0 || err != nil {
				t.Errorf("%s: %d, %v", name, n, err)
			}
			dead, cancel := workflow.WithCancel(ctx)
			cancel()
			if _, err := call(dead); name != "Settle" && !errors.Is(err, context.Canceled) {
				t.Errorf("%s under a dead context: %v", name, err)
			}
			return nil
		})
	}
	_ = flow(t, func(ctx wctx) error {
		_, race := temporal.Race[int](ctx, nil)
		_, quorum := temporal.Quorum(ctx, 2, temporal.Funcs(func(wctx) (int, error) { t.Error("called"); return 0, nil }))
		if race != braid.ErrNoTasks || !errors.Is(quorum, braid.ErrNoTasks) {
			t.Error(race, quorum)
		}
		return nil
	})
}

func TestRule10_2_NothingIsCalledUnderADeadContext(t *testing.T) {
	never := func(wctx) (int, error) { t.Error("called"); return 0, nil }
	_ = flow(t, func(ctx wctx) error {
		ctx, cancel := workflow.WithCancel(ctx)
		cancel()
		_, _, join := temporal.Join2(ctx, never, never)
		_, first := temporal.First(ctx, temporal.Funcs(never))
		_, quorum := temporal.Quorum(ctx, 1, temporal.Funcs(never))
		_, hedge := temporal.Hedge(ctx, 2, 0, never)
		_, retry := temporal.Retry(ctx, braid.Policy{}, never)
		_, all := temporal.All(ctx, temporal.Funcs(never))
		for i, err := range []error{join, first, quorum, hedge, retry, all} {
			if !errors.Is(err, context.Canceled) || failures(err) != nil {
				t.Error(i, err)
			}
		}
		return nil
	})
}

func TestRule10_3_LosersErrorsAreBesideTheDecisiveOneAndOnFailureSeesThoseOfARaceThatWasWon(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		loser := func(ctx wctx) (int, error) { return 0, onceDead(errOurs)(ctx) }
		_, err := temporal.Race(ctx, temporal.Funcs(loser, value(0, time.Second, errors.New("decisive"))))
		fails := failures(err)
		if len(fails) != 2 || err.(*braid.GroupError).Primary() != fails[0] || !fails[1].(*braid.TaskError).AfterCancel {
			t.Errorf("%+v", err)
		}
		var seen []error
		v, err := temporal.Race(ctx, temporal.Funcs(loser, value(7, time.Second, nil)), temporal.OnFailure(func(te *braid.TaskError) { seen = append(seen, te) }))
		if v != 7 || err != nil || len(seen) != 1 || !errors.Is(seen[0], errOurs) {
			t.Error(v, err, seen)
		}
		began := 0 // under a limit, what has not started when it is decided is not called
		count := func(ctx wctx) (int, error) { began++; return began, temporal.Sleep(ctx, time.Second) }
		v, err = temporal.First(ctx, temporal.Funcs(count, count, count), temporal.Limit(1))
		if v != 1 || err != nil || began != 1 {
			t.Error(v, err, began)
		}
		return nil
	})
	err := flow(t, func(ctx wctx) error { // cancelled before it is decided
		_, err := temporal.First(ctx, temporal.Funcs(value(0, time.Second, errOurs), sleepsLong))
		return err
	}, cancelAfter(time.Minute))
	if !errors.Is(err, errOurs) || !strings.Contains(err.Error(), "ours") {
		t.Error(err)
	}
}

func sleepsLong(ctx wctx) (int, error) { return 0, untilDead(ctx) }

func TestRule10_4_SettleTellsWhatWasCutShort(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		out, err := temporal.Settle(ctx, temporal.Funcs(value(1, time.Second, nil), sleepsLong, value(2, 0, nil)), temporal.Limit(2))
		if out[0].Value != 1 || out[1].State != braid.Cancelled || out[2].Value != 2 {
			t.Errorf("%+v", out)
		}
		return err
	}, cancelAfter(time.Minute))
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestRule10_5_RetryStopsWhereThePolicySays(t *testing.T) {
	for name, c := range map[string]struct {
		policy braid.Policy
		err    error
		tries  int
		took   time.Duration
	}{
		"If":                     {braid.Policy{Attempts: 5, If: func(err error) bool { return err != errOurs }}, errOurs, 1, 0},
		"Permanent":              {braid.Policy{Attempts: 5}, braid.Permanent(errOurs), 1, 0},
		"MaxElapsed":             {braid.Policy{Attempts: 50, Delay: time.Minute, MaxElapsed: 150 * time.Second}, errOurs, 3, 2 * time.Minute},
		"RetryAfter":             {braid.Policy{Attempts: 2, Delay: time.Second, MaxDelay: time.Minute}, braid.RetryAfter(errOurs, time.Hour), 2, time.Hour},
		"RetryAfter, MaxElapsed": {braid.Policy{Attempts: 2, MaxElapsed: time.Minute}, braid.RetryAfter(errOurs, time.Hour), 1, 0},
		"as it is":               {braid.Policy{}, errOurs, 3, 0},
	} {
		_ = flow(t, func(ctx wctx) error {
			tries, told := 0, 0
			c.policy.Observe = func(a braid.Attempt) {
				if told++; a.Number != told || a.Last != (told == c.tries) {
					t.Errorf("%s: told %+v", name, a)
				}
			}
			_, err := temporal.Retry(ctx, c.policy, func(wctx) (int, error) { tries++; return 0, c.err })
			if tries != c.tries || told != tries || since(ctx) != c.took || !errors.Is(err, errOurs) || len(failures(err)) != tries {
				t.Errorf("%s: %d tries, %d told of, in %v: %v", name, tries, told, since(ctx), err)
			}
			return nil
		})
	}
}

func TestRule10_5_OfManyAttemptsTheFirstErrorsAreKeptAndTheLast(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		n := 0
		_, err := temporal.Retry(ctx, braid.Policy{Attempts: braid.DefaultKeep + 50}, func(wctx) (int, error) { n++; return 0, fmt.Errorf("try %d", n) })
		ge, _ := err.(*braid.GroupError)
		if ge == nil || len(ge.Errors()) != braid.DefaultKeep || ge.Dropped() != 50 {
			t.Fatal(err)
		}
		if last := ge.Errors()[braid.DefaultKeep-1].Error(); last != fmt.Sprintf("attempt %d: try %d", n, n) {
			t.Error(last)
		}
		return nil
	})
}

func TestRule10_5_APanicIsNotRetriedAndACancelGivesTheCauseAndTheLastError(t *testing.T) {
	tries := 0
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error {
			_, err := temporal.Retry(ctx, braid.Policy{Attempts: 5}, func(wctx) (int, error) { tries++; panic("once") })
			return err
		}, temporal.Name("task"))
		return nil
	})
	var pe *braid.PanicError
	if !errors.As(err, &pe) || tries != 1 {
		t.Error(tries, err)
	}
	for name, fn := range map[string]func(wctx) error{
		"between attempts": after(0, errOurs),
		"in an attempt": func(ctx wctx) error {
			if since(ctx) == 0 {
				return errOurs
			}
			return untilDead(ctx)
		},
	} {
		err := flow(t, func(ctx wctx) error {
			_, err := temporal.Retry(ctx, braid.Policy{Attempts: 5, Delay: time.Second}, func(ctx wctx) (int, error) {
				if name == "between attempts" && since(ctx) > 0 {
					_ = untilDead(ctx)
				}
				return 0, fn(ctx)
			})
			return err
		}, cancelAfter(time.Minute))
		if !errors.Is(err, context.Canceled) || !errors.Is(err, errOurs) {
			t.Errorf("%s: %v", name, err)
		}
	}
	err = flow(t, func(ctx wctx) error { // nothing but the cause
		_, err := temporal.Retry(ctx, braid.Policy{Attempts: 5}, sleepsLong)
		return err
	}, cancelAfter(time.Minute))
	if !errors.Is(err, context.Canceled) || failures(err) != nil {
		t.Error(err)
	}
}

func TestRule10_5_TheAttemptsStandBelowTheTaskThatRetries(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error {
			_, err := temporal.Retry(ctx, braid.Policy{Attempts: 2}, value(0, 0, braid.Permanent(errOurs)))
			return err
		}, temporal.Name("task"))
		return nil
	}, temporal.Name("job"))
	var paths []string
	for path := range braid.Leaves(err) {
		paths = append(paths, path)
	}
	if !slices.Equal(paths, []string{"job/task/attempt 1"}) {
		t.Errorf("%q of %v", paths, err)
	}
}

func TestRule10_6_HoweverAHedgeEndsItsAttemptsAreJoined(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		began, joined := 0, 0
		attempt := func(end func() (int, error)) func(wctx) (int, error) {
			return func(ctx wctx) (int, error) {
				began++
				defer func() { joined++ }()
				if began == 2 {
					_ = temporal.Sleep(ctx, time.Second)
					return end()
				}
				return 0, untilDead(ctx)
			}
		}
		_, err := temporal.Hedge(ctx, 2, 0, attempt(func() (int, error) { panic("mad") }))
		var pe *braid.PanicError
		if !errors.As(err, &pe) || began != 2 || joined != 2 || since(ctx) != time.Second {
			t.Error(err, began, joined, since(ctx))
		}
		began, joined = 0, 0
		v, err := temporal.Hedge(ctx, 3, time.Minute, attempt(func() (int, error) { return 7, nil }), temporal.Limit(2))
		if v != 7 || err != nil || began != 2 || joined != 2 || since(ctx) != time.Minute+2*time.Second {
			t.Error(v, err, began, joined, since(ctx))
		}
		began, joined = 0, 0
		fired, err := temporal.MoveOn(ctx, 90*time.Second, func(ctx wctx) error {
			_, err := temporal.Hedge(ctx, 3, time.Minute, func(ctx wctx) (int, error) {
				began++
				defer func() { joined++ }()
				return sleepsLong(ctx)
			})
			return err
		})
		if !fired || err != nil || began != 2 || joined != 2 {
			t.Error(fired, err, began, joined)
		}
		return nil
	})
}
