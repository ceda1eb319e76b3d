package braid_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file shows what ends a Retry, and what it returns then (rule 10.5).

func TestRule10_5_WhatIsPermanentIsNotTriedAgain(t *testing.T) {
	ctx := context.Background()
	retried := func(p braid.Policy, err error) (n int, got error) {
		_, got = braid.Retry(ctx, p, func(context.Context) (int, error) { n++; return 0, err })
		return n, got
	}
	asked := false
	n, err := retried(braid.Policy{If: func(error) bool { asked = true; return true }}, braid.Permanent(errOne))
	if n != 1 || asked {
		t.Errorf("%d attempts, If asked: %t", n, asked)
	}
	wantFailures(t, err, errOne) // errOne itself, and no wrapper
	for name, e := range map[string]error{
		"wrapped":               fmt.Errorf("login: %w", braid.Permanent(errOne)),
		"joined":                errors.Join(errTwo, braid.Permanent(errOne)),
		"with a wait":           braid.RetryAfter(braid.Permanent(errOne), time.Hour),
		"a wait that is":        braid.Permanent(braid.RetryAfter(errOne, time.Hour)),
		"what a group returned": braid.Each(ctx, []int{1}, func(context.Context, int) error { return braid.Permanent(errOne) }),
	} {
		n, err := retried(braid.Policy{}, e)
		if n != 1 || !errors.Is(err, errOne) {
			t.Errorf("%s: %v after %d attempts", name, err, n)
		}
	}
	// it counts with the Retry around as well, though it is gone from the tree
	n = 0
	_, err = braid.Retry(ctx, braid.Policy{}, func(context.Context) (int, error) {
		n++
		_, err := retried(braid.Policy{}, braid.Permanent(errOne))
		return 0, fmt.Errorf("login: %w", err)
	})
	if n != 1 || !errors.Is(err, errOne) {
		t.Errorf("%v after %d attempts", err, n)
	}
	// also beside others
	_, permanent := retried(braid.Policy{}, braid.Permanent(errOne))
	_, other := retried(braid.Policy{}, errTwo)
	if n, err := retried(braid.Policy{}, errors.Join(permanent, other)); n != 1 || !errors.Is(err, errOne) {
		t.Errorf("%v after %d attempts", err, n)
	}
	if e := braid.Permanent(errOne); e.Error() != errOne.Error() || !errors.Is(e, errOne) {
		t.Errorf("Permanent is %v", e)
	}
	if e := braid.RetryAfter(errOne, 1); e.Error() != errOne.Error() || !errors.Is(e, errOne) {
		t.Errorf("RetryAfter is %v", e)
	}
	if braid.Permanent(nil) != nil || braid.RetryAfter(nil, 1) != nil {
		t.Error("no error became one")
	}
}

func TestRule10_5_OfManyAttemptsTheFirstErrorsAreKeptAndTheLast(t *testing.T) {
	const attempts = braid.DefaultKeep + 500
	n := 0
	_, err := braid.Retry(context.Background(), braid.Policy{Attempts: math.MaxInt}, func(context.Context) (int, error) {
		if n++; n == attempts {
			return 0, braid.Permanent(fmt.Errorf("attempt %d: %w", n, errTwo))
		}
		return 0, fmt.Errorf("attempt %d: %w", n, errOne)
	})
	tes := failures(t, err)
	if len(tes) != braid.DefaultKeep || err.(*braid.GroupError).Dropped() != 500 {
		t.Fatalf("%d failures and %d dropped", len(tes), err.(*braid.GroupError).Dropped())
	}
	for i, te := range tes {
		number := i + 1
		if i == len(tes)-1 {
			number = attempts
		}
		if want := fmt.Sprintf("attempt %d", number); te.Path() != want || !strings.HasPrefix(te.Err.Error(), want+":") {
			t.Fatalf("failure %d is %v of %s", i, te.Err, te.Path())
		}
	}
	if !errors.Is(tes[len(tes)-1], errTwo) {
		t.Errorf("the last is %v", tes[len(tes)-1])
	}
}

