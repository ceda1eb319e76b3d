package g

import (
	"context"
	"fmt"
	"log/slog"

	"golang.org/x/sync/errgroup"
)

// want-rule (g): the group's error is only logged, the index is sealed and success reported over missing documents
func (ix *Indexer) Rebuild(ctx context.Context, docs []string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for _, d := range docs {
		g.Go(func() error {
			return ix.index(gctx, d)
		})
	}
	if err := g.Wait(); err != nil {
		slog.ErrorContext(ctx, "index documents", "err", err)
	}
	return ix.seal(ctx)
}

// fine: nothing is sealed if a document failed, and the error is returned
func (ix *Indexer) RebuildOK(ctx context.Context, docs []string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for _, d := range docs {
		g.Go(func() error {
			return ix.index(gctx, d)
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("index documents: %w", err)
	}
	return ix.seal(ctx)
}

// want-rule (g): the error of Wait goes to blank although the tasks return theirs
func (ix *Indexer) IndexEach(ctx context.Context, docs []string) error {
	var g errgroup.Group
	g.SetLimit(16)
	for _, d := range docs {
		g.Go(func() error {
			if err := ix.index(ctx, d); err != nil {
				return fmt.Errorf("index %s: %w", d, err)
			}
			return nil
		})
	}
	_ = g.Wait()
	return ctx.Err()
}

// fine: the tasks return only nil and keep their errors in a slice, so that Wait has none to give
func (ix *Indexer) IndexEachOK(ctx context.Context, docs []string) ([]error, error) {
	errs := make([]error, len(docs))
	var g errgroup.Group
	g.SetLimit(16)
	for i, d := range docs {
		g.Go(func() error {
			if err := ix.index(ctx, d); err != nil {
				errs[i] = fmt.Errorf("index %s: %w", d, err)
			}
			return nil
		})
	}
	_ = g.Wait() // never fails: each document's error is in errs
	return errs, ctx.Err()
}

// want-rule (g): the batch's error stays in a variable of the loop's scope and the last batch's decides
func (ix *Indexer) IndexBatches(ctx context.Context, batches [][]string) (err error) {
	for n, batch := range batches {
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(8)
		for _, d := range batch {
			g.Go(func() error { return ix.index(gctx, d) })
		}
		if err := g.Wait(); err == nil {
			slog.DebugContext(ctx, "indexed", "batch", n)
		}
	}
	return err
}

// fine: the first batch that fails ends the loop with its error
func (ix *Indexer) IndexBatchesOK(ctx context.Context, batches [][]string) error {
	for n, batch := range batches {
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(8)
		for _, d := range batch {
			g.Go(func() error { return ix.index(gctx, d) })
		}
		if err := g.Wait(); err != nil {
			return fmt.Errorf("batch %d: %w", n, err)
		}
		slog.DebugContext(ctx, "indexed", "batch", n)
	}
	return nil
}
