package g

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sync/errgroup"
)

// want-rule (g): the deferred Wait joins the tasks and drops what they failed with
func ImportFiles(ctx context.Context, idx Index, names []string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	defer g.Wait()
	for _, name := range names {
		st, err := os.Stat(name)
		if err != nil {
			return err
		}
		if st.IsDir() {
			continue
		}
		g.Go(func() error { return idx.AddFile(ctx, name) })
	}
	return nil
}

// fine: the deferred Wait adds the tasks' error to the named result
func ImportFilesOK(ctx context.Context, idx Index, names []string) (err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	defer func() { err = errors.Join(err, g.Wait()) }()
	for _, name := range names {
		st, err := os.Stat(name)
		if err != nil {
			return err
		}
		if st.IsDir() {
			continue
		}
		g.Go(func() error { return idx.AddFile(ctx, name) })
	}
	return nil
}

// want-rule (g): the inner err shadows the one that is returned, and the wrapped failure is lost
func Reindex(ctx context.Context, idx Index, dir string, names []string) error {
	err := os.MkdirAll(dir, 0o755)
	if err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, name := range names {
		g.Go(func() error { return idx.AddFile(gctx, name) })
	}
	if err := g.Wait(); err != nil {
		err = fmt.Errorf("reindex %s: %w", dir, err)
	}
	return err
}

// fine: the one err of the function is wrapped and returned
func ReindexOK(ctx context.Context, idx Index, dir string, names []string) error {
	err := os.MkdirAll(dir, 0o755)
	if err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, name := range names {
		g.Go(func() error { return idx.AddFile(gctx, name) })
	}
	if err = g.Wait(); err != nil {
		err = fmt.Errorf("reindex %s: %w", dir, err)
	}
	return err
}

// want-rule (g): the error of the group is overwritten by that of the clean-up before anybody reads it
func ImportStaged(ctx context.Context, idx Index, staging string, names []string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, name := range names {
		g.Go(func() error { return idx.AddFile(gctx, name) })
	}
	err := g.Wait()
	err = removeTemp(ctx, staging)
	if err != nil {
		return fmt.Errorf("remove %s: %w", staging, err)
	}
	return nil
}

// fine: both errors are joined
func ImportStagedOK(ctx context.Context, idx Index, staging string, names []string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, name := range names {
		g.Go(func() error { return idx.AddFile(gctx, name) })
	}
	err := g.Wait()
	if rerr := removeTemp(ctx, staging); rerr != nil {
		err = errors.Join(err, fmt.Errorf("remove %s: %w", staging, rerr))
	}
	return err
}
