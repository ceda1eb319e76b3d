package braid_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rule 10.5 in full: when Retry tries again, after which delay,
// what it tells and what it returns. The delays themselves are in
// fuzz_retry_test.go too.

// failing is an attempt that fails and notes when it was called.
func failing(start time.Time, when *[]time.Duration) func(context.Context) (int, error) {
	return func(context.Context) (int, error) {
		*when = append(*when, time.Since(start))
		return 0, errOne
	}
}

func seconds(at ...float64) (when []time.Duration) {
	for _, s := range at {
		when = append(when, time.Duration(s*float64(time.Second)))
	}
	return when
}

// steady gives the same number again and again.
func steady(r float64) func() float64 { return func() float64 { return r } }

func TestRule10_5_AttemptsComeWhenTheScheduleSaysSo(t *testing.T) {
	for name, c := range map[string]struct {
		p    braid.Policy
		want []time.Duration
	}{
		"at once":                     {braid.Policy{}, seconds(0, 0, 0)},
		"constant":                    {braid.Policy{Attempts: 4, Delay: time.Second}, seconds(0, 1, 2, 3)},
		"exponential":                 {braid.Policy{Attempts: 5, Delay: time.Second, Factor: 2}, seconds(0, 1, 3, 7, 15)},
		"shrinking":                   {braid.Policy{Attempts: 4, Delay: 4 * time.Second, Factor: 0.5}, seconds(0, 4, 6, 7)},
		"with a bound":                {braid.Policy{Attempts: 5, Delay: time.Second, Factor: 2, MaxDelay: 3 * time.Second}, seconds(0, 1, 3, 6, 9)},
		"full jitter, low":            {braid.Policy{Delay: time.Second, Jitter: braid.FullJitter, Rand: steady(0)}, seconds(0, 0, 0)},
		"full jitter, middle":         {braid.Policy{Delay: time.Second, Factor: 2, Jitter: braid.FullJitter, Rand: steady(0.5)}, seconds(0, 0.5, 1.5)},
		"equal jitter, low":           {braid.Policy{Delay: time.Second, Factor: 2, Jitter: braid.EqualJitter, Rand: steady(0)}, seconds(0, 0.5, 1.5)},
		"equal jitter, middle":        {braid.Policy{Delay: time.Second, Factor: 2, Jitter: braid.EqualJitter, Rand: steady(0.5)}, seconds(0, 0.75, 2.25)},
		"equal jitter, bound":         {braid.Policy{Delay: time.Second, Factor: 10, MaxDelay: 4 * time.Second, Jitter: braid.EqualJitter, Rand: steady(0.5)}, seconds(0, 0.75, 3.75)},
		"decorrelated, low":           {braid.Policy{Attempts: 4, Delay: time.Second, Jitter: braid.DecorrelatedJitter, Rand: steady(0)}, seconds(0, 1, 2, 3)},
		"decorrelated, middle":        {braid.Policy{Attempts: 4, Delay: time.Second, Jitter: braid.DecorrelatedJitter, Rand: steady(0.5)}, seconds(0, 2, 5.5, 11.25)},
		"decorrelated, a factor of 2": {braid.Policy{Attempts: 3, Delay: time.Second, Factor: 2, Jitter: braid.DecorrelatedJitter, Rand: steady(0.5)}, seconds(0, 1.5, 3.5)},
		"decorrelated, bound":         {braid.Policy{Attempts: 4, Delay: time.Second, MaxDelay: 3 * time.Second, Jitter: braid.DecorrelatedJitter, Rand: steady(0.5)}, seconds(0, 2, 5, 8)},
		"no delay to grow":            {braid.Policy{Factor: math.Inf(1)}, seconds(0, 0, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				var when []time.Duration
				_, err := braid.Retry(ctx, c.p, failing(start, &when))
				if !slices.Equal(when, c.want) {
					t.Errorf("attempts at %v, want %v", when, c.want)
				}
				if got := len(failures(t, err)); got != len(c.want) {
					t.Errorf("%d failures", got)
				}
				at(t, start, c.want[len(c.want)-1], "the end")
			})
		})
	}
}

