package escape

import (
	"context"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

type subscription interface{ Unsubscribe() }

type news interface {
	Subscribe(f func(string)) (end func())
	SubscribeCtx(ctx context.Context, f func(string)) (end func())
	OnMessage(f func(string)) (subscription, error)
	Close()
}

// Taken back behind the Wait.

func reads(ctx context.Context, n news, read func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	end := n.Subscribe(func(s string) {
		g.Go(func() error { return read(gctx, s) }) // want `g has ended in line \d+ before this is taken back`
	})
	defer end()
	if err := read(gctx, "first"); err != nil {
		return err
	}
	return g.Wait()
}

func readsAtOnce(ctx context.Context, n news, read func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	defer n.Subscribe(func(s string) {
		g.Go(func() error { return read(gctx, s) }) // want `before this is taken back`
	})()
	return g.Wait()
}

func readsMessages(n news, read func(string) error) error {
	var g errgroup.Group
	sub, err := n.OnMessage(func(s string) {
		g.Go(func() error { return read(s) }) // want `before this is taken back`
	})
	if err != nil {
		return err
	}
	err = g.Wait()
	sub.Unsubscribe()
	return err
}

// Taken back before, by whatever it is, or no subscription.

func readsAndEnds(ctx context.Context, n news, read func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	end := n.Subscribe(func(s string) {
		g.Go(func() error { return read(gctx, s) })
	})
	err := read(gctx, "first")
	end()
	if err != nil {
		return err
	}
	return g.Wait()
}

func readsAndCloses(ctx context.Context, n news, read func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	end := n.Subscribe(func(s string) {
		g.Go(func() error { return read(gctx, s) })
	})
	defer end()
	<-gctx.Done()
	n.Close()
	return g.Wait()
}

func readsWhile(ctx context.Context, n news, read func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	defer n.SubscribeCtx(gctx, func(s string) {
		g.Go(func() error { return read(gctx, s) })
	})()
	return g.Wait()
}

func readsAlive(ctx context.Context, n news, read func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	end := n.Subscribe(func(s string) {
		if gctx.Err() == nil {
			g.Go(func() error { return read(gctx, s) })
		}
	})
	defer end()
	return g.Wait()
}

func readsWhileDeferred(ctx context.Context, n news, read func(context.Context, string) error) (err error) {
	g, gctx := errgroup.WithContext(ctx)
	defer func() { err = g.Wait() }()
	end := n.Subscribe(func(s string) {
		g.Go(func() error { return read(gctx, s) })
	})
	defer end()
	return read(gctx, "first")
}

func walks(ctx context.Context, root string, read func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	err := filepath.Walk(root, func(path string, _ os.FileInfo, err error) error {
		g.Go(func() error { return read(gctx, path) })
		return err
	})
	if err != nil {
		return err
	}
	return g.Wait()
}
