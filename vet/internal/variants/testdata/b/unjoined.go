package b

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (b): the WaitGroup is never waited for
func fanOut(ctx context.Context, js []job) {
	var wg sync.WaitGroup
	for _, j := range js {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = do(ctx, j)
		}()
	}
}

// fine: waited for
func fanOutOK(ctx context.Context, js []job) {
	var wg sync.WaitGroup
	for _, j := range js {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = do(ctx, j)
		}()
	}
	wg.Wait()
}

// want-rule (b): wg.Go without wg.Wait
func fanOutGo(ctx context.Context, js ...job) {
	wg := new(sync.WaitGroup)
	for _, j := range js {
		wg.Go(func() { audit(ctx, fmt.Sprint(j.id)) })
	}
}

// fine: wg.Go and a deferred Wait
func fanOutGoOK(ctx context.Context, js ...job) {
	wg := new(sync.WaitGroup)
	defer wg.Wait()
	for _, j := range js {
		wg.Go(func() { audit(ctx, fmt.Sprint(j.id)) })
	}
}

// want-rule (b): the errgroup is never waited for
func kickOff(ctx context.Context, js []job) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, j := range js {
		g.Go(func() error { return do(ctx, j) })
	}
	return nil
}

// fine: waited for
func kickOffOK(ctx context.Context, js []job) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, j := range js {
		g.Go(func() error { return do(ctx, j) })
	}
	return g.Wait()
}

// want-rule (b): an error between Add and Wait leaves the goroutines behind
func checkAll(ctx context.Context, js []job) error {
	var wg sync.WaitGroup
	for _, j := range js {
		if j.id == 0 {
			return errors.New("job without id")
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = do(ctx, j)
		}()
	}
	wg.Wait()
	return nil
}

// fine: everything is checked before anything is started
func checkAllOK(ctx context.Context, js []job) error {
	for _, j := range js {
		if j.id == 0 {
			return errors.New("job without id")
		}
	}
	var wg sync.WaitGroup
	for _, j := range js {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = do(ctx, j)
		}()
	}
	wg.Wait()
	return nil
}

// want-rule (b): an early return leaves the errgroup running
func loadTwo(ctx context.Context, a, b job) error {
	var g errgroup.Group
	g.Go(func() error { return do(ctx, a) })
	if err := do(ctx, b); err != nil {
		return fmt.Errorf("second: %w", err)
	}
	return g.Wait()
}

// fine: the early return waits too
func loadTwoOK(ctx context.Context, a, b job) error {
	var g errgroup.Group
	g.Go(func() error { return do(ctx, a) })
	if err := do(ctx, b); err != nil {
		return errors.Join(fmt.Errorf("second: %w", err), g.Wait())
	}
	return g.Wait()
}

// want-rule (b): a select leaves the function while the group runs
func loadUntil(ctx context.Context, js []job, quit <-chan struct{}) error {
	g, gctx := errgroup.WithContext(ctx)
	for i := range 3 {
		g.Go(func() error { return do(gctx, js[i]) })
	}
	select {
	case <-quit:
		return errors.New("quit")
	case <-ctx.Done():
		return ctx.Err()
	default:
	}
	return g.Wait()
}

// fine: every way out waits
func loadUntilOK(ctx context.Context, js []job, quit <-chan struct{}) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g, gctx := errgroup.WithContext(ctx)
	for i := range 3 {
		g.Go(func() error { return do(gctx, js[i]) })
	}
	select {
	case <-quit:
		cancel()
		return errors.Join(errors.New("quit"), g.Wait())
	default:
	}
	return g.Wait()
}

// want-rule (b): an owner's group that is opened and let go
func (s *server) start(ctx context.Context) {
	g, _ := braid.Open(ctx)
	g.Go(func(ctx context.Context) error {
		return do(ctx, job{})
	})
}

// fine: closed before the function returns
func (s *server) startOK(ctx context.Context) (err error) {
	g, _ := braid.Open(ctx)
	defer func() { err = g.Wait() }()
	g.Go(func(ctx context.Context) error {
		return do(ctx, job{})
	})
	return nil
}

// want-rule (b): a panic-free path that skips Wait, in a switch
func runMode(ctx context.Context, mode string, js []job) error {
	var wg sync.WaitGroup
	wg.Go(func() { audit(ctx, mode) })
	switch mode {
	case "quick":
		return do(ctx, js[0])
	case "full":
		for _, j := range js {
			wg.Go(func() { _ = do(ctx, j) })
		}
	}
	wg.Wait()
	return nil
}

// fine: every case falls to Wait
func runModeOK(ctx context.Context, mode string, js []job) (err error) {
	var wg sync.WaitGroup
	wg.Go(func() { audit(ctx, mode) })
	switch mode {
	case "quick":
		err = do(ctx, js[0])
	case "full":
		for _, j := range js {
			wg.Go(func() { _ = do(ctx, j) })
		}
	}
	wg.Wait()
	return err
}
