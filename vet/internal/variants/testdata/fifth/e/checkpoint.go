package e

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// want-rule (e): ctx is that of the group, which Wait has cancelled by the time the checkpoint is recorded with it
func (e *Engine) Checkpoint(ctx context.Context) (cp Checkpoint, err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		cp.Pages, err = e.flushPages(ctx)
		return err
	})
	g.Go(func() error { return e.syncLog(ctx) })
	if err := g.Wait(); err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	cp.At = time.Now()
	return cp, e.record(ctx, cp)
}

// fine: the group's context has a name of its own, and the record is made with the caller's
func (e *Engine) CheckpointOK(ctx context.Context) (cp Checkpoint, err error) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		cp.Pages, err = e.flushPages(gctx)
		return err
	})
	g.Go(func() error { return e.syncLog(gctx) })
	if err := g.Wait(); err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	cp.At = time.Now()
	return cp, e.record(ctx, cp)
}
