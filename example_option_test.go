package braid_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/braid-go/braid"
)

// This file shows the options.

// Names lead from an error to its place.
func ExampleName() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		for _, table := range []string{"users", "orders"} {
			g.Go(func(ctx context.Context) error {
				if table == "orders" {
					return errors.New("no such table")
				}
				return nil
			}, braid.Name(table))
		}
		return nil
	}, braid.Name("import"))
	fmt.Println(err)
	// Output:
	// import/orders: no such table
}

// A hundred requests, but never more than eight at a time.
func ExampleLimit() {
	var open, most atomic.Int32
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		for range 100 {
			g.Go(func(ctx context.Context) error {
				n := open.Add(1)
				defer open.Add(-1)
				for {
					if m := most.Load(); n <= m || most.CompareAndSwap(m, n) {
						return nil
					}
				}
			})
		}
		return nil
	}, braid.Limit(8))
	fmt.Println("at most eight:", most.Load() <= 8, err)
	// Output:
	// at most eight: true <nil>
}

// A job that needs all the memory there is runs alone.
func ExampleWeight() {
	var running atomic.Int32
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		small := func(ctx context.Context) error {
			defer running.Add(-1)
			running.Add(1)
			return braid.Sleep(ctx, time.Millisecond)
		}
		for range 4 {
			g.Go(small)
		}
		g.Go(func(ctx context.Context) error {
			fmt.Println("others that run:", running.Load())
			return nil
		}, braid.Weight(4))
		for range 4 {
			g.Go(small)
		}
		return nil
	}, braid.Limit(4))
	fmt.Println(err)
	// Output:
	// others that run: 0
	// <nil>
}

// A heartbeat lasts as long as the work and needs nobody to stop it.
func ExampleGroup_Go_background() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		beating := make(chan struct{})
		g.Go(func(ctx context.Context) error {
			close(beating)
			<-ctx.Done()
			fmt.Println("heartbeat ends")
			return context.Cause(ctx)
		}, braid.Background)
		g.Go(func(ctx context.Context) error {
			<-beating
			fmt.Println("work done")
			return nil
		})
		return nil
	})
	fmt.Println(err)
	// Output:
	// work done
	// heartbeat ends
	// <nil>
}

// A message that was taken from a queue must be answered for, also if there is
// no time left to handle it.
func ExampleGroup_Go_always() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		handle := func(message string) {
			g.Go(func(ctx context.Context) error {
				if ctx.Err() != nil {
					fmt.Println(message, "goes back to the queue")
					return nil
				}
				fmt.Println(message, "handled")
				return nil
			}, braid.Always)
		}
		g.Cancel()
		handle("order 17")
		return nil
	})
	fmt.Println(err)
	// Output:
	// order 17 goes back to the queue
	// <nil>
}

// A task that changes its OS thread for good: the thread ends with the task's
// goroutine and never serves another.
func ExampleGroup_Go_ownGoroutine() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			runtime.LockOSThread() // and not unlocked
			// … enter a network namespace …
			return nil
		}, braid.OwnGoroutine)
		return nil
	})
	fmt.Println(err)
	// Output:
	// <nil>
}

// A function of one's own hands options on.
func ExampleGroupOption() {
	lengths := func(words []string, opts ...braid.GroupOption) ([]int, error) {
		return braid.Map(context.Background(), words, func(ctx context.Context, word string) (int, error) {
			return len(word), nil
		}, opts...)
	}
	fmt.Println(lengths([]string{"a", "few", "words"}, braid.Limit(2), braid.Name("lengths")))
	// Output:
	// [1 3 5] <nil>
}

// Options for tasks of one kind, kept together.
func ExampleTaskOption() {
	heavy := []braid.TaskOption{braid.Name("transcode"), braid.Weight(2)}
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return errors.New("no codec") }, heavy...)
		return nil
	}, braid.Limit(2))
	fmt.Println(err)
	// Output:
	// transcode: no codec
}

// A wrapper that names all its time limits.
func ExampleScopeOption() {
	query := func(fn func(context.Context) error, opts ...braid.ScopeOption) error {
		opts = append(opts, braid.Name("query"))
		return braid.Timeout(context.Background(), time.Millisecond, fn, opts...)
	}
	fmt.Println(query(func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) }))
	// Output:
	// timeout "query" after 1ms
}

// A name may stand wherever options may.
func ExampleOption() {
	var name braid.Option = braid.Name("nightly")
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			return braid.Timeout(ctx, time.Millisecond, func(ctx context.Context) error {
				return braid.Sleep(ctx, time.Hour)
			}, name)
		}, name)
		return nil
	}, name)
	fmt.Println(err)
	// Output:
	// nightly/nightly: timeout "nightly" after 1ms
}