func TestRule10_5_WhatWasOnlyCutShortIsNoFailedAttempt(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, _ time.Time) {
		for name, c := range map[string]struct {
			fails []error // then until the context dies
			also  error   // what is returned with its death
			want  []error
		}{
			"the first":                {nil, nil, nil},
			"the second":               {[]error{errOne}, nil, []error{errOne}},
			"with an error in cleanup": {[]error{errOne}, errTwo, []error{errOne, errTwo}},
		} {
			ctx, cancel := context.WithCancelCause(root)
			time.AfterFunc(time.Second, func() { cancel(errWhy) })
			n := 0
			_, err := braid.Retry(ctx, braid.Policy{Timeout: time.Minute}, func(ctx context.Context) (int, error) {
				if n++; n <= len(c.fails) {
					return 0, c.fails[n-1]
				}
				return 0, errors.Join(untilDead(ctx), c.also)
			})
			if c.want == nil {
				wantPlainCancel(t, err, context.Canceled, errWhy)
				continue
			}
			errs := err.(*braid.GroupError).Errors()
			if len(errs) != len(c.want)+1 || !errors.Is(errs[len(errs)-1], errWhy) {
				t.Errorf("%s: got %v", name, err)
				continue
			}
			for i, want := range c.want {
				te := errs[i].(*braid.TaskError)
				if !errors.Is(te, want) || errors.Is(te, context.Canceled) || te.AfterCancel != (want == errTwo) {
					t.Errorf("%s: failure %d is %v", name, i, te)
				}
			}
		}
	})
}

func TestRule10_5_OnePolicyServesManyAtOnce(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		p := braid.Policy{Attempts: 4, Delay: time.Second, Factor: 2, Jitter: braid.EqualJitter, Rand: steady(0.5), Timeout: time.Hour, Budget: braid.NewBudget(1000, 1)}
		err := braid.Each(ctx, make([]int, 50), func(ctx context.Context, _ int) error {
			v, err := braid.Retry(ctx, p, func(ctx context.Context) (int, error) {
				if n := braid.AttemptNumber(ctx); n < 4 {
					return 0, errOne
				}
				return 4, nil
			})
			if v != 4 {
				t.Error(v)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		at(t, start, 5250*time.Millisecond, "the end")
	})
}

func TestRule10_5_RetryRefusesWhatMakesNoSense(t *testing.T) {
	fn := func(context.Context) (int, error) { t.Error("it was called"); return 0, nil }
	retry := func(p braid.Policy) func() { return func() { _, _ = braid.Retry(context.Background(), p, fn) } }
	var none context.Context
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"braid: Retry called with a Policy whose Attempts is below zero", retry(braid.Policy{Attempts: -1})},
		{"braid: Retry called with a Policy whose Delay is below zero", retry(braid.Policy{Delay: -1})},
		{"braid: Retry called with a Policy whose Factor is below zero", retry(braid.Policy{Factor: math.NaN()})},
		{"braid: Retry called with a Policy whose MaxElapsed is below zero", retry(braid.Policy{MaxElapsed: -1})},
		{"braid: Retry called with a Policy whose Timeout is below zero", retry(braid.Policy{Timeout: -1})},
		{"braid: Retry called with a Policy whose Jitter is unknown", retry(braid.Policy{Jitter: 9})},
		{"braid: Retry called with a Policy whose Budget was not made by NewBudget", retry(braid.Policy{Budget: new(braid.Budget)})},
		{"braid: RetryAfter called with a negative duration", func() { _ = braid.RetryAfter(errOne, -1) }},
		{"braid: AttemptNumber called with a nil context", func() { braid.AttemptNumber(none) }},
		{"braid: NewBudget called with a max that is not between 1 and a million", func() { braid.NewBudget(0.5, 0) }},
		{"braid: NewBudget called with a max that is not between 1 and a million", func() { braid.NewBudget(math.Inf(1), 0) }},
		{"braid: NewBudget called with a ratio that is not between 0 and max", func() { braid.NewBudget(10, -1) }},
		{"braid: NewBudget called with a ratio that is not between 0 and max", func() { braid.NewBudget(10, math.NaN()) }},
	} {
		if got := panicOf(c.f); got != c.want {
			t.Errorf("panic %q, want %q", got, c.want)
		}
	}
}

func TestRule10_5_AFailureBeforeTheContextDiedIsNoneOfItsConsequences(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		for _, own := range []error{errOne, context.Canceled, context.DeadlineExceeded} { // of something inside the attempt
			for what, p := range map[string]braid.Policy{
				"a pause":     {Delay: time.Minute},
				"an observer": {Observe: func(braid.Attempt) { time.Sleep(time.Minute) }},
				"a rate":      {Rate: refusal(func(ctx context.Context) error { return braid.Sleep(ctx, time.Minute) })},
			} {
				ctx, cancel := context.WithDeadline(root, time.Now().Add(100*time.Second))
				n := 0
				_, err := braid.Retry(ctx, p, func(context.Context) (int, error) { n++; time.Sleep(25 * time.Second); return 0, own })
				cancel()
				errs := err.(*braid.GroupError).Errors()
				te, ok := errs[0].(*braid.TaskError)
				if !ok || te.Err != own || te.AfterCancel || !errors.Is(errs[len(errs)-1], context.DeadlineExceeded) {
					t.Errorf("%v, then %s: got %v", own, what, err)
				}
			}
		}
	})
}

