package braid_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rule 10.6: hedging. What comes out however an attempt ends is in
// rule10_hedge_ends_test.go.

// An assay is a Hedge whose attempts come to prepared ends, and what was seen.
type assay struct {
	start time.Time
	ends  []func(ctx context.Context) (int, error) // of attempt 1, 2, …; the last one's is that of all others

	mu      sync.Mutex
	began   []time.Duration // by the number of the attempt less one
	running int
	most    int
}

func (a *assay) fn(ctx context.Context) (int, error) {
	i := braid.AttemptNumber(ctx) - 1
	a.mu.Lock()
	a.began = append(a.began, make([]time.Duration, max(i+1-len(a.began), 0))...)
	a.began[i] = time.Since(a.start)
	a.running++
	a.most = max(a.most, a.running)
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		a.running--
		a.mu.Unlock()
	}()
	return a.ends[min(i, len(a.ends)-1)](ctx)
}

// check tells whether attempts began then and none is left.
func (a *assay) check(t *testing.T, began ...float64) {
	t.Helper()
	if !slices.Equal(a.began, seconds(began...)) {
		t.Errorf("attempts began at %v, want %v", a.began, seconds(began...))
	}
	if a.running != 0 {
		t.Errorf("%d attempts are left", a.running)
	}
}

func TestRule10_6_AnotherAttemptStartsAfterTheDelayAndTheFirstSuccessWins(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		joined := false
		a := &assay{start: start, ends: []func(context.Context) (int, error){
			func(ctx context.Context) (int, error) {
				<-ctx.Done()
				at(t, start, 3500*time.Millisecond, "the cancel of the first")
				time.Sleep(time.Second)
				joined = true
				return 1, nil // a close second
			},
			racer(time.Hour, 2, nil),
			racer(1500*time.Millisecond, 3, nil),
		}}
		v, err := braid.Hedge(ctx, 5, time.Second, a.fn)
		if v != 3 || err != nil || !joined {
			t.Errorf("got %v, %v, joined %t", v, err, joined)
		}
		a.check(t, 0, 1, 2, 3)
		at(t, start, 4500*time.Millisecond, "the end")
	})
}

func TestRule10_6_AFailureStartsTheNextAttemptAtOnce(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		a := &assay{start: start, ends: []func(context.Context) (int, error){
			racer(2500*time.Millisecond, 0, errOne), // when three are under way
			racer(time.Hour, 2, nil),
			racer(time.Second/4, 0, errTwo),
			racer(time.Hour, 4, nil),
			racer(3*time.Second/4, 5, nil),
		}}
		v, err := braid.Hedge(ctx, 9, time.Second, a.fn)
		if v != 5 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		// The third fails at 2.25, the first at 2.5; from then on the delay counts anew.
		a.check(t, 0, 1, 2, 2.25, 2.5)
		at(t, start, 3250*time.Millisecond, "the end")
	})
}

func TestRule10_6_TheDelayIsThatSinceTheLastStart(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		a := &assay{start: start, ends: []func(context.Context) (int, error){
			racer(time.Second/2, 0, errOne), racer(time.Hour, 2, nil), racer(time.Second, 3, nil),
		}}
		if v, err := braid.Hedge(ctx, 3, time.Second, a.fn); v != 3 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		a.check(t, 0, 0.5, 1.5)
		at(t, start, 2500*time.Millisecond, "the end")
	})
}

func TestRule10_6_WithoutADelayAllStartAtOnce(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		a := &assay{start: start, ends: []func(context.Context) (int, error){
			racer(3*time.Second, 1, nil), racer(time.Second, 0, errOne), racer(2*time.Second, 3, nil), racer(4*time.Second, 4, nil),
		}}
		if v, err := braid.Hedge(ctx, 4, 0, a.fn); v != 3 || err != nil || a.most != 4 {
			t.Errorf("got %v, %v, %d at a time", v, err, a.most)
		}
		a.check(t, 0, 0, 0, 0)
		at(t, start, 2*time.Second, "the end")
	})
}

