package a

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
)

type indexer struct {
	add func(ctx context.Context, path string) error
}

// want-rule (a): SkipAll makes WalkDir return nil, as if all had been indexed
func (ix *indexer) index(ctx context.Context, root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fs.SkipAll
		default:
		}
		if d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".md" {
			return nil
		}
		return ix.add(ctx, path)
	})
}

// fine: the walk ends with the cancellation; hidden folders are skipped on purpose
func (ix *indexer) indexOK(ctx context.Context, root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		default:
		}
		if d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".md" {
			return nil
		}
		return ix.add(ctx, path)
	})
}

type lister struct {
	hc    *http.Client
	fetch func(ctx context.Context, hc *http.Client, cursor string) (ids []string, next string, err error)
	store func(ctx context.Context, ids []string) error
}

// want-rule (a): the condition of the loop ends it early, and nil comes after it
func (l *lister) syncPages(ctx context.Context) error {
	cursor, page := "start", 0
	for cursor != "" && ctx.Err() == nil {
		ids, next, err := l.fetch(ctx, l.hc, cursor)
		if err != nil {
			return fmt.Errorf("page %d: %w", page, err)
		}
		if err := l.store(ctx, ids); err != nil {
			return fmt.Errorf("page %d: %w", page, err)
		}
		cursor = next
		page++
	}
	return nil
}

// fine: nil only if there are no more pages
func (l *lister) syncPagesOK(ctx context.Context) error {
	cursor, page := "start", 0
	for cursor != "" && ctx.Err() == nil {
		ids, next, err := l.fetch(ctx, l.hc, cursor)
		if err != nil {
			return fmt.Errorf("page %d: %w", page, err)
		}
		if err := l.store(ctx, ids); err != nil {
			return fmt.Errorf("page %d: %w", page, err)
		}
		cursor = next
		page++
	}
	if cursor != "" {
		return context.Cause(ctx)
	}
	return nil
}
