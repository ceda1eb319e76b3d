package braid_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/braid-go/braid"
)

// This file is the second part of docs/patterns.md: races, retries, hedges.

func Example_patternsFirst() {
	mirror := func(name string, err error) func(context.Context) (string, error) {
		return func(ctx context.Context) (string, error) { return name, err }
	}
	down := errors.New("connection refused")
	ctx := context.Background()

	name, err := braid.First(ctx, braid.Funcs(mirror("berlin", down), mirror("paris", nil)))
	fmt.Println(name, err)

	// One after the other: a chain of fallbacks.
	name, err = braid.First(ctx, braid.Funcs(mirror("cache", down), mirror("disk", nil), mirror("net", nil)), braid.Limit(1))
	fmt.Println(name, err)
	// Output:
	// paris <nil>
	// disk <nil>
}

func Example_patternsQuorum() {
	write := func(replica string, err error) func(context.Context) (string, error) {
		return func(ctx context.Context) (string, error) { return replica, err }
	}
	full := errors.New("disk full")
	ctx := context.Background()
	fmt.Println(braid.Quorum(ctx, 2, braid.Funcs(write("a", nil), write("b", full), write("c", nil))))

	_, err := braid.Quorum(ctx, 2, braid.Funcs(write("a", full), write("b", full), write("c", nil)), braid.Limit(1))
	fmt.Println(errors.Is(err, full))
	// Output:
	// [a c] <nil>
	// true
}

func Example_patternsRetry() {
	policy := braid.Policy{
		Attempts: 4,
		Delay:    time.Millisecond, // then 2 ms, 4 ms
		Factor:   2,
		Jitter:   braid.FullJitter,
		Timeout:  time.Second, // of each attempt
	}
	fetch := func(ctx context.Context) (string, error) {
		if n := braid.AttemptNumber(ctx); n < 3 {
			return "", fmt.Errorf("server is busy (attempt %d)", n)
		}
		return "the page", nil
	}
	fmt.Println(braid.Retry(context.Background(), policy, fetch))

	_, err := braid.Retry(context.Background(), policy, func(ctx context.Context) (string, error) {
		return "", braid.Permanent(errors.New("no such page"))
	})
	fmt.Println(err)
	// Output:
	// the page <nil>
	// attempt 1: no such page
}

func Example_patternsRetryBudget() {
	// Shared by all calls to one server: when it fails as a whole, retries stop
	// instead of keeping it down.
	policy := braid.Policy{Attempts: 3, Budget: braid.NewBudget(4, 0.1)}
	down := func(context.Context) (int, error) { return 0, errors.New("down") }
	calls := 0
	for range 10 {
		_, err := braid.Retry(context.Background(), policy, func(ctx context.Context) (int, error) { calls++; return down(ctx) })
		if errors.Is(err, braid.ErrBudget) && calls == 2 {
			fmt.Println("the budget is used up")
		}
	}
	fmt.Println(calls, "calls instead of 30")
	// Output:
	// the budget is used up
	// 11 calls instead of 30
}

func Example_patternsHedge() {
	read := func(ctx context.Context) (string, error) {
		if braid.AttemptNumber(ctx) == 1 { // stuck behind somebody else's big query
			<-ctx.Done()
			return "", ctx.Err()
		}
		return "the row", nil
	}
	fmt.Println(braid.Hedge(context.Background(), 2, 10*time.Millisecond, read))
	// Output: the row <nil>
}
