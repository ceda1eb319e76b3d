// What does no more with a context than to ask it for values.

package wrongctx

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

type key struct{}

type counts struct{ errors int }

func countsOf(ctx context.Context) *counts { c, _ := ctx.Value(key{}).(*counts); return c }

func countError(ctx context.Context, err error) error {
	if c := countsOf(ctx); c != nil && err != nil {
		c.errors++
	}
	return err
}

func Debugf(ctx context.Context, text string, args ...any) {}

func counted(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		Debugf(ctx, "at work")
		return countError(ctx, do(gctx))
	})
	g.Go(func() error {
		time.Sleep(time.Second)
		return do(ctx) // want `this task's group cancels another context`
	})
	return g.Wait()
}

type conn struct{}

func (*conn) closed() bool { return false }

func drain(ctx context.Context, pool []*conn) error {
	g, _ := errgroup.WithContext(ctx)
	for _, c := range pool {
		g.Go(func() error {
			if !c.closed() {
				return nil
			}
			return nil
		})
	}
	return g.Wait()
}

func listen(ctx context.Context, in []chan int) error {
	g, _ := errgroup.WithContext(ctx) // want `the group's context is dropped`
	for _, ch := range in {
		g.Go(func() error {
			if <-ch < 0 {
				return context.Canceled
			}
			return nil
		})
	}
	return g.Wait()
}

// A context of its own, for what outlives the tasks.

func status(ctx context.Context, follow func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	statusCtx, cancel := context.WithCancel(context.Background())
	g.Go(func() error { return follow(statusCtx) })
	g.Go(func() error {
		defer time.AfterFunc(time.Second, cancel)
		return do(ctx)
	})
	return g.Wait()
}

// Two contexts, one for the end.

func serves(run func(context.Context) error, shutdown func(context.Context) error) error {
	serveCtx, stop := context.WithCancel(context.Background())
	defer stop()
	ctx, cancel := context.WithCancel(serveCtx)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return run(serveCtx) })
	g.Go(func() error {
		<-ctx.Done()
		return nil
	})
	return g.Wait()
}

func shutsDown(outer context.Context, shutdown func(context.Context) error) error {
	g, ctx := errgroup.WithContext(outer)
	g.Go(func() error {
		select {
		case <-ctx.Done():
			return shutdown(outer)
		}
	})
	return g.Wait()
}

// Tasks none of which fails, and groups of an object without a context.

func loads(ctx context.Context, load func(context.Context, int) error, errs []error) {
	g, _ := errgroup.WithContext(ctx)
	for i := range errs {
		g.Go(func() error {
			errs[i] = load(ctx, i)
			return nil
		})
	}
	_ = g.Wait()
}

type adapter struct{ g *errgroup.Group }

func (a *adapter) start(serve func() error) {
	a.g, _ = errgroup.WithContext(context.Background())
	a.g.Go(serve)
}

func (a *adapter) startIn(ctx context.Context, serve func(context.Context) error) {
	a.g, _ = errgroup.WithContext(ctx) // want `the group's context is dropped`
	a.g.Go(func() error { return serve(ctx) })
}
