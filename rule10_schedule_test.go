package braid_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows when Retry tries again (rule 10.5): the delays, what an error
// may ask for, and what else there is to wait for. See fuzz_retry_test.go too.

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
		"decorrelated, no shorter":    {braid.Policy{Delay: time.Second, Factor: 0.5, Jitter: braid.DecorrelatedJitter, Rand: steady(1)}, seconds(0, 1, 2)},
		"full jitter, out of bounds":  {braid.Policy{Delay: time.Second, Jitter: braid.FullJitter, Rand: steady(7)}, seconds(0, 1, 2)},
		"equal jitter, below them":    {braid.Policy{Delay: time.Second, Jitter: braid.EqualJitter, Rand: steady(-7)}, seconds(0, 0.5, 1)},
		"equal jitter, no number":     {braid.Policy{Delay: time.Second, Jitter: braid.EqualJitter, Rand: steady(math.NaN())}, seconds(0, 0.5, 1)},
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
			"which may come first":           {braid.Policy{}, errors.Join(several, braid.RetryAfter(errOne, time.Second)), seconds(0, 4, 8)},
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
	d   time.Duration
	err error // instead, when it is set

	mu   sync.Mutex
	free time.Time
}

func (l *turnstile) Wait(ctx context.Context) error {
	if l.err != nil {
		return l.err
	}
	l.mu.Lock()
	until := time.Until(l.free)
	l.free = time.Now().Add(max(until, 0) + l.d)
	l.mu.Unlock()
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
