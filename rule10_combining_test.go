package braid_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file shows section 10 of the contract: combining.

func TestRule10_1_ResultsComeInTheOrderOfTheInputs(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		seconds := []int{3, 1, 2, 5, 4}
		got, err := braid.Map(ctx, seconds, func(ctx context.Context, s int) (int, error) {
			return s * 10, braid.Sleep(ctx, time.Duration(s)*time.Second)
		})
		if err != nil || !slices.Equal(got, []int{30, 10, 20, 50, 40}) {
			t.Errorf("Map gave %v, %v", got, err)
		}
		at(t, start, 5*time.Second, "the end of Map")
		a, b, err := braid.Join2(ctx, sleeper(2*time.Second, 1), sleeper(time.Second, 2))
		if a != 1 || b != 2 || err != nil {
			t.Errorf("Join2 gave %v, %v, %v", a, b, err)
		}
		a, b, c, err := braid.Join3(ctx, sleeper(2*time.Second, 1), sleeper(time.Second, 2), sleeper(0, 3))
		if a != 1 || b != 2 || c != 3 || err != nil {
			t.Errorf("Join3 gave %v, %v, %v, %v", a, b, c, err)
		}
		outcomes, err := braid.Settle(ctx, []func(context.Context) (int, error){sleeper(2*time.Second, 1), sleeper(time.Second, 2)})
		if err != nil || outcomes[0].Value != 1 || outcomes[1].Value != 2 {
			t.Errorf("Settle gave %v, %v", outcomes, err)
		}
		at(t, start, 11*time.Second, "the end")
	})
}

func TestRule10_1_NoInputGivesAnEmptyResultExceptForRaces(t *testing.T) {
	ctx := context.Background()
	got, err := braid.Map(ctx, nil, func(context.Context, int) (int, error) { return 0, nil })
	if got == nil || len(got) != 0 || err != nil {
		t.Errorf("Map gave %#v, %v", got, err)
	}
	if err := braid.Each(ctx, nil, func(context.Context, int) error { return nil }); err != nil {
		t.Errorf("Each gave %v", err)
	}
	outcomes, err := braid.Settle[int](ctx, nil)
	if len(outcomes) != 0 || err != nil {
		t.Errorf("Settle gave %v, %v", outcomes, err)
	}
	if _, err := braid.First[int](ctx, nil); err != braid.ErrNoTasks {
		t.Errorf("First gave %v", err)
	}
}

func TestRule10_2_AfterAFailureNoQueuedItemStarts(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		for n := range 2 {
			var started atomic.Int32
			item := func(ctx context.Context, i int) (int, error) {
				started.Add(1)
				if err := braid.Sleep(ctx, time.Second); err != nil || i != 1 {
					return 0, err
				}
				return 0, errOne
			}
			items := []int{0, 1, 2, 3, 4, 5, 6, 7}
			var err error
			if n == 0 {
				var got []int
				got, err = braid.Map(ctx, items, item, braid.Limit(1))
				if got != nil {
					t.Errorf("results %v", got)
				}
			} else {
				err = braid.Each(ctx, items, func(ctx context.Context, i int) error { _, err := item(ctx, i); return err }, braid.Limit(1))
			}
			wantFailures(t, err, errOne)
			if started.Load() != 2 {
				t.Errorf("%d items started", started.Load())
			}
		}
		at(t, start, 4*time.Second, "the end")
	})
}

