package e

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/sourcegraph/conc/pool"
)

// want-rule (e): the second round is handed to a pool that has been waited for and is closed
func (b *Broadcaster) Broadcast(ctx context.Context, targets []Target, msg []byte) error {
	var mu sync.Mutex
	var failed []Target
	p := pool.New().WithErrors().WithMaxGoroutines(b.width)
	for _, t := range targets {
		p.Go(func() error {
			err := t.Send(ctx, msg)
			if err != nil {
				mu.Lock()
				failed = append(failed, t)
				mu.Unlock()
			}
			return err
		})
	}
	first := p.Wait()
	if ctx.Err() != nil {
		return errors.Join(first, context.Cause(ctx))
	}
	for _, t := range failed {
		p.Go(func() error { return t.Send(ctx, msg) })
	}
	if err := p.Wait(); err != nil {
		return fmt.Errorf("again: %w, after: %w", err, first)
	}
	return nil
}

// fine: the second round has a pool of its own
func (b *Broadcaster) BroadcastOK(ctx context.Context, targets []Target, msg []byte) error {
	var mu sync.Mutex
	var failed []Target
	p := pool.New().WithErrors().WithMaxGoroutines(b.width)
	for _, t := range targets {
		p.Go(func() error {
			err := t.Send(ctx, msg)
			if err != nil {
				mu.Lock()
				failed = append(failed, t)
				mu.Unlock()
			}
			return err
		})
	}
	first := p.Wait()
	if ctx.Err() != nil {
		return errors.Join(first, context.Cause(ctx))
	}
	p = pool.New().WithErrors().WithMaxGoroutines(b.width)
	for _, t := range failed {
		p.Go(func() error { return t.Send(ctx, msg) })
	}
	if err := p.Wait(); err != nil {
		return fmt.Errorf("again: %w, after: %w", err, first)
	}
	return nil
}
