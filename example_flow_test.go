package braid_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/braid-go/braid"
)

// quota is a Limiter; in a program it would be a *rate.Limiter of
// golang.org/x/time/rate.
type quota struct{ left atomic.Int64 }

func (q *quota) Wait(ctx context.Context) error {
	if q.left.Add(-1) < 0 {
		return errors.New("the quota is used up")
	}
	return nil
}

func ExampleRate() {
	var q quota
	q.left.Store(2)
	search := func(ctx context.Context, word string) (int, error) { return len(word), nil }
	found, err := braid.Map(context.Background(), []string{"a", "bc"}, search, braid.Rate(&q), braid.Limit(1))
	fmt.Println(found, err)
	_, err = braid.Map(context.Background(), []string{"def"}, search, braid.Rate(&q))
	fmt.Println(err)
	// Output:
	// [1 2] <nil>
	// ExampleRate.func1[0]: the quota is used up
}

func ExampleLimiter() {
	var limiter braid.Limiter = new(quota)
	fmt.Println(limiter.Wait(context.Background()))
	// Output: the quota is used up
}

// counter is a Tracker; *progress.Progress of package progress is a better one.
type counter struct{ left, failed atomic.Int64 }

func (m *counter) Added(n int) { m.left.Add(int64(n)) }

func (m *counter) Ended(s braid.State, n int) {
	m.left.Add(int64(-n))
	if s == braid.Failed {
		m.failed.Add(int64(n))
	}
}

func ExampleTrack() {
	var m counter
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return nil })
		g.Go(func(context.Context) error { return fmt.Errorf("broken") })
		fmt.Println("tasks:", 2)
		return nil
	}, braid.Track(&m), braid.Supervised)
	fmt.Println("left:", m.left.Load(), "failed:", m.failed.Load())
	// Output:
	// tasks: 2
	// left: 0 failed: 1
}

func ExampleTracker() {
	var m counter
	var tracker braid.Tracker = &m
	tracker.Added(3)
	tracker.Ended(braid.Succeeded, 2)
	fmt.Println("left:", m.left.Load())
	// Output: left: 1
}

// A FlowOption serves groups and streams alike; one limiter may serve both.
func ExampleFlowOption() {
	flow := []braid.FlowOption{braid.Limit(4)}
	squares, err := braid.Map(context.Background(), []int{1, 2, 3}, func(_ context.Context, n int) (int, error) {
		return n * n, nil
	}, flow[0])
	fmt.Println(squares, err)
	// Output: [1 4 9] <nil>
}

// Limit is a StreamOption as well as a GroupOption.
func ExampleStreamOption() {
	var _ braid.StreamOption = braid.Limit(8)
	var _ braid.StreamOption = braid.Name("pages")
	fmt.Println("see package stream")
	// Output: see package stream
}