func TestRule10_5_ASeededRandMakesTheSameScheduleAgain(t *testing.T) {
	for _, jitter := range []braid.Jitter{braid.FullJitter, braid.EqualJitter, braid.DecorrelatedJitter} {
		var before []time.Duration
		for range 2 {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				random := rand.New(rand.NewPCG(1, 2))
				p := braid.Policy{Attempts: 20, Delay: time.Second, Factor: 2, MaxDelay: time.Minute, Jitter: jitter, Rand: random.Float64}
				var when []time.Duration
				_, _ = braid.Retry(ctx, p, failing(start, &when))
				if before != nil && !slices.Equal(when, before) {
					t.Errorf("%v, then %v", before, when)
				}
				before = when
			})
		}
		if before[1] == time.Second || before[1] == 0 {
			t.Errorf("nothing came of jitter %d: %v", jitter, before)
		}
	}
}

func TestRule10_5_WhoRetriesWithJitterAtOnceDoesNotNeedASource(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		_, err := braid.Retry(ctx, braid.Policy{Attempts: 2, Delay: time.Second, Jitter: braid.EqualJitter},
			func(context.Context) (int, error) { return 0, errOne })
		if took := time.Since(start); err == nil || took < time.Second/2 || took > time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}

func TestRule10_5_AnErrorMaySayHowLongToWait(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		wrapped := fmt.Errorf("busy: %w", braid.RetryAfter(errOne, 5*time.Second))
		several := errors.Join(braid.RetryAfter(errOne, time.Second), braid.RetryAfter(errTwo, 4*time.Second), errTwo)
		for name, c := range map[string]struct {
			p    braid.Policy
			err  error
			want []time.Duration
		}{
			"in place of the delay":          {braid.Policy{Delay: time.Second}, braid.RetryAfter(errOne, 3*time.Second), seconds(0, 3, 6)},
			"at once":                        {braid.Policy{Delay: time.Second}, braid.RetryAfter(errOne, 0), seconds(0, 0, 0)},
			"below others":                   {braid.Policy{}, wrapped, seconds(0, 5, 10)},
			"the longest of several":         {braid.Policy{}, several, seconds(0, 4, 8)},
			"longer than MaxDelay":           {braid.Policy{Delay: time.Second, MaxDelay: time.Second}, wrapped, seconds(0, 5, 10)},
			"no jitter":                      {braid.Policy{Delay: time.Second, Jitter: braid.FullJitter, Rand: steady(0)}, wrapped, seconds(0, 5, 10)},
			"no longer than MaxElapsed":      {braid.Policy{MaxElapsed: 9 * time.Second}, wrapped, seconds(0, 5)},
			"a method of somebody else's":    {braid.Policy{}, slowDown(2 * time.Second), seconds(0, 2, 4)},
			"a negative one":                 {braid.Policy{Delay: time.Second}, slowDown(-2 * time.Second), seconds(0, 0, 0)},
			"a method that panics says zero": {braid.Policy{Delay: time.Second}, fmt.Errorf("%w", slowDown(panickingWait)), seconds(0, 0, 0)},
		} {
			start := time.Now()
			var when []time.Duration
			_, err := braid.Retry(ctx, c.p, func(context.Context) (int, error) {
				when = append(when, time.Since(start))
				return 0, c.err
			})
			if !slices.Equal(when, c.want) || !errors.Is(err, c.err) {
				t.Errorf("%s: attempts at %v, want %v; %v", name, when, c.want, err)
			}
			at(t, start, c.want[len(c.want)-1], name)
		}
		// the schedule goes on as if it had been followed
		start := time.Now()
		var when []time.Duration
		_, _ = braid.Retry(ctx, braid.Policy{Attempts: 4, Delay: time.Second, Factor: 2}, func(context.Context) (int, error) {
			if when = append(when, time.Since(start)); len(when) == 2 {
				return 0, braid.RetryAfter(errOne, 10*time.Second)
			}
			return 0, errOne
		})
		if want := seconds(0, 1, 11, 15); !slices.Equal(when, want) {
			t.Errorf("attempts at %v, want %v", when, want)
		}
	})
}

type slowDown time.Duration

const panickingWait = math.MinInt64

func (d slowDown) Error() string { return "slow down" }
func (d slowDown) RetryAfter() time.Duration {
	if d == panickingWait {
		panic(errTwo)
	}
	return time.Duration(d)
}

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

