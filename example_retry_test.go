package braid_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/braid-go/braid"
)

// This file shows what there is around Retry: what an error can say, what can
// be bounded and what can be seen.

// A wrong password does not get better by trying again.
func ExamplePermanent() {
	attempts := 0
	login := func(ctx context.Context) (string, error) {
		attempts++
		return "", braid.Permanent(errors.New("wrong password"))
	}
	_, err := braid.Retry(context.Background(), braid.Policy{Attempts: 5}, login)
	fmt.Println(err, "after", attempts)
	// Output:
	// attempt 1: wrong password after 1
}

// The server says when to come back, and is obeyed.
func ExampleRetryAfter() {
	fetch := func(ctx context.Context) (string, error) {
		if braid.AttemptNumber(ctx) == 1 {
			return "", braid.RetryAfter(errors.New("429 too many requests"), 20*time.Millisecond)
		}
		return "page", nil
	}
	policy := braid.Policy{Delay: time.Hour, Observe: func(a braid.Attempt) {
		fmt.Printf("%v; again in %v\n", a.Err, a.Delay)
	}}
	fmt.Println(braid.Retry(context.Background(), policy, fetch))
	// Output:
	// 429 too many requests; again in 20ms
	// page <nil>
}

// The second attempt asks another replica.
func ExampleAttemptNumber() {
	replicas := []string{"eu-1", "eu-2", "us-1"}
	read := func(ctx context.Context) (string, error) {
		replica := replicas[braid.AttemptNumber(ctx)-1]
		if replica == "eu-1" {
			return "", errors.New(replica + " is down")
		}
		return "read from " + replica, nil
	}
	fmt.Println(braid.Retry(context.Background(), braid.Policy{Attempts: len(replicas)}, read))
	fmt.Println(braid.AttemptNumber(context.Background()))
	// Output:
	// read from eu-2 <nil>
	// 1
}

// What is tried again, and why, goes to a log.
func ExampleAttempt() {
	policy := braid.Policy{Delay: time.Millisecond, Factor: 2, Observe: func(a braid.Attempt) {
		if a.Last {
			fmt.Printf("attempt %d: %v, giving up\n", a.Number, a.Err)
		} else {
			fmt.Printf("attempt %d: %v, next in %v\n", a.Number, a.Err, a.Delay)
		}
	}}
	_, _ = braid.Retry(context.Background(), policy, func(ctx context.Context) (string, error) {
		return "", errors.New("connection refused")
	})
	// Output:
	// attempt 1: connection refused, next in 1ms
	// attempt 2: connection refused, next in 2ms
	// attempt 3: connection refused, giving up
}

// A server is down for a while. All calls share a budget: after the first few
// they do not retry any more, and the server gets less work instead of three
// times as much.
func ExampleBudget() {
	policy := braid.Policy{Attempts: 3, Budget: braid.NewBudget(10, 0.1)}
	attempts := 0
	for range 100 {
		_, _ = braid.Retry(context.Background(), policy, func(ctx context.Context) (string, error) {
			attempts++
			return "", errors.New("overloaded")
		})
	}
	fmt.Println(attempts, "attempts for 100 calls")
	// Output:
	// 103 attempts for 100 calls
}

// Two failures out of a budget of four, and half of it is gone.
func ExampleNewBudget() {
	policy := braid.Policy{Attempts: math.MaxInt, Budget: braid.NewBudget(4, 0.5)}
	_, err := braid.Retry(context.Background(), policy, func(ctx context.Context) (string, error) {
		return "", errors.New("overloaded")
	})
	fmt.Println(errors.Is(err, braid.ErrBudget))
	fmt.Println(err)
	// Output:
	// true
	// 3 errors: attempt 1: overloaded; attempt 2: overloaded; braid: the budget for retries is used up
}

// Clients that lost the same server do not come back all at the same time. Here
// the chance is always one half, so that the delays can be shown.
func ExampleJitter() {
	show := func(name string, jitter braid.Jitter) {
		fmt.Print(name, ":")
		policy := braid.Policy{
			Attempts: 4, Delay: 8 * time.Millisecond, Factor: 2, Jitter: jitter,
			Rand:    func() float64 { return 0.5 },
			Observe: func(a braid.Attempt) { fmt.Print(" ", a.Delay) },
		}
		_, _ = braid.Retry(context.Background(), policy, func(ctx context.Context) (string, error) {
			return "", errors.New("connection refused")
		})
		fmt.Println()
	}
	show("none", braid.NoJitter)
	show("full", braid.FullJitter)
	show("equal", braid.EqualJitter)
	show("decorrelated", braid.DecorrelatedJitter)
	// Output:
	// none: 8ms 16ms 32ms 0s
	// full: 4ms 8ms 16ms 0s
	// equal: 6ms 12ms 24ms 0s
	// decorrelated: 12ms 16ms 20ms 0s
}

// One replica is slow today. After 5 ms another is asked as well, and whichever
// answers first is good enough.
func ExampleHedge() {
	read := func(ctx context.Context) (string, error) {
		replica := braid.AttemptNumber(ctx)
		if replica == 1 {
			return "", braid.Sleep(ctx, time.Hour) // is cancelled, and waited for
		}
		return fmt.Sprintf("read from replica %d", replica), nil
	}
	fmt.Println(braid.Hedge(context.Background(), 3, 5*time.Millisecond, read))
	// Output:
	// read from replica 2 <nil>
}
