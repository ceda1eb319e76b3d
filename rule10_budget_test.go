package braid_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file shows how much all calls of Retry may try again together (rule 10.5).

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

func TestRule10_5_TheBudgetIsNotNamedWhereThereWasNoTimeForAnotherAttempt(t *testing.T) {
	p := braid.Policy{Delay: time.Hour, MaxElapsed: time.Second, Budget: braid.NewBudget(1, 0)}
	_, err := braid.Retry(t.Context(), p, func(context.Context) (int, error) { return 0, errOne })
	wantFailures(t, err, errOne)
}

func TestRule10_5_ASuccessGivesBackToTheBudgetAlsoAfterARetry(t *testing.T) {
	budget := braid.NewBudget(4, 1) // each retry that helps costs nothing
	for range 20 {
		n := 0
		_, err := braid.Retry(t.Context(), braid.Policy{Budget: budget}, func(context.Context) (int, error) {
			if n++; n == 1 {
				return 0, errOne
			}
			return 1, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
