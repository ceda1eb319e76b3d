// Package odd is code that is valid and that nobody writes.
package odd

import (
	"context"
	"os/exec"
	"sync"

	"golang.org/x/sync/errgroup"
)

type object struct {
	err    error
	wg     sync.WaitGroup
	cancel context.CancelFunc
}

func (x *object) keptInAField(ctx context.Context, fetch func(context.Context) error) error {
	out := make(chan int, 1)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(out)
		return fetch(ctx)
	})
	x.err = g.Wait()
	if x.err != nil {
		return x.err
	}
	<-out
	return nil
}

func setByALoop(g *errgroup.Group, errs []error) (err error) {
	defer func() {
		for _, err = range errs {
		}
	}()
	return g.Wait()
}

func setFromAChannel(g *errgroup.Group, errs chan error) (err error) {
	defer func() { err = <-errs }()
	defer func() { err, _ = nil, 0 }()
	return g.Wait()
}

func nothingDone(ctx context.Context, c chan int) error {
	for {
		select {
		case <-ctx.Done():
		case <-c:
		default:
		}
		switch {
		case ctx.Err() != nil:
		case ctx.Err() == nil:
			break
		}
		if ctx.Err() != nil {
		}
		if err := ctx.Err(); err != nil {
		} else if err == nil {
		}
		select {}
	}
}

func inParentheses(ctx context.Context) error {
	var g errgroup.Group
	(g.Go)((func() error { return (ctx.Err()) }))
	if err := (g.Wait)(); (err) != (nil) && (ctx.Err()) == (nil) {
		return (err)
	}
	cmd := (exec.CommandContext)(ctx, "true")
	if err := (cmd.Run)(); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

func byTheType(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	(*errgroup.Group).Go(g, func() error { return ctx.Err() })
	return (*errgroup.Group).Wait(g)
}

func (x *object) start(ctx context.Context) {
	ctx, x.cancel = context.WithCancel(ctx)
	(&x.wg).Add(1)
	go func() { defer x.wg.Done(); <-ctx.Done() }()
	(*sync.WaitGroup).Add(&x.wg, 1)
	go (*sync.WaitGroup).Done(&x.wg)
}

func (x *object) Stop() { x.cancel(); x.wg.Wait() }

var _ = object{wg: sync.WaitGroup{}, cancel: func() {}}

func labels(ctx context.Context, wg *sync.WaitGroup) {
L:
	for {
		wg.Go(func() {})
		goto L
	}
}

func emptyTasks() (err error) {
	var wg sync.WaitGroup
	wg.Go(func() {})
	go func() {}()
	wg.Add(1)
	go func() { wg.Done() }()
	wg.Wait()
	var g errgroup.Group
	g.Go(func() (err error) { return })
	g.Go(func() error { panic(nil) })
	if err = g.Wait(); err != nil {
	}
	return
}

func generic[T any, P interface{ *T }](ctx context.Context, list []T, f func(context.Context, P) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for i := range list {
		g.Go(func() error { return f(ctx, &list[i]) })
	}
	return g.Wait()
}

func ranges(ctx context.Context, n int, seq func(func(int) bool)) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {})
	}
	for i := range seq {
		wg.Go(func() { _ = i })
	}
	wg.Wait()
}