func TestRule10_5_NoAttemptStartsLaterThanMaxElapsed(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for name, c := range map[string]struct {
			p    braid.Policy
			runs time.Duration
			want []time.Duration
			end  float64
		}{
			"exactly then it may":       {braid.Policy{Attempts: 10, Delay: time.Second, MaxElapsed: 3 * time.Second}, 0, seconds(0, 1, 2, 3), 3},
			"no sleep in vain":          {braid.Policy{Attempts: 10, Delay: 2 * time.Second, MaxElapsed: 3 * time.Second}, 0, seconds(0, 2), 2},
			"not even one":              {braid.Policy{Attempts: 10, Delay: time.Hour, MaxElapsed: time.Second}, 0, seconds(0), 0},
			"what runs is not cut":      {braid.Policy{Attempts: 10, MaxElapsed: 3 * time.Second}, 2 * time.Second, seconds(0, 2), 4},
			"a pause too long to count": {braid.Policy{Delay: braid.Forever, MaxElapsed: time.Hour}, time.Second, seconds(0), 1},
		} {
			start := time.Now()
			var when []time.Duration
			_, err := braid.Retry(ctx, c.p, func(context.Context) (int, error) {
				when = append(when, time.Since(start))
				time.Sleep(c.runs)
				return 0, errOne
			})
			if !slices.Equal(when, c.want) || len(failures(t, err)) != len(c.want) {
				t.Errorf("%s: attempts at %v, want %v; %v", name, when, c.want, err)
			}
			at(t, start, seconds(c.end)[0], name)
		}
	})
}

// turnstile lets one pass each d.
type turnstile struct {
	d    time.Duration
	free time.Time
	err  error // instead, when it is set
}

func (l *turnstile) Wait(ctx context.Context) error {
	if l.err != nil {
		return l.err
	}
	until := time.Until(l.free)
	l.free = time.Now().Add(max(until, 0) + l.d)
	return braid.Sleep(ctx, until)
}

func TestRule10_5_EachAttemptWaitsForTheRateFirst(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		rate := &turnstile{d: 2 * time.Second, free: start.Add(time.Second)}
		var when []time.Duration
		var seen []braid.Attempt
		p := braid.Policy{Delay: time.Second, Rate: rate, Timeout: time.Second, Observe: func(a braid.Attempt) { seen = append(seen, a) }}
		_, err := braid.Retry(ctx, p, func(ctx context.Context) (int, error) {
			when = append(when, time.Since(start))
			return 0, braid.Sleep(ctx, time.Second/2)
		})
		if err != nil || len(when) != 1 || when[0] != time.Second {
			t.Errorf("attempts at %v, %v", when, err)
		}
		when = nil
		p.MaxElapsed = 6 * time.Second
		p.Attempts = 10
		_, err = braid.Retry(ctx, p, func(ctx context.Context) (int, error) {
			when = append(when, time.Since(start))
			return 0, braid.Sleep(ctx, time.Hour)
		})
		// 3 and a second's Timeout: each second of delay passes in the wait. From
		// the first one on 6 s may pass, the one at 11 would be too late.
		if want := seconds(3, 5, 7, 9); !slices.Equal(when, want) || len(failures(t, err)) != 4 {
			t.Errorf("attempts at %v, want %v; %v", when, want, err)
		}
		if len(seen) != 4 || seen[1].Took != time.Second || seen[1].Delay != time.Second {
			t.Errorf("observed %+v", seen)
		}
	})
}

func TestRule10_5_ARateThatRefusesEndsRetry(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		never := func(context.Context) (int, error) { t.Error("it was called"); return 0, nil }
		_, err := braid.Retry(root, braid.Policy{Rate: &turnstile{err: errTwo}}, never)
		wantFailures(t, err, errTwo)
		rate := new(turnstile)
		_, err = braid.Retry(root, braid.Policy{Rate: rate}, func(context.Context) (int, error) {
			rate.err = errTwo
			return 0, errOne
		})
		wantFailures(t, err, errOne, errTwo)
		if path := failures(t, err)[1].Path(); path != "attempt 2" {
			t.Errorf("the refusal is that of %q", path)
		}
		// a context that dies meanwhile is what ended it
		ctx, cancel := context.WithCancelCause(root)
		time.AfterFunc(time.Second, func() { cancel(errWhy) })
		_, err = braid.Retry(ctx, braid.Policy{Rate: &turnstile{free: start.Add(time.Hour)}}, never)
		wantPlainCancel(t, err, context.Canceled, errWhy)
		at(t, start, time.Second, "the end")
		// and what lets somebody pass into a dead context makes no difference
		ctx, cancel = context.WithCancelCause(root)
		_, err = braid.Retry(ctx, braid.Policy{Rate: limiterFunc(func(context.Context) error { cancel(errWhy); return nil })}, never)
		wantPlainCancel(t, err, context.Canceled, errWhy)
	})
}