func TestRule10_2_ADeadContextGivesAnErrorNeverAnEmptyResult(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errWhy)
	never := func(context.Context) (int, error) { t.Error("it was called"); return 0, nil }
	for _, items := range [][]int{nil, {1, 2}} {
		_, err := braid.Map(ctx, items, func(ctx context.Context, _ int) (int, error) { return never(ctx) })
		wantPlainCancel(t, err, context.Canceled, errWhy)
		err = braid.Each(ctx, items, func(ctx context.Context, _ int) error { _, err := never(ctx); return err })
		wantPlainCancel(t, err, context.Canceled, errWhy)
	}
	_, _, err := braid.Join2(ctx, never, never)
	wantPlainCancel(t, err, context.Canceled, errWhy)
	_, _, _, err = braid.Join3(ctx, never, never, never)
	wantPlainCancel(t, err, context.Canceled, errWhy)
	_, err = braid.First(ctx, braid.Funcs(never))
	wantPlainCancel(t, err, context.Canceled, errWhy)
	outcomes, err := braid.Settle(ctx, []func(context.Context) (int, error){never})
	wantPlainCancel(t, err, context.Canceled, errWhy)
	if len(outcomes) != 1 || outcomes[0].State != braid.Skipped || outcomes[0].Err == nil {
		t.Errorf("Settle gave %+v", outcomes)
	}
	_, err = braid.Settle[int](ctx, nil)
	wantPlainCancel(t, err, context.Canceled, errWhy)
	_, err = braid.Retry(ctx, braid.Policy{}, never)
	wantPlainCancel(t, err, context.Canceled, errWhy)
}

func TestRule10_2_AFailureInAJoinCancelsAndJoinsTheOther(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		a, b, err := braid.Join2(ctx,
			func(ctx context.Context) (int, error) { _ = untilDead(ctx); time.Sleep(time.Second); return 1, nil },
			func(context.Context) (int, error) { time.Sleep(time.Second); return 2, errOne })
		wantFailures(t, err, errOne)
		if a != 0 || b != 0 {
			t.Errorf("values %v, %v", a, b)
		}
		at(t, start, 2*time.Second, "the end")
	})
}

func TestRule10_3_FirstGivesTheFirstSuccessAndJoinsTheLosers(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		joined := false
		v, err := braid.First(ctx, braid.Funcs(
			func(context.Context) (int, error) { return 0, errOne },
			sleeper(2*time.Second, 2),
			func(ctx context.Context) (int, error) {
				<-ctx.Done()
				at(t, start, 2*time.Second, "the loser's cancellation")
				time.Sleep(time.Second)
				joined = true
				return 3, ctx.Err()
			}))
		if v != 2 || err != nil || !joined {
			t.Errorf("got %v, %v, joined %v", v, err, joined)
		}
		at(t, start, 3*time.Second, "the end")
	})
}

func TestRule10_3_WhenAllFailFirstGivesEveryFailure(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		_, err := braid.First(ctx, braid.Funcs(
			func(context.Context) (int, error) { time.Sleep(2 * time.Second); return 0, errTwo },
			func(context.Context) (int, error) { time.Sleep(time.Second); return 0, errOne }))
		wantFailures(t, err, errOne, errTwo)
		dying, cancel := context.WithCancelCause(ctx)
		time.AfterFunc(time.Second, func() { cancel(errWhy) })
		_, err = braid.First(dying, braid.Funcs(sleeper(time.Hour, 1), sleeper(time.Hour, 2)))
		wantPlainCancel(t, err, context.Canceled, errWhy)
	})
}

func TestRule10_4_SettleGivesEveryOutcomeAndCancelsNothing(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		outcomes, err := braid.Settle(ctx, []func(context.Context) (int, error){
			func(context.Context) (int, error) { return 0, errOne },
			sleeper(3*time.Second, 42),
			func(context.Context) (int, error) { panic(errTwo) },
			func(context.Context) (int, error) { time.Sleep(time.Second); return 0, context.Canceled },
		})
		if err != nil || len(outcomes) != 4 {
			t.Fatalf("got %v, %v", outcomes, err)
		}
		at(t, start, 3*time.Second, "the end")
		states := []braid.State{braid.Failed, braid.Succeeded, braid.Panicked, braid.Failed}
		matches := []error{errOne, nil, errTwo, context.Canceled}
		for i, o := range outcomes {
			if o.State != states[i] || !errors.Is(o.Err, matches[i]) {
				t.Errorf("outcome %d is %+v", i, o)
			}
		}
		if outcomes[1].Value != 42 {
			t.Errorf("the value is %v", outcomes[1].Value)
		}
	})
}