func TestRule10_6_WhenAllFailEveryFailureIsInTheError(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		a := &assay{start: start, ends: []func(context.Context) (int, error){
			racer(5*time.Second, 0, errOne), racer(time.Second/2, 0, errTwo), racer(time.Second/2, 0, errLate),
		}}
		_, err := braid.Hedge(ctx, 3, time.Second, a.fn, braid.Name("lookup"))
		wantFailures(t, err, errTwo, errLate, errOne)
		var paths []string
		for path := range braid.Leaves(err) {
			paths = append(paths, path)
		}
		if want := []string{"lookup/attempt 2", "lookup/attempt 3", "lookup/attempt 1"}; !slices.Equal(paths, want) {
			t.Errorf("paths %q, want %q", paths, want)
		}
		a.check(t, 0, 1, 1.5)
		at(t, start, 5*time.Second, "the end")
	})
}

func TestRule10_6_APermanentFailureEndsAHedge(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		a := &assay{start: start, ends: []func(context.Context) (int, error){
			racer(time.Hour, 1, nil), racer(time.Second/2, 0, braid.Permanent(errOne)),
		}}
		calls := 0
		_, err := braid.Retry(ctx, braid.Policy{}, func(ctx context.Context) (int, error) {
			calls++
			v, err := braid.Hedge(ctx, 5, time.Second, a.fn)
			wantFailures(t, err, errOne)
			return v, err
		})
		if calls != 1 || !errors.Is(err, errOne) {
			t.Errorf("%v after %d calls", err, calls)
		}
		a.check(t, 0, 1)
		at(t, start, 1500*time.Millisecond, "the end")
	})
}

func TestRule10_6_UnderALimitAttemptsAreQueued(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		a := &assay{start: start, ends: []func(context.Context) (int, error){
			racer(10*time.Second, 0, errOne), racer(10*time.Second, 0, errTwo), racer(time.Second, 3, nil),
		}}
		v, err := braid.Hedge(ctx, 5, time.Second, a.fn, braid.Limit(1))
		if v != 3 || err != nil || a.most != 1 {
			t.Errorf("got %v, %v, %d at a time", v, err, a.most)
		}
		a.check(t, 0, 10, 20)
		at(t, start, 21*time.Second, "the end")
	})
}

func TestRule10_6_ARateHoldsAttemptsBackAndATrackerCountsThem(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		a := &assay{start: start, ends: []func(context.Context) (int, error){
			racer(time.Hour, 1, nil), racer(time.Hour, 2, nil), racer(time.Second, 3, nil),
		}}
		var seen []error
		var count tally
		v, err := braid.Hedge(ctx, 3, time.Second, a.fn, braid.Rate(&turnstile{d: 2 * time.Second}), braid.Track(&count),
			braid.OnFailure(func(te *braid.TaskError) { seen = append(seen, te) }))
		if v != 3 || err != nil || len(seen) != 0 {
			t.Errorf("got %v, %v, seen %v", v, err, seen)
		}
		a.check(t, 0, 2, 4)
		count.check(t, 3, map[braid.State]int{braid.Succeeded: 1, braid.Cancelled: 2})
		at(t, start, 5*time.Second, "the end")
	})
}

func TestRule10_6_APanicThatIsAnErrorStartsTheNextAttempt(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		a := &assay{start: start, ends: []func(context.Context) (int, error){
			func(context.Context) (int, error) { time.Sleep(time.Second / 2); panic("bug") },
			racer(time.Second, 2, nil),
		}}
		v, err := braid.Hedge(ctx, 3, time.Minute, a.fn, braid.PanicsAsErrors, braid.Supervised, braid.Keep(1))
		if v != 2 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		a.check(t, 0, 0.5)
	})
}