type limiterFunc func(context.Context) error

func (f limiterFunc) Wait(ctx context.Context) error { return f(ctx) }

func TestRule10_5_ABudgetBoundsTheRetriesOfAllCalls(t *testing.T) {
	ctx := context.Background()
	attempts := 0
	call := func(b *braid.Budget, err error) error {
		_, err = braid.Retry(ctx, braid.Policy{Attempts: 2, Budget: b}, func(context.Context) (int, error) { attempts++; return 0, err })
		return err
	}
	// From 10 down to more than half there are four failures; the third call finds
	// two less than it would need for a retry.
	b := braid.NewBudget(10, 0.1)
	var refused []int
	for i := range 5 {
		attempts = 0
		err := call(b, errOne)
		if errors.Is(err, braid.ErrBudget) {
			refused = append(refused, i)
		}
		if !errors.Is(err, errOne) || (attempts == 1) != errors.Is(err, braid.ErrBudget) {
			t.Errorf("call %d: %v after %d attempts", i, err, attempts)
		}
	}
	if !slices.Equal(refused, []int{2, 3, 4}) {
		t.Errorf("calls %v were refused", refused)
	}
	// Seven tokens were taken, so three are left. 30 successes make it six, of
	// which a failure takes one; it needs one more.
	for range 30 {
		if err := call(b, nil); err != nil {
			t.Error(err)
		}
	}
	if err := call(b, errOne); !errors.Is(err, braid.ErrBudget) {
		t.Errorf("with five left: %v", err)
	}
	for range 11 {
		_ = call(b, nil)
	}
	attempts = 0
	if err := call(b, errOne); errors.Is(err, braid.ErrBudget) || attempts != 2 {
		t.Errorf("with more than five left: %v after %d attempts", err, attempts)
	}
	// What is not worth another attempt, and what was cancelled, costs nothing.
	b = braid.NewBudget(2, 0)
	dying, cancel := context.WithCancel(ctx)
	defer cancel()
	for range 10 {
		_ = call(b, braid.Permanent(errOne))
		_, _ = braid.Retry(ctx, braid.Policy{Budget: b, If: func(error) bool { return false }}, func(context.Context) (int, error) { return 0, errOne })
		_, _ = braid.Retry(dying, braid.Policy{Budget: b}, func(ctx context.Context) (int, error) { cancel(); return 0, ctx.Err() })
	}
	attempts = 0
	if err := call(braid.NewBudget(3, 0), errOne); attempts != 2 || errors.Is(err, braid.ErrBudget) {
		t.Errorf("%v after %d attempts", err, attempts)
	}
	attempts = 0
	if err := call(b, errOne); attempts != 1 || !errors.Is(err, braid.ErrBudget) { // 2-1 is half
		t.Errorf("%v after %d attempts", err, attempts)
	}
	// It never holds more than it did at first.
	b = braid.NewBudget(4, 4)
	for range 100 {
		_ = call(b, nil)
	}
	retries := 0
	for range 10 {
		attempts = 0
		_ = call(b, errOne)
		retries += attempts - 1
	}
	if retries != 1 {
		t.Errorf("%d retries out of a budget of 4", retries)
	}
}

func TestRule10_5_TheBudgetsErrorIsThereOnlyIfItWasTheBudget(t *testing.T) {
	b := braid.NewBudget(1, 0)
	_, err := braid.Retry(context.Background(), braid.Policy{Attempts: 1, Budget: b}, func(context.Context) (int, error) { return 0, errOne })
	if errors.Is(err, braid.ErrBudget) {
		t.Errorf("the only attempt failed with %v", err)
	}
	_, err = braid.Retry(context.Background(), braid.Policy{Budget: b}, func(context.Context) (int, error) { return 0, errOne })
	if got := err.Error(); got != "2 errors: attempt 1: one went wrong; braid: the budget for retries is used up" {
		t.Errorf("it reads %q", got)
	}
}

