package a

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// want-rule (a): a listing that was cancelled (or failed) is reported as a refresh that went well
func (c *Catalog) Refresh(ctx context.Context) error {
	items, err := c.src.List(ctx)
	if err == nil {
		c.mu.Lock()
		c.items = items
		c.mu.Unlock()
	}
	return nil
}

// fine: the error of the listing, a cancellation included, goes to the caller
func (c *Catalog) RefreshOK(ctx context.Context) error {
	items, err := c.src.List(ctx)
	if err == nil {
		c.mu.Lock()
		c.items = items
		c.mu.Unlock()
	}
	return err
}

// want-rule (a): when the context is done the bare return gives the nil that err still has
func (q *Queue) Drain(ctx context.Context, sink Sink) (err error) {
	done := ctx.Done()
	for {
		select {
		case <-done:
			return
		case r, ok := <-q.recs:
			if !ok {
				return nil
			}
			if err = sink(ctx, r); err != nil {
				return err
			}
		}
	}
}

// fine: when the context is done its cause is returned; nil means only that the queue was closed
func (q *Queue) DrainOK(ctx context.Context, sink Sink) (err error) {
	done := ctx.Done()
	for {
		select {
		case <-done:
			err = context.Cause(ctx)
			return
		case r, ok := <-q.recs:
			if !ok {
				return nil
			}
			if err = sink(ctx, r); err != nil {
				return err
			}
		}
	}
}

// want-rule (a): the loop logs a cancellation like any failure, goes through all ids in vain and reports success
func (s *Store) Purge(ctx context.Context, ids []string) (deleted int, err error) {
	// An object that cannot be deleted is found again by the next purge.
	for _, id := range ids {
		switch err := s.src.Delete(ctx, id); {
		case err == nil:
			deleted++
		default:
			slog.WarnContext(ctx, "purge: object left", "id", id, "err", err)
		}
	}
	return deleted, nil
}

// fine: objects that cannot be deleted are skipped as documented, but a cancellation ends the loop and is returned
func (s *Store) PurgeOK(ctx context.Context, ids []string) (deleted int, err error) {
	// An object that cannot be deleted is found again by the next purge.
	for _, id := range ids {
		switch err := s.src.Delete(ctx, id); {
		case err == nil:
			deleted++
		case ctx.Err() != nil:
			return deleted, context.Cause(ctx)
		default:
			slog.WarnContext(ctx, "purge: object left", "id", id, "err", err)
		}
	}
	return deleted, nil
}

// want-rule (a): if any of the joined errors is a cancellation the checkpoint counts as done
func (s *Store) Checkpoint(ctx context.Context) error {
	err := errors.Join(s.flushMem(ctx), s.syncLog(ctx), s.trim(ctx))
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return nil
	default:
		return fmt.Errorf("checkpoint: %w", err)
	}
}

// fine: the joined error is returned whole, a cancellation is only worded differently
func (s *Store) CheckpointOK(ctx context.Context) error {
	err := errors.Join(s.flushMem(ctx), s.syncLog(ctx), s.trim(ctx))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("checkpoint interrupted: %w", err)
	default:
		return fmt.Errorf("checkpoint: %w", err)
	}
}

// want-rule (a): any panic at all is recovered, logged and turned into a nil error
func (s *Store) Compact(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil {
			slog.ErrorContext(ctx, "compact: panic", "panic", r, "stack", string(debug.Stack()))
		}
	}()
	for _, seg := range s.segs {
		if err := seg.Merge(ctx); err != nil {
			return fmt.Errorf("merge %s: %w", seg.Name, err)
		}
	}
	return nil
}

// fine: what was recovered becomes the error of the function
func (s *Store) CompactOK(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("compact: panic: %v\n%s", r, debug.Stack())
		}
	}()
	for _, seg := range s.segs {
		if err := seg.Merge(ctx); err != nil {
			return fmt.Errorf("merge %s: %w", seg.Name, err)
		}
	}
	return nil
}
