package a

import (
	"context"
	"fmt"
)

// want-rule (a): the loop's condition ends it when the context dies, and an index with a hole is reported as complete
func (x *Indexer) Backfill(ctx context.Context, from, to int64) error {
	for off := from; off < to && ctx.Err() == nil; off += x.step {
		end := min(off+x.step, to)
		if err := x.index(ctx, off, end); err != nil {
			return fmt.Errorf("index [%d, %d): %w", off, end, err)
		}
		x.mark(off, end)
	}
	return nil
}

// fine: the dead context is looked at in the loop and is the result
func (x *Indexer) BackfillOK(ctx context.Context, from, to int64) error {
	for off := from; off < to; off += x.step {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("backfill stopped at %d: %w", off, err)
		}
		end := min(off+x.step, to)
		if err := x.index(ctx, off, end); err != nil {
			return fmt.Errorf("index [%d, %d): %w", off, end, err)
		}
		x.mark(off, end)
	}
	return nil
}
