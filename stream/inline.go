package stream

import (
	"context"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
)

// This file runs stages whose limit is one: on the goroutine of the consumer,
// item by item, without tasks. What panics or calls Goexit there does so where
// the consumer is, as in a loop.

// inline calls do for each item, with its number, until that gives false. It
// gives true if the loop was left.
func inline[T, R any](ctx context.Context, sc *scope, source Stream[T], yield func(R, error) bool, do func(n int, item T) (more, left bool)) {
	defer sc.close()
	var failure error
	complete := true
	n := 0
	prepare(sc.ctx)
	for item, err := range source(sc.ctx) {
		if dead := sc.ctx.Err() != nil; err != nil || dead {
			complete = false
			if err != nil && dead { // it may be no more than the cancellation
				seam.Fail(sc.Group, 0, -1, err)
			} else {
				failure = err
			}
			break
		}
		more, left := do(n, item)
		if left {
			return
		}
		if !more {
			complete = false
			break
		}
		n++
	}
	if err := sc.finish(ctx, complete && sc.ctx.Err() == nil, failure); err != nil {
		fail(yield, err)
	}
}

func mapInline[T, R any](ctx context.Context, sc *scope, cfg *config, source Stream[T], pc uintptr, fn func(context.Context, T) (R, error), yield func(R, error) bool) {
	inline(ctx, sc, source, yield, func(n int, item T) (more, left bool) {
		var out R
		ok := one(sc, cfg, pc, n, func() (err error) {
			out, err = fn(sc.ctx, item)
			return err
		})
		ok = ok && sc.ctx.Err() == nil // what has died meanwhile delivers nothing more
		return ok, ok && !yield(out, nil)
	})
}

func flatInline[T, R any](ctx context.Context, sc *scope, cfg *config, source Stream[T], pc uintptr, fn func(context.Context, T) (Stream[R], error), yield func(R, error) bool) {
	inline(ctx, sc, source, yield, func(n int, item T) (more, left bool) {
		ok := one(sc, cfg, pc, n, func() error {
			s, err := fn(sc.ctx, item)
			if err != nil || s == nil {
				return err
			}
			for v, err := range s(sc.ctx) {
				if err == nil && sc.ctx.Err() != nil {
					err = seam.Outside(sc.ctx)
				}
				if err != nil {
					return err
				}
				if !yield(v, nil) {
					left = true
					return nil
				}
			}
			return nil
		})
		return ok, left
	})
}

// one does item n, and tells the tracker. It reports whether that succeeded.
func one(sc *scope, cfg *config, pc uintptr, n int, do func() error) bool {
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
	err := cfg.pace(sc.ctx)
	if err == nil {
		err = do()
	}
	switch {
	case err == nil:
		state = braid.Succeeded
	case seam.Fail(sc.Group, pc, n, err):
		state = braid.Failed
	default:
		state = braid.Cancelled
	}
	return err == nil
}
