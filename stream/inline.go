package stream

import (
	"context"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
)

// This file runs a stage whose limit is one: on the goroutine of the consumer,
// item by item, without tasks. What panics or calls Goexit there does so where
// the consumer is, as in a loop.

func inline[T, R any](ctx context.Context, sc *scope, cfg *config, source Stream[T], pc uintptr, fn func(context.Context, T) (R, error), yield func(R, error) bool) {
	defer sc.close()
	var failure error
	complete := true
	n := 0
	for item, err := range source(sc.ctx) {
		if complete = err == nil && sc.ctx.Err() == nil; !complete {
			if err != nil && sc.ctx.Err() != nil {
				seam.Fail(sc.Group, pc, -1, err)
				err = nil
			}
			failure = err
			break
		}
		out, ok := one(sc, cfg, pc, fn, n, item)
		if complete = ok; !ok {
			break
		}
		n++
		if !yield(out, nil) {
			return
		}
	}
	if err := sc.finish(ctx, complete && sc.ctx.Err() == nil, failure); err != nil {
		fail(yield, err)
	}
}

// one calls fn on item n, and tells the tracker. It reports whether fn
// succeeded.
func one[T, R any](sc *scope, cfg *config, pc uintptr, fn func(context.Context, T) (R, error), n int, item T) (out R, ok bool) {
	state := braid.Exited
	if t := cfg.track; t != nil {
		t.Added(1)
		defer func() {
			if state == braid.Exited && seam.Panicking() {
				state = braid.Panicked
			}
			t.Ended(state, 1)
		}()
	}
	var err error
	if cfg.Rate != nil {
		err = cfg.Rate.Wait(sc.ctx)
	}
	if err == nil {
		out, err = fn(sc.ctx, item)
	}
	switch {
	case err == nil:
		state = braid.Succeeded
	case seam.Fail(sc.Group, pc, n, err):
		state = braid.Failed
	default:
		state = braid.Cancelled
	}
	return out, err == nil
}
