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