func TestRule10_5_ManyWhoShareABudgetKeepToIt(t *testing.T) {
	p := braid.Policy{Attempts: math.MaxInt, Budget: braid.NewBudget(200, 0.01)}
	var attempts, calls [8]int
	err := braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		for i := range attempts {
			g.Go(func(ctx context.Context) error {
				for range 500 {
					calls[i]++
					_, _ = braid.Retry(ctx, p, func(context.Context) (int, error) { attempts[i]++; return 0, errOne })
				}
				return nil
			})
		}
		return nil
	})
	all, called := 0, 0
	for i := range attempts {
		all, called = all+attempts[i], called+calls[i]
	}
	if err != nil || all-called != 99 {
		t.Errorf("%d retries of %d calls out of a budget of 200, %v", all-called, called, err)
	}
}

func TestRule10_5_ObserveIsToldOfEachFailedAttempt(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		var seen []braid.Attempt
		p := braid.Policy{Delay: time.Second, Factor: 2, Observe: func(a braid.Attempt) {
			seen = append(seen, a)
			if len(seen) == 1 {
				at(t, start, 3*time.Second, "the first") // before the delay
			}
		}}
		fails := func(context.Context) (int, error) { time.Sleep(3 * time.Second); return 0, errOne }
		_, _ = braid.Retry(root, p, fails)
		if want := []braid.Attempt{
			{Number: 1, Err: errOne, Took: 3 * time.Second, Delay: time.Second},
			{Number: 2, Err: errOne, Took: 3 * time.Second, Delay: 2 * time.Second},
			{Number: 3, Err: errOne, Took: 3 * time.Second, Last: true},
		}; !slices.Equal(seen, want) {
			t.Errorf("observed %+v, want %+v", seen, want)
		}
		seen = seen[:1]
		_, _ = braid.Retry(root, p, func(context.Context) (int, error) { return 0, braid.Permanent(errTwo) })
		_, _ = braid.Retry(root, p, func(context.Context) (int, error) { return 0, nil })
		p.Budget = braid.NewBudget(1, 0)
		_, _ = braid.Retry(root, p, func(context.Context) (int, error) { return 0, errOne })
		ctx, cancel := context.WithCancel(root)
		_, _ = braid.Retry(ctx, p, func(context.Context) (int, error) { cancel(); return 0, errOne })
		if want := []braid.Attempt{
			{Number: 1, Err: errTwo, Last: true}, {Number: 1, Err: errOne, Last: true}, {Number: 1, Err: errOne, Last: true},
		}; !slices.Equal(seen[1:], want) {
			t.Errorf("observed %+v, want %+v", seen[1:], want)
		}
		e := howEnded(func() error {
			_, err := braid.Retry(root, braid.Policy{Observe: func(braid.Attempt) { panic(errTwo) }}, fails)
			return err
		})
		if e.panicked != errTwo {
			t.Errorf("it ended with %+v", e)
		}
	})
}

func TestRule10_5_AnAttemptIsLoggedAsAGroup(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	log.Info("failed", "attempt", braid.Attempt{Number: 1, Err: errOne, Took: time.Second, Delay: 2 * time.Second})
	log.Info("failed", "attempt", braid.Attempt{Number: 2, Err: errOne, Took: time.Second, Last: true})
	const want = `level=INFO msg=failed attempt.number=1 attempt.error="one went wrong" attempt.took=1s attempt.delay=2s
level=INFO msg=failed attempt.number=2 attempt.error="one went wrong" attempt.took=1s attempt.last=true
`
	if out.String() != want {
		t.Errorf("logged\n%s\nwant\n%s", &out, want)
	}
}