func TestRule10_5_AttemptsInsideAttemptsAreNumberedInTheTextToo(t *testing.T) {
	down := errors.New("down")
	twice := func(ctx context.Context, fn func(ctx context.Context) error) error {
		_, err := braid.Retry(ctx, braid.Policy{Attempts: 2}, func(ctx context.Context) (int, error) { return 0, fn(ctx) })
		return err
	}
	ctx := context.Background()
	err := twice(ctx, func(ctx context.Context) error {
		return twice(ctx, func(context.Context) error { return down })
	})
	attempts := "attempt 1: down; attempt 2: down"
	want := "2 errors: attempt 1 (2 errors): [" + attempts + "]; attempt 2 (2 errors): [" + attempts + "]"
	if got := err.Error(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			return twice(ctx, func(ctx context.Context) error {
				return braid.Each(ctx, []int{1}, func(context.Context, int) error { return down }, braid.Name("rows"))
			})
		}, braid.Name("job"))
		return nil
	}, braid.Name("server"))
	for failure := range braid.Leaves(err) {
		if !strings.HasPrefix(failure, "server/job/rows/") {
			t.Errorf("the path is %q", failure)
		}
	}
	if got := err.Error(); !strings.HasPrefix(got, "server/job (2 errors): attempt 1: rows/") || !strings.Contains(got, "; attempt 2: rows/") {
		t.Errorf("got %q", got)
	}
}

func TestRule10_5_ARateThatTakesLongerThanMaxElapsedIsTheEnd(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var when []time.Duration
		p := braid.Policy{Attempts: 9, MaxElapsed: 3 * time.Second, Rate: refusal(func(ctx context.Context) error { return braid.Sleep(ctx, 2*time.Second) })}
		_, err := braid.Retry(ctx, p, failing(start, &when))
		if want := seconds(2, 4); !slices.Equal(when, want) { // the first counts from when it starts
			t.Errorf("attempts at %v, want %v", when, want)
		}
		wantFailures(t, err, errOne, errOne)
		at(t, start, 6*time.Second, "the end")
	})
}

func TestRule10_5_WhatFailsInADeadContextIsNotAskedForAdvice(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	budget := braid.NewBudget(4, 0) // which allows one retry
	var seen []braid.Attempt
	p := braid.Policy{
		If:      func(error) bool { t.Error("asked"); return true },
		Budget:  budget,
		Observe: func(a braid.Attempt) { seen = append(seen, a) },
	}
	_, err := braid.Retry(ctx, p, func(context.Context) (int, error) { cancel(errWhy); return 0, errOne })
	if errs := err.(*braid.GroupError).Errors(); len(errs) != 2 || !errors.Is(errs[0], errOne) || !errs[0].(*braid.TaskError).AfterCancel || !errors.Is(errs[1], errWhy) {
		t.Errorf("got %v", err)
	}
	if len(seen) != 1 || !seen[0].Last {
		t.Errorf("observed %v", seen)
	}
	n := 0
	_, _ = braid.Retry(t.Context(), braid.Policy{Budget: budget}, func(context.Context) (int, error) { n++; return 0, errOne })
	if n != 2 {
		t.Errorf("%d attempts: the budget was charged for what was cancelled", n)
	}
}

func TestRule10_5_ATimeoutOfItsOwnIsAFailureAlsoOfAnAttemptWhoseContextHasDied(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		ctx, cancel := context.WithTimeout(root, 2*time.Second)
		defer cancel()
		_, err := braid.Retry(ctx, braid.Policy{}, func(ctx context.Context) (int, error) {
			err := braid.Timeout(ctx, time.Second, untilDead)
			time.Sleep(2 * time.Second)
			return 0, err
		})
		var te *braid.TimeoutError
		if errs := err.(*braid.GroupError).Errors(); len(errs) != 2 || !errors.As(errs[0], &te) || !errs[0].(*braid.TaskError).AfterCancel {
			t.Errorf("got %v", err)
		}
	})
}

func TestRule10_5_AttemptsOfABodyHaveThePathOfItsGroup(t *testing.T) {
	var err error
	_ = braid.Run(t.Context(), func(ctx context.Context, _ *braid.Group) error {
		_, err = braid.Retry(ctx, braid.Policy{}, func(context.Context) (int, error) { return 0, errOne })
		return nil
	}, braid.Name("server"))
	for i, te := range failures(t, err) {
		if want := fmt.Sprint("server/attempt ", i+1); te.Path() != want {
			t.Errorf("the path is %q, want %q", te.Path(), want)
		}
	}
}
