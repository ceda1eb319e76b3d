package i

import (
	"context"
	"errors"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// want-rule (i): the walk starts a task for each file of the tree
func ChecksumTree(ctx context.Context, root string) (map[string]uint32, error) {
	out := sums{m: make(map[string]uint32)}
	g, ctx := errgroup.WithContext(ctx)
	walkErr := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.Type().IsRegular() {
			return ctx.Err()
		}
		g.Go(func() error {
			b, err := readAll(ctx, path)
			if err != nil {
				return err
			}
			out.set(path, crc32.ChecksumIEEE(b))
			return nil
		})
		return nil
	})
	if err := errors.Join(walkErr, g.Wait()); err != nil {
		return nil, err
	}
	return out.m, nil
}

// fine: the walk is held back while every processor has a file
func ChecksumTreeOK(ctx context.Context, root string) (map[string]uint32, error) {
	out := sums{m: make(map[string]uint32)}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	walkErr := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.Type().IsRegular() {
			return ctx.Err()
		}
		g.Go(func() error {
			b, err := readAll(ctx, path)
			if err != nil {
				return err
			}
			out.set(path, crc32.ChecksumIEEE(b))
			return nil
		})
		return nil
	})
	if err := errors.Join(walkErr, g.Wait()); err != nil {
		return nil, err
	}
	return out.m, nil
}
