package c

import (
	"context"
	"runtime"
	"sync/atomic"

	"github.com/braid-go/braid"
)

// want-rule (c): spins on a flag
func (h *hub) waitIdle(ctx context.Context) error {
	for h.busy.Load() {
	}
	return try(ctx)
}

// fine: waits for a channel
func (h *hub) waitIdleOK(ctx context.Context) error {
	select {
	case <-h.ready:
		return try(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// want-rule (c): spins with Gosched
func spin(ctx context.Context, n *atomic.Int64, goal int64) error {
	for n.Load() < goal {
		runtime.Gosched()
	}
	return try(ctx)
}

// fine: sleeps between looks
func spinOK(ctx context.Context, n *atomic.Int64, goal int64) error {
	for n.Load() < goal {
		if err := braid.Sleep(ctx, 1000); err != nil {
			return err
		}
	}
	return try(ctx)
}

// want-rule (c): a select with an empty default, in a loop
func (h *hub) pump(ctx context.Context) error {
	for {
		select {
		case e := <-h.in:
			if err := handle(ctx, e); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
	}
}

// fine: the same select blocks
func (h *hub) pumpOK(ctx context.Context) error {
	for {
		select {
		case e := <-h.in:
			if err := handle(ctx, e); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// want-rule (c): default: continue, in a task
func (h *hub) pumpTask(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for ctx.Err() == nil {
				select {
				case e := <-h.in:
					if err := handle(ctx, e); err != nil {
						return err
					}
				default:
					continue
				}
			}
			return ctx.Err()
		})
		return nil
	})
}

// fine: default does a piece of work
func (h *hub) pumpTaskOK(ctx context.Context, step func(context.Context) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for ctx.Err() == nil {
				select {
				case e := <-h.in:
					if err := handle(ctx, e); err != nil {
						return err
					}
				default:
					if err := step(ctx); err != nil {
						return err
					}
				}
			}
			return ctx.Err()
		})
		return nil
	})
}

// want-rule (c): locks, looks, unlocks, and again
func (h *hub) waitClosed(ctx context.Context) error {
	for {
		h.mu.Lock()
		closed := h.closed
		h.mu.Unlock()
		if closed {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// fine: a Cond, woken by the context too
func (h *hub) waitClosedOK(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.cond.Broadcast()
	})
	defer stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	for !h.closed && ctx.Err() == nil {
		h.cond.Wait()
	}
	return ctx.Err()
}
