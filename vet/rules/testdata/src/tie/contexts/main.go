// Groups whose tasks heed a context that is none of theirs, or none at all. What becomes of them is
// clean: nothing cuts the new groups short, so their own contexts are none to heed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

func main() {
	ctx := context.Background()
	fmt.Println(heeds(ctx, []int{1, 2}))
	fmt.Println(waits())
	fmt.Println(errors.Is(goesOn(ctx), io.EOF))
	fmt.Println((&object{ctx}).field(ctx))
	fmt.Println(derived(ctx))
	fmt.Println(errors.Is(beside(ctx), io.EOF))
}

func add(ctx context.Context, sum *atomic.Int64, n int) error {
	sum.Add(int64(n))
	return ctx.Err()
}

// No task fails.
func heeds(ctx context.Context, in []int) int64 {
	var sum atomic.Int64
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for _, n := range in {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if add(ctx, &sum, n) != nil {
				return
			}
			_ = add(ctx, &sum, 2*n)
		}()
	}
	_ = add(ctx, &sum, 100)
	wg.Wait()
	return sum.Load()
}

// There is no context to heed, and afterwards there is none either.
func waits() int {
	ready := make(chan int, 1)
	got := 0
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Add(2)
	go func() {
		defer wg.Done()
		time.Sleep(20 * time.Millisecond)
		ready <- 1
	}()
	go func() {
		defer wg.Done()
		got = <-ready
		_, _ = http.Get("http://[::1]:0/")
	}()
	wg.Wait()
	return got
}

// A task that fails ends no sibling.
func goesOn(ctx context.Context) error {
	var sum atomic.Int64
	var g errgroup.Group // want `this errgroup and its tasks are braid.Run`
	g.Go(func() error { return io.EOF })
	g.Go(func() error {
		return add(ctx, &sum, 1)
	})
	return g.Wait()
}

type object struct{ ctx context.Context }

func (o *object) field(ctx context.Context) int64 {
	var sum atomic.Int64
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Add(1)
	go func() {
		defer wg.Done()
		_ = add(o.ctx, &sum, 1)
	}()
	_ = add(ctx, &sum, 1)
	wg.Wait()
	return sum.Load()
}

// The context has a time limit of its own.
func derived(ctx context.Context) int64 {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var sum atomic.Int64
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Add(1)
	go func() {
		defer wg.Done()
		time.Sleep(20 * time.Millisecond)
		_ = add(ctx, &sum, 1)
	}()
	_ = add(ctx, &sum, 1)
	wg.Wait()
	return sum.Load()
}

// The error comes over a channel, and does not end what is done meanwhile.
func beside(ctx context.Context) error {
	var sum atomic.Int64
	done := make(chan error, 1)
	go func() { // want `a goroutine that is waited for over a channel is a task of braid.Run`
		done <- io.EOF
	}()
	_ = add(ctx, &sum, 1)
	return <-done
}
