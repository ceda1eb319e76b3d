// Files of a folder.

package unbounded

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

func inFolder(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var g errgroup.Group
	for _, f := range files {
		g.Go(func() error { return work(f.Name()) }) // want `a goroutine for each file of a folder`
	}
	return g.Wait()
}

func matching(pattern string) error {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, name := range names {
		wg.Go(func() { _ = work(name) }) // want `a goroutine for each file of a folder`
	}
	return nil
}

func eachFile(ctx context.Context, fsys fs.FS) error {
	files, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return err
	}
	return braid.Each(ctx, files, func(ctx context.Context, f fs.DirEntry) error { return byID(ctx, f.Name()) }) // want `a task for each file of a folder`
}

func inOpenFolder(dir *os.File) error {
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		go work(name) // want `a goroutine for each file of a folder`
	}
	return nil
}

// Not more than so many, one after the other, or with a limit.

func firstFew(dir *os.File) error {
	names, err := dir.Readdirnames(10)
	if err != nil {
		return err
	}
	for _, name := range names {
		go work(name)
	}
	return nil
}

func refusesMany(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil || len(files) > 10 {
		return err
	}
	for _, f := range files {
		go work(f.Name())
	}
	return nil
}

func inFolderLimited(ctx context.Context, dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var g errgroup.Group
	g.SetLimit(4)
	for _, f := range files {
		g.Go(func() error { return work(f.Name()) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return braid.Each(ctx, files, func(ctx context.Context, f fs.DirEntry) error { return byID(ctx, f.Name()) }, braid.Limit(4))
}

func inTurn(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		var g errgroup.Group
		g.Go(func() error { return work(f.Name()) })
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

func inFolderSlots(ctx context.Context, dir string, sem *semaphore.Weighted) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var g errgroup.Group
	for _, f := range files {
		g.Go(func() error {
			if err := sem.Acquire(ctx, 1); err != nil {
				return err
			}
			defer sem.Release(1)
			return work(f.Name())
		})
	}
	return g.Wait()
}

func devices() error {
	names, err := filepath.Glob("/dev/sd*")
	if err != nil {
		return err
	}
	for _, name := range names {
		go work(name)
	}
	return nil
}
