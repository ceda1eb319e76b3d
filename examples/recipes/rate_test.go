package recipes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/braid-go/braid"
)

// This file paces work with golang.org/x/time/rate. A *rate.Limiter is a
// braid.Limiter as it is; one limiter may serve any number of groups and retries,
// which then share its allowance.

func Example_rate() {
	limiter := rate.NewLimiter(rate.Every(time.Millisecond), 2) // two at once, then one each millisecond
	lengths, err := braid.Map(context.Background(), []string{"one", "two", "three"},
		func(ctx context.Context, word string) (int, error) { return len(word), nil },
		braid.Rate(limiter))
	fmt.Println(lengths, err)
	// Output: [3 3 5] <nil>
}

// A clock notes when something happened, counted from its making.
type clock struct {
	start time.Time
	mu    sync.Mutex
	at    []time.Duration
}

func newClock() *clock { return &clock{start: time.Now()} }

func (c *clock) note() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = append(c.at, time.Since(c.start))
}

// want compares to the millisecond: the limiter counts in fractions of tokens.
func (c *clock) want(t *testing.T, want ...time.Duration) {
	t.Helper()
	got := make([]time.Duration, len(c.at))
	for i, at := range c.at {
		got[i] = at.Round(time.Millisecond)
	}
	if !slices.Equal(got, want) {
		t.Errorf("it happened at %v, want %v", got, want)
	}
}

const ms = time.Millisecond

func TestItemsOfAMapStartNoFasterThanTheLimiterLetsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter := rate.NewLimiter(rate.Every(100*ms), 2)
		c := newClock()
		_, err := braid.Map(t.Context(), make([]int, 5), func(ctx context.Context, _ int) (int, error) {
			c.note()
			return 0, braid.Sleep(ctx, 30*ms)
		}, braid.Rate(limiter))
		if err != nil {
			t.Error(err)
		}
		c.want(t, 0, 0, 100*ms, 200*ms, 300*ms)
	})
}

func TestAFailureEndsTheWaitForTheLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter := rate.NewLimiter(rate.Every(time.Hour), 1)
		c := newClock()
		broken := errors.New("broken")
		err := braid.Each(t.Context(), make([]int, 5), func(ctx context.Context, _ int) error {
			c.note()
			time.Sleep(50 * ms)
			return broken
		}, braid.Rate(limiter))
		if !errors.Is(err, broken) {
			t.Error(err)
		}
		c.note()
		c.want(t, 0, 50*ms)
	})
}

// A patient limiter waits also where a deadline will cut it short. A *rate.Limiter
// that would have to wait beyond the deadline refuses at once, and its error says
// nothing of a timeout.
type patient struct{ *rate.Limiter }

func (p patient) Wait(ctx context.Context) error { return p.Limiter.Wait(timeless{ctx}) }

// timeless is a context that dies in time all the same.
type timeless struct{ context.Context }

func (timeless) Deadline() (_ time.Time, _ bool) { return }

func TestALimiterRefusesWhatWouldComeAfterTheDeadlineAndAPatientOneWaits(t *testing.T) {
	work := func(limiter braid.Limiter) (fired bool, took time.Duration, err error) {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			fired, err = braid.MoveOn(t.Context(), 150*ms, func(ctx context.Context) error {
				return braid.Each(ctx, make([]int, 5), func(context.Context, int) error { return nil }, braid.Rate(limiter), braid.Limit(1))
			})
			took = time.Since(start)
		})
		return fired, took, err
	}
	limiter := func() *rate.Limiter { return rate.NewLimiter(rate.Every(100*ms), 1) }
	if fired, took, err := work(limiter()); fired || err == nil || took >= 150*ms {
		t.Error(fired, took, err)
	} else if _, timedOut := braid.TimedOut(err); timedOut || errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if fired, took, err := work(patient{limiter()}); !fired || took != 150*ms || err != nil {
		t.Error(fired, took, err)
	}
}

func TestTwoMapsShareTheAllowanceOfOneLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter := rate.NewLimiter(rate.Every(100*ms), 1)
		c := newClock()
		each := func(ctx context.Context) error {
			return braid.Each(ctx, make([]int, 2), func(context.Context, int) error { c.note(); return nil }, braid.Rate(limiter))
		}
		err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			g.Go(each)
			g.Go(each)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		c.want(t, 0, 100*ms, 200*ms, 300*ms)
	})
}

func TestAttemptsOfAllRetriesShareTheAllowanceOfOneLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClock()
		policy := braid.Policy{
			Attempts: 3,
			Delay:    10 * ms, // on top of which each attempt waits its turn
			Timeout:  time.Second,
			Rate:     rate.NewLimiter(rate.Every(100*ms), 1),
		}
		err := braid.Each(t.Context(), make([]int, 2), func(ctx context.Context, _ int) error {
			tries := 0
			_, err := braid.Retry(ctx, policy, func(context.Context) (int, error) {
				c.note()
				if tries++; tries < 3 {
					return 0, errDown
				}
				return 0, nil
			})
			return err
		})
		if err != nil {
			t.Error(err)
		}
		c.want(t, 0, 100*ms, 200*ms, 300*ms, 400*ms, 500*ms)
	})
}