func TestRule10_6_AnAttemptOfAHedgeKnowsItsNumberAlsoInsideOthers(t *testing.T) {
	before := braid.Numbering()
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var kept context.Context
		_, err := braid.Retry(ctx, braid.Policy{Attempts: 2}, func(ctx context.Context) (int, error) {
			outer := braid.AttemptNumber(ctx)
			_, _ = braid.Hedge(ctx, 3, time.Second, func(ctx context.Context) (int, error) {
				n := braid.AttemptNumber(ctx)
				if n == 1 {
					kept = ctx
				}
				_, _ = braid.Retry(ctx, braid.Policy{Attempts: 2}, func(ctx context.Context) (int, error) {
					if got := braid.AttemptNumber(ctx); got > 2 || n > 2 && got == n {
						t.Errorf("attempt %d inside of %d", got, n)
					}
					return 0, errOne
				})
				return n, errOne
			})
			if got := braid.AttemptNumber(kept); got != outer {
				t.Errorf("a context that was kept has number %d, want that of the Retry, %d", got, outer)
			}
			return 0, errOne
		})
		if len(failures(t, err)) != 2 {
			t.Error(err)
		}
	})
	if now := braid.Numbering(); now != before {
		t.Errorf("%d contexts have a number, then %d", before, now)
	}
}

func TestRule10_6_ASuccessIsKeptAlthoughTheContextDiesWhileTheLosersAreJoined(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		ctx, cancel := context.WithTimeout(root, 4*time.Second)
		defer cancel()
		a := &assay{start: start, ends: []func(context.Context) (int, error){deaf(9*time.Second, 0, errOne), racer(time.Second, 2, nil)}}
		if v, err := braid.Hedge(ctx, 2, time.Second, a.fn); v != 2 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		at(t, start, 9*time.Second, "the end")
	})
}

func TestRule10_6_ADeadContextStartsNothing(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errWhy)
	_, err := braid.Hedge(ctx, 3, time.Second, never)
	wantPlainCancel(t, err, context.Canceled, errWhy)
}

func TestRule10_6_HedgeRefusesWhatMakesNoSense(t *testing.T) {
	ctx := context.Background()
	var none context.Context
	for want, f := range map[string]func(){
		"braid: Hedge called with a nil context":          func() { _, _ = braid.Hedge(none, 1, 0, never) },
		"braid: Hedge called with a nil function":         func() { _, _ = braid.Hedge[int](ctx, 1, 0, nil) },
		"braid: Hedge called with fewer than one attempt": func() { _, _ = braid.Hedge(ctx, 0, 0, never) },
		"braid: Hedge called with a negative delay":       func() { _, _ = braid.Hedge(ctx, 1, -1, never) },
		"braid: nil option":                               func() { _, _ = braid.Hedge(ctx, 1, 0, never, nil) },
		"braid: option Limit given twice":                 func() { _, _ = braid.Hedge(ctx, 1, 0, never, braid.Limit(1), braid.Limit(2)) },
	} {
		if got := panicOf(f); got != want {
			t.Errorf("panic %q, want %q", got, want)
		}
	}
}

func TestRule10_6_OnceItIsDecidedNoFurtherAttemptIsMade(t *testing.T) {
	for name, last := range map[string]func(context.Context) (int, error){
		"won":       racer(time.Second/2, 2, nil),
		"permanent": racer(time.Second/2, 0, braid.Permanent(errOne)),
		"outside":   racer(time.Hour, 0, nil),
	} {
		live(t, func(t *testing.T, root context.Context, start time.Time) {
			ctx, cancel := context.WithTimeout(root, 1500*time.Millisecond)
			defer cancel()
			var y tally
			a := &assay{start: start, ends: []func(context.Context) (int, error){racer(time.Hour, 1, nil), last}}
			_, _ = braid.Hedge(ctx, 5, time.Second, a.fn, braid.Track(&y))
			if a.check(t, 0, 1); y.added != 2 {
				t.Errorf("%s: %d attempts were handed over", name, y.added)
			}
			at(t, start, 1500*time.Millisecond, name)
		})
	}
}