func TestRule10_4_SettleTellsWhenItsContextCutSomethingShort(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, _ time.Time) {
		for _, cut := range []bool{true, false} {
			ctx, cancel := context.WithCancelCause(root)
			outcomes, err := braid.Settle(ctx, []func(context.Context) (int, error){
				func(context.Context) (int, error) { return 0, errOne },
				func(ctx context.Context) (int, error) {
					time.Sleep(time.Second)
					cancel(errWhy)
					if cut {
						return 0, ctx.Err()
					}
					return 42, nil
				},
			})
			switch {
			case !cut && (err != nil || outcomes[1].Value != 42):
				t.Errorf("nothing was cut short: %v, %v", outcomes, err)
			case cut && (!errors.Is(err, context.Canceled) || outcomes[1].State != braid.Cancelled):
				t.Errorf("cut short: %v, %v", outcomes, err)
			}
			if outcomes[0].State != braid.Failed || !errors.Is(outcomes[0].Err, errOne) {
				t.Errorf("the failure is %+v", outcomes[0])
			}
		}
	})
}

func TestRule10_5_RetrySleepsBetweenAttemptsOnlyAndKeepsEveryError(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var when []time.Duration
		var gave []error
		attempt := func(context.Context) (int, error) {
			when = append(when, time.Since(start))
			gave = append(gave, errors.New("attempt "+strconv.Itoa(len(when))))
			return 0, gave[len(gave)-1]
		}
		p := braid.Policy{Attempts: 5, Delay: time.Second, Factor: 2, MaxDelay: 3 * time.Second}
		_, err := braid.Retry(ctx, p, attempt)
		want := []time.Duration{0, time.Second, 3 * time.Second, 6 * time.Second, 9 * time.Second}
		if !slices.Equal(when, want) {
			t.Errorf("attempts at %v, want %v", when, want)
		}
		at(t, start, 9*time.Second, "the end") // no sleep after the last
		wantFailures(t, err, gave...)
		when = nil
		if _, err := braid.Retry(ctx, braid.Policy{}, attempt); len(when) != 3 || err == nil {
			t.Errorf("the zero Policy made %d attempts", len(when))
		}
	})
}

func TestRule10_5_RetryStopsAtSuccessAndAtWhatIsNotWorthIt(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		n := 0
		v, err := braid.Retry(ctx, braid.Policy{Delay: time.Second}, func(context.Context) (int, error) {
			if n++; n < 2 {
				return 0, errOne
			}
			return 42, nil
		})
		if v != 42 || err != nil || n != 2 {
			t.Errorf("got %v, %v after %d", v, err, n)
		}
		n = 0
		_, err = braid.Retry(ctx, braid.Policy{If: func(err error) bool { return err != errTwo }, Attempts: 10}, func(context.Context) (int, error) {
			if n++; n < 3 {
				return 0, errOne
			}
			return 0, errTwo
		})
		wantFailures(t, err, errOne, errOne, errTwo)
		at(t, start, time.Second, "the end")
	})
}

func TestRule10_5_RetryBoundsEachAttempt(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		n := 0
		v, err := braid.Retry(ctx, braid.Policy{Timeout: time.Second}, func(ctx context.Context) (int, error) {
			if n++; n < 3 {
				return 0, untilDead(ctx)
			}
			return 42, nil
		})
		if v != 42 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		at(t, start, 2*time.Second, "the end")
		_, err = braid.Retry(ctx, braid.Policy{Timeout: time.Second}, func(ctx context.Context) (int, error) { return 0, untilDead(ctx) })
		if _, ok := braid.TimedOut(err); !ok || len(failures(t, err)) != 3 {
			t.Errorf("got %v", err)
		}
	})
}

func TestRule10_5_ADeadContextEndsRetryAtOnceWithTheCauseAndEveryError(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		for _, during := range []string{"a pause", "an attempt"} {
			begin := time.Now()
			ctx, cancel := context.WithCancelCause(root)
			time.AfterFunc(1500*time.Millisecond, func() { cancel(errWhy) })
			n := 0
			_, err := braid.Retry(ctx, braid.Policy{Attempts: 10, Delay: time.Second}, func(ctx context.Context) (int, error) {
				if n++; n == 2 && during == "an attempt" {
					return 0, untilDead(ctx)
				}
				return 0, errOne
			})
			if n != 2 || !errors.Is(err, errWhy) || !errors.Is(err, context.Canceled) || !errors.Is(err, errOne) {
				t.Errorf("during %s: %v after %d attempts", during, err, n)
			}
			at(t, begin, 1500*time.Millisecond, "the end")
		}
	})
}

