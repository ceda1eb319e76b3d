package a

import (
	"context"
	"fmt"
)

// want-rule (a): the deferred function wipes the error whenever the context is dead
func (r *Replicator) CatchUp(ctx context.Context, from, to uint64) (last uint64, err error) {
	defer func() {
		if ctx.Err() != nil {
			err = nil
		}
	}()
	last = from
	for last < to {
		e, err := r.log.Next(ctx, last)
		if err != nil {
			return last, err
		}
		if err := r.apply(ctx, e); err != nil {
			return last, fmt.Errorf("apply entry %d: %w", e.Index, err)
		}
		last = e.Index
	}
	return last, nil
}

// fine: the deferred function adds where it was, and keeps the error
func (r *Replicator) CatchUpOK(ctx context.Context, from, to uint64) (last uint64, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("catch up, at %d of %d: %w", last, to, err)
		}
	}()
	last = from
	for last < to {
		e, err := r.log.Next(ctx, last)
		if err != nil {
			return last, err
		}
		if err := r.apply(ctx, e); err != nil {
			return last, fmt.Errorf("apply entry %d: %w", e.Index, err)
		}
		last = e.Index
	}
	return last, nil
}