func TestRule10_5_AnAttemptKnowsItsNumber(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for _, p := range []braid.Policy{{}, {Timeout: time.Hour}, {Delay: time.Second, Observe: func(braid.Attempt) {}}} {
			var inner, outer []int
			var kept []context.Context
			_, _ = braid.Retry(ctx, p, func(ctx context.Context) (int, error) {
				outer = append(outer, braid.AttemptNumber(ctx))
				kept = append(kept, ctx)
				_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error {
						derived, cancel := context.WithCancel(ctx)
						defer cancel()
						outer = append(outer, braid.AttemptNumber(derived))
						return nil
					})
					return nil
				})
				_, _ = braid.Retry(ctx, p, func(ctx context.Context) (int, error) {
					inner = append(inner, braid.AttemptNumber(ctx))
					return 0, errOne
				})
				outer = append(outer, braid.AttemptNumber(ctx))
				return 0, errOne
			})
			if !slices.Equal(outer, []int{1, 1, 1, 2, 2, 2, 3, 3, 3}) || !slices.Equal(inner, []int{1, 2, 3, 1, 2, 3, 1, 2, 3}) {
				t.Errorf("attempts %v outside, %v inside", outer, inner)
			}
			for i, ctx := range append(kept, ctx) {
				if n := braid.AttemptNumber(ctx); n != 1 {
					t.Errorf("the context of attempt %d has number %d after the end", i+1, n)
				}
			}
		}
	})
}

func TestRule10_5_HoweverRetryEndsItsNumbersEndToo(t *testing.T) {
	before := braid.Numbering()
	for _, end := range []func(){func() {}, func() { panic(errTwo) }, runtime.Goexit} {
		howEnded(func() error {
			n := 0
			_, err := braid.Retry(context.Background(), braid.Policy{}, func(context.Context) (int, error) {
				if n++; n == 2 {
					end()
				}
				return 0, errOne
			})
			return err
		})
	}
	if now := braid.Numbering(); now != before {
		t.Errorf("%d contexts have a number, then %d", before, now)
	}
}

func TestRule10_5_TheContextOfAnAttemptPassesForTheOneItIsBelow(t *testing.T) {
	type key struct{}
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		root = context.WithValue(root, key{}, "value")
		err := braid.Run(root, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				_, err := braid.Retry(ctx, braid.Policy{}, func(ctx context.Context) (int, error) {
					if braid.AttemptNumber(ctx) < 2 {
						return 0, errOne
					}
					if ctx.Value(key{}) != "value" {
						t.Error("a value is missing")
					}
					below, cancel := context.WithCancel(ctx)
					defer cancel()
					return 0, untilDead(below)
				})
				return err
			}, braid.Name("fetch"))
			_ = braid.Sleep(ctx, time.Second)
			return errWhy
		}, braid.Name("server"))
		tes := failures(t, err)
		if len(tes) != 2 || !errors.Is(tes[0], errOne) || errors.Is(tes[0], context.Canceled) {
			t.Errorf("got %v", err)
		}
		at(t, start, time.Second, "the end")
	})
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

func TestRule10_5_ATimeoutOfAnAttemptNamesItsFunction(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var kept []context.Context
		_, err := braid.Retry(ctx, braid.Policy{Timeout: time.Second}, func(ctx context.Context) (int, error) {
			kept = append(kept, ctx)
			return 0, untilDead(ctx)
		})
		for _, te := range failures(t, err) {
			timeout, ok := braid.TimedOut(te)
			if !ok || !strings.HasSuffix(timeout.Site().File, "rule10_retry_test.go") {
				t.Errorf("got %v of %v", te, timeout.Site())
			}
		}
		for i, ctx := range kept {
			if ctx.Err() == nil {
				t.Errorf("the context of attempt %d lives", i+1)
			}
		}
		if len(kept) != 3 || kept[0] == kept[1] || kept[1] == kept[2] {
			t.Error("attempts share a context")
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

// A pause must be one that synctest counts as durable, and leave nothing behind.
func TestRule10_5_APauseIsDurable(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ctx, cancel := context.WithCancelCause(ctx)
		done := make(chan error)
		go func() {
			_, err := braid.Retry(ctx, braid.Policy{Delay: time.Hour}, func(context.Context) (int, error) { return 0, errOne })
			done <- err
		}()
		synctest.Wait()
		cancel(errWhy)
		if err := <-done; !errors.Is(err, errWhy) || !errors.Is(err, errOne) {
			t.Error(err)
		}
	})
}
