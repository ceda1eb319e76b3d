// Package keeps has functions that hand their context to a goroutine, and count.
package keeps

import (
	"context"
	"sync"
)

// Monitor watches until the context ends.
func Monitor(ctx context.Context, tick func()) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		for ctx.Err() == nil {
			tick()
		}
	}()
}

// Through does so by another function.
func Through(tick func(), ctx context.Context) { Monitor(ctx, tick) }

// Both waits for what it starts.
func Both(ctx context.Context, do func(context.Context)) {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Add(1)
	go func() {
		defer wg.Done()
		do(ctx)
	}()
}

// Count does no more than to count.
func Count(name string, wg *sync.WaitGroup, do func()) {
	wg.Add(1)
	go func() {
		defer wg.Done()
		do()
	}()
}

// Join waits.
func Join(wg *sync.WaitGroup) { wg.Wait() }

// Ask gives the answer when it is there.
func Ask(query func() error) chan error {
	ch := make(chan error)
	go func() { ch <- query() }()
	return ch
}

// AskWithRoom gives it too, and does not wait for whoever asked.
func AskWithRoom(query func() error) <-chan error {
	ch := make(chan error, 1)
	go func() { ch <- query() }()
	return ch
}

// Ticks ends with the context.
func Ticks(ctx context.Context) chan int {
	ch := make(chan int)
	go func() {
		select {
		case ch <- 1:
		case <-ctx.Done():
		}
	}()
	return ch
}
