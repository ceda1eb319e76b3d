package b

import (
	"context"
	"fmt"
	"iter"

	"golang.org/x/sync/errgroup"
)

// want-rule (b): every worker leaves at its first failed upload; when all have left, the feeding loop waits for a receiver that will never come
func (s *Syncer) PushChunks(ctx context.Context, chunks iter.Seq[Chunk]) error {
	var g errgroup.Group
	jobs := make(chan Chunk)
	for range s.workers {
		g.Go(func() error {
			for c := range jobs {
				if err := s.remote.Put(ctx, c); err != nil {
					return fmt.Errorf("put chunk %s: %w", c.Hash, err)
				}
			}
			return nil
		})
	}
	var cut error
feed:
	for c := range chunks {
		select {
		case jobs <- c:
		case <-ctx.Done():
			cut = context.Cause(ctx)
			break feed
		}
	}
	close(jobs)
	if err := g.Wait(); err != nil {
		return err
	}
	return cut
}

// fine: the first failure ends the group's context, which the feeding loop listens to
func (s *Syncer) PushChunksOK(ctx context.Context, chunks iter.Seq[Chunk]) error {
	g, gctx := errgroup.WithContext(ctx)
	jobs := make(chan Chunk)
	for range s.workers {
		g.Go(func() error {
			for c := range jobs {
				if err := s.remote.Put(gctx, c); err != nil {
					return fmt.Errorf("put chunk %s: %w", c.Hash, err)
				}
			}
			return nil
		})
	}
	var cut error
feed:
	for c := range chunks {
		select {
		case jobs <- c:
		case <-gctx.Done():
			cut = context.Cause(gctx)
			break feed
		}
	}
	close(jobs)
	if err := g.Wait(); err != nil {
		return err
	}
	return cut
}