func TestRule10_5_RetryNeverRetriesAPanicOrAGoexit(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		n := 0
		e := howEnded(func() error {
			_, err := braid.Retry(ctx, braid.Policy{Timeout: time.Second}, func(context.Context) (int, error) { n++; panic(errOne) })
			return err
		})
		if n != 1 || e.panicked == nil {
			t.Errorf("%d attempts, then %+v", n, e)
		}
		n = 0
		e = howEnded(func() error {
			_, err := braid.Retry(ctx, braid.Policy{}, func(context.Context) (int, error) { n++; runtime.Goexit(); return 0, nil })
			return err
		})
		if n != 1 || !e.exited {
			t.Errorf("%d attempts, then %+v", n, e)
		}
	})
}

func TestRule10_4_EveryOutcomeThatIsNoSuccessHasATaskError(t *testing.T) {
	for name, dies := range map[string]bool{"from the start": true, "at once": false} {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		fn := func(ctx context.Context) (int, error) { cancel(errWhy); return 0, untilDead(ctx) }
		if dies {
			cancel(errWhy)
		}
		out, err := braid.Settle(ctx, braid.Funcs(fn, fn), braid.Name("settle"), braid.Limit(1))
		wantPlainCancel(t, err, errWhy, context.Canceled)
		for i, o := range out {
			te, ok := o.Err.(*braid.TaskError)
			if !ok || !te.AfterCancel || te.Item() != i || !strings.HasPrefix(te.Path(), "settle/") || !errors.Is(te, context.Canceled) {
				t.Errorf("dead %s: outcome %d is %v, %v of %T", name, i, o.State, o.Err, o.Err)
			}
			if skipped := dies || i == 1; skipped != (o.State == braid.Skipped) || skipped && !errors.Is(te, errWhy) {
				t.Errorf("dead %s: outcome %d is %v, %v", name, i, o.State, o.Err)
			}
		}
	}
}

func TestRule10_4_UnderCrashOnPanicAPanicIsNoOutcome(t *testing.T) {
	if inChild(t) {
		_, _ = braid.Settle(context.Background(), braid.Funcs(func(context.Context) (int, error) { panic("boom") }), braid.CrashOnPanic)
		return
	}
	if out, err := child(t); err == nil || !strings.Contains(out, "panic: boom") {
		t.Errorf("it ended with %v:\n%s", err, out)
	}
}

func TestRule10_4_SettleTellsWhenItsContextKeptSomethingFromStarting(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	succeeds := func(context.Context) (int, error) { cancel(errWhy); return 1, nil }
	out, err := braid.Settle(ctx, braid.Funcs(succeeds, never), braid.Limit(1))
	wantPlainCancel(t, err, errWhy, context.Canceled)
	if out[0].State != braid.Succeeded || out[0].Value != 1 || out[1].State != braid.Skipped {
		t.Errorf("the outcomes are %v", out)
	}
}

func TestOptionsStayAsTheyWere(t *testing.T) {
	opts := append(make([]braid.GroupOption, 0, 4), braid.Name("mine"), braid.Limit(2))
	one := braid.Funcs(func(context.Context) (int, error) { return 1, nil })
	_, _ = braid.First(t.Context(), one, opts...)
	_, _ = braid.Settle(t.Context(), one, opts...)
	_, _ = braid.Hedge(t.Context(), 1, 0, one[0], opts...)
	_, _ = braid.MapSeq(t.Context(), slices.Values([]int{1}), func(context.Context, int) (int, error) { return 1, nil }, opts...)
	if spare := opts[:4]; spare[2] != nil || spare[3] != nil {
		t.Errorf("what comes after them is %v", spare[2:])
	}
}
