package recipes

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/braid-go/braid"
)

// This file puts a circuit breaker, github.com/sony/gobreaker, around what
// braid.Retry calls. The breaker is inside: each attempt counts for it, and once
// it is open no attempt reaches the service.

// newBreaker gives one that opens after three failures in a row, for ten seconds.
func newBreaker[T any]() *gobreaker.CircuitBreaker[T] {
	return gobreaker.NewCircuitBreaker[T](gobreaker.Settings{
		Timeout:     10 * time.Second,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= 3 },
		// That we gave up says nothing about the service.
		IsExcluded: func(err error) bool { return errors.Is(err, context.Canceled) },
	})
}

// guarded makes fn go through the breaker.
func guarded[T any](b *gobreaker.CircuitBreaker[T], fn func(ctx context.Context) (T, error)) func(ctx context.Context) (T, error) {
	return func(ctx context.Context) (T, error) {
		return b.Execute(func() (T, error) { return fn(ctx) })
	}
}

// whileClosed is for braid.Policy.If: what the breaker refuses it will refuse
// again.
func whileClosed(err error) bool {
	return !errors.Is(err, gobreaker.ErrOpenState) && !errors.Is(err, gobreaker.ErrTooManyRequests)
}

var errDown = errors.New("service down")

func Example_breaker() {
	calls := 0
	call := guarded(newBreaker[string](), func(context.Context) (string, error) {
		calls++
		return "", errDown
	})
	policy := braid.Policy{Attempts: 10, If: whileClosed}
	for range 2 {
		_, err := braid.Retry(context.Background(), policy, call)
		fmt.Println(calls, errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, errDown))
	}
	// Output:
	// 3 true true
	// 3 true false
}

func TestRetryStopsAtAnOpenBreakerAndGoesOnOnceItLetsATryThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		c := newClock()
		breaker := newBreaker[int]()
		call := guarded(breaker, func(context.Context) (int, error) {
			c.note()
			if down {
				return 0, errDown
			}
			return 7, nil
		})
		policy := braid.Policy{Attempts: 10, Delay: 100 * ms, Factor: 2, If: whileClosed}

		_, err := braid.Retry(t.Context(), policy, call)
		var ge *braid.GroupError
		if !errors.As(err, &ge) || len(ge.Errors()) != 4 || !errors.Is(ge.Errors()[3], gobreaker.ErrOpenState) {
			t.Errorf("got %v, want three failures and the refusal", err)
		}
		if got := time.Since(c.start); got != 700*ms { // 100, 200 and 400 ms
			t.Errorf("gave up at %v", got)
		}

		time.Sleep(9 * time.Second) // it opened at 300 ms
		if _, err = braid.Retry(t.Context(), policy, call); !errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, errDown) {
			t.Errorf("got %v, want the refusal alone", err)
		}

		down = false
		time.Sleep(time.Second)
		v, err := braid.Retry(t.Context(), policy, call)
		if v != 7 || err != nil || breaker.State() != gobreaker.StateClosed {
			t.Errorf("got %v, %v with the breaker %v", v, err, breaker.State())
		}
		c.want(t, 0, 100*ms, 300*ms, 10_700*ms)
	})
}

func TestACancelIsNoFailureToTheBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		breaker := newBreaker[int]()
		call := guarded(breaker, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		})
		for range 5 {
			err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					_, err := braid.Retry(ctx, braid.Policy{Attempts: 10, If: whileClosed}, call)
					return err
				})
				synctest.Wait()
				g.Cancel()
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
		if counts := breaker.Counts(); breaker.State() != gobreaker.StateClosed || counts.TotalFailures != 0 {
			t.Errorf("the breaker is %v with %+v", breaker.State(), counts)
		}
	})
}
