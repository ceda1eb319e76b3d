package braid_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/braid-go/braid"
)

// This file holds the lesson's four patterns.

// Pattern 1: results by key.
func Example_lessonCollectResults() {
	fetchUser := func(id int) func(context.Context) (string, error) {
		return func(ctx context.Context) (string, error) {
			return fmt.Sprintf("User %d", id), braid.Sleep(ctx, time.Millisecond)
		}
	}

	fetchAllUsers := func(ctx context.Context, userIDs []int) (map[int]string, error) {
		tasks := map[int]*braid.Task[string]{}
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for _, id := range userIDs {
				tasks[id] = braid.Fork(g, fetchUser(id))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		users := map[int]string{}
		for id, task := range tasks {
			users[id] = task.Value()
		}
		return users, nil
	}

	fmt.Println(fetchAllUsers(context.Background(), []int{3, 7, 11}))
	// Output:
	// map[3:User 3 7:User 7 11:User 11] <nil>
}

// Pattern 2: the first success, the others cancelled. The lesson's version
// does not do that: leaving the block joins the other tasks and cancels none
// of them, so it takes as long as the slowest; and if all fail it waits on its
// queue for ever. First does what the lesson says.
func Example_lessonFirstSuccess() {
	asked := make(chan string)
	fetch := func(url string) func(context.Context) (string, error) {
		return func(ctx context.Context) (string, error) {
			switch url {
			case "https://down.example":
				return "", errors.New("connection refused")
			case "https://slow.example":
				asked <- url
				<-ctx.Done() // it would take an hour
				fmt.Println("slow.example: cancelled")
				return "", context.Cause(ctx)
			}
			<-asked // so that the slow one is under way
			return "hello from " + url, nil
		}
	}

	result, err := braid.First(context.Background(), braid.Funcs(
		fetch("https://down.example"),
		fetch("https://slow.example"),
		fetch("https://fast.example"),
	))
	fmt.Println(result, err)

	_, err = braid.First(context.Background(), braid.Funcs(fetch("https://down.example")))
	for _, failure := range braid.Leaves(err) {
		fmt.Println("all failed:", failure)
	}
	// Output:
	// slow.example: cancelled
	// hello from https://fast.example <nil>
	// all failed: connection refused
}

// Pattern 2 in the lesson's shape, with the one line it lacks: Cancel. A
// second result finds the channel full and is dropped.
func Example_lessonFirstSuccessByHand() {
	fetch := func(ctx context.Context, url string) (string, error) {
		if url == "https://fast.example" {
			return "hello from " + url, nil
		}
		<-ctx.Done() // it would take an hour
		return "", context.Cause(ctx)
	}

	firstSuccess := func(ctx context.Context, urls []string) (string, error) {
		results := make(chan string, 1)
		fetchAndReport := func(url string) func(context.Context) error {
			return func(ctx context.Context) error {
				if result, err := fetch(ctx, url); err == nil {
					select {
					case results <- result:
					default:
					}
				}
				return nil // failures are ignored
			}
		}
		return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (string, error) {
			defer g.Cancel() // leaving the block would wait for the others
			for _, url := range urls {
				g.Go(fetchAndReport(url))
			}
			select {
			case result := <-results:
				return result, nil
			case <-ctx.Done():
				return "", context.Cause(ctx)
			}
		})
	}

	fmt.Println(firstSuccess(context.Background(), []string{
		"https://slow.example", "https://slower.example", "https://fast.example",
	}))
	// Output:
	// hello from https://fast.example <nil>
}

// Pattern 3: retry with a timeout for each attempt and a growing pause. Unlike
// the lesson's loop, Retry does not sleep once more after the last attempt.
func Example_lessonRetry() {
	errConnection := errors.New("connection reset")
	attempts := map[string]*atomic.Int32{"a.example": {}, "b.example": {}}
	fetch := func(ctx context.Context, url string) (string, error) {
		if n := attempts[url].Add(1); url == "b.example" && n < 3 {
			return "", errConnection
		}
		return "hello from " + url, nil
	}

	policy := braid.Policy{
		Attempts: 3,
		Timeout:  5 * time.Second,  // of each attempt
		Delay:    time.Millisecond, // the lesson: a second
		Factor:   2,
		If: func(err error) bool {
			_, timedOut := braid.TimedOut(err)
			return timedOut || errors.Is(err, errConnection)
		},
	}
	fetchWithRetry := func(ctx context.Context, url string) (string, error) {
		return braid.Retry(ctx, policy, func(ctx context.Context) (string, error) {
			return fetch(ctx, url)
		})
	}
	fetchAllWithRetry := func(ctx context.Context, urls []string) ([]string, error) {
		return braid.Map(ctx, urls, fetchWithRetry)
	}

	fmt.Println(fetchAllWithRetry(context.Background(), []string{"a.example", "b.example"}))
	fmt.Println(attempts["a.example"].Load(), "attempt for a,", attempts["b.example"].Load(), "for b")
	// Output:
	// [hello from a.example hello from b.example] <nil>
	// 1 attempt for a, 3 for b
}

// Pattern 4: progress. The reporter is a Background task: it is cancelled when
// the work is done, so it needs no condition to stop, and it cannot outlive
// the work if that fails. It shows the last state on its way out, which the
// lesson's does not.
func Example_lessonProgress() {
	type Progress struct {
		total             int
		completed, failed atomic.Int64
	}
	doWork := func(ctx context.Context, item int) (int, error) { return item * item, nil }

	processWithProgress := func(ctx context.Context, items []int, progress *Progress) ([]int, error) {
		return braid.Map(ctx, items, func(ctx context.Context, item int) (int, error) {
			result, err := doWork(ctx, item)
			if err != nil {
				progress.failed.Add(1)
				return 0, err
			}
			progress.completed.Add(1)
			return result, nil
		})
	}

	items := slices.Repeat([]int{1, 2, 3, 4}, 25)
	progress := &Progress{total: len(items)}
	report := func() {
		fmt.Printf("Progress: %d/%d (failed: %d)\n", progress.completed.Load(), progress.total, progress.failed.Load())
	}
	reportProgress := func(ctx context.Context, ready func(struct{})) error {
		defer report()
		report()
		ready(struct{}{})
		for {
			if err := braid.Sleep(ctx, time.Hour); err != nil { // the lesson: a second
				return err
			}
			report()
		}
	}

	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		// Start waits for the first line, so that it says 0 of 100.
		if _, err := braid.Start(ctx, g, reportProgress, braid.Background); err != nil {
			return err
		}
		_, err := processWithProgress(ctx, items, progress)
		return err
	})
	fmt.Println(err)
	// Output:
	// Progress: 0/100 (failed: 0)
	// Progress: 100/100 (failed: 0)
	// <nil>
}
