package b

import (
	"context"
	"fmt"
	"sync"
)

// want-rule (b): when no lease can be had it returns without waiting for the heartbeat that it started
func (a *Agent) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() { a.heartbeat(ctx) })
	lease, err := a.acquire(ctx)
	if err != nil {
		return fmt.Errorf("acquire lease: %w", err)
	}
	wg.Go(func() { a.renew(ctx, lease) })
	err = a.process(ctx, lease)
	cancel()
	wg.Wait()
	return err
}

// fine: the deferred calls cancel first and wait then, on every way out
func (a *Agent) RunOK(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wg.Go(func() { a.heartbeat(ctx) })
	lease, err := a.acquire(ctx)
	if err != nil {
		return fmt.Errorf("acquire lease: %w", err)
	}
	wg.Go(func() { a.renew(ctx, lease) })
	return a.process(ctx, lease)
}
