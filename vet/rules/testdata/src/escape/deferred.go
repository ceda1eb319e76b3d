package escape

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"
)

// What is deferred runs behind the Wait.

type lease interface {
	GiveBack(ctx context.Context) error
	Name() string
}

func underLease(ctx context.Context, l lease) (err error) {
	g, gctx := errgroup.WithContext(ctx)
	defer func() {
		rctx, cancel := context.WithTimeout(gctx, time.Second) // want `gctx belongs to g, and is dead since the Wait in line 27`
		defer cancel()
		err = errors.Join(err, l.GiveBack(rctx))
	}()
	g.Go(func() error { return work(gctx) })
	return g.Wait()
}

func underLeaseDirect(ctx context.Context, l lease) error {
	g, ctx := errgroup.WithContext(ctx)
	defer l.GiveBack(ctx) // want `ctx belongs to g, and is dead since the Wait in line 34`
	g.Go(func() error { return work(ctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return nil
}

// The literal finds what the variable holds at the end.
func underLeaseBefore(ctx context.Context, l lease) error {
	defer func() {
		_ = l.GiveBack(ctx) // want `ctx belongs to g, and is dead since the Wait in line 47`
	}()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) })
	return g.Wait()
}

func joinedLast(ctx context.Context, l lease) (err error) {
	g, gctx := errgroup.WithContext(ctx)
	defer l.GiveBack(gctx) // want `gctx belongs to g, and is dead since the Wait in line 53`
	defer func() { err = errors.Join(err, g.Wait()) }()
	g.Go(func() error { return work(gctx) })
	return l.GiveBack(gctx)
}

func joinedInside(ctx context.Context, l lease) (err error) {
	g, gctx := errgroup.WithContext(ctx)
	defer func() {
		err = g.Wait()
		err = errors.Join(err, l.GiveBack(gctx)) // want `gctx belongs to g, and is dead since the Wait in line 61`
	}()
	g.Go(func() error { return work(gctx) })
	return nil
}

// Left alone.

func underLeaseOK(ctx context.Context, l lease) (err error) {
	defer l.GiveBack(ctx)
	g, ctx := errgroup.WithContext(ctx)
	defer slog.InfoContext(ctx, "done", "lease", l.Name())
	defer func() {
		if ctx.Err() == nil {
			_ = l.GiveBack(ctx)
		}
	}()
	defer func() { _ = l.GiveBack(context.WithoutCancel(ctx)) }()
	g.Go(func() error { return work(ctx) })
	return g.Wait()
}

// It runs before the Wait, which was deferred first.
func joinedFirst(ctx context.Context, l lease) (err error) {
	g, gctx := errgroup.WithContext(ctx)
	defer func() { err = errors.Join(err, g.Wait()) }()
	defer l.GiveBack(gctx)
	g.Go(func() error { return work(gctx) })
	return nil
}

// It is on a way that does not come by the Wait.
func notJoined(ctx context.Context, l lease, skip bool) error {
	g, gctx := errgroup.WithContext(ctx)
	if skip {
		defer l.GiveBack(gctx)
		return nil
	}
	g.Go(func() error { return work(gctx) })
	return g.Wait()
}

func setAgain(ctx context.Context, l lease) error {
	outer := ctx
	defer func() { _ = l.GiveBack(ctx) }()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) })
	err := g.Wait()
	ctx = outer
	return err
}

func inTask(ctx context.Context, l lease) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer l.GiveBack(gctx)
		return work(gctx)
	})
	return g.Wait()
}
