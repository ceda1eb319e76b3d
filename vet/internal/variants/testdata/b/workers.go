package b

import (
	"context"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (b): each worker leaves at its first error, and the producer is stuck
func poolErrgroup(ctx context.Context, js []job) error {
	var g errgroup.Group
	queue := make(chan job)
	for range 4 {
		g.Go(func() error {
			for j := range queue {
				if err := do(ctx, j); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, j := range js {
		queue <- j
	}
	close(queue)
	return g.Wait()
}

// fine: the producer looks at the group's context
func poolErrgroupOK(ctx context.Context, js []job) error {
	g, ctx := errgroup.WithContext(ctx)
	queue := make(chan job)
	for range 4 {
		g.Go(func() error {
			for j := range queue {
				if err := do(ctx, j); err != nil {
					return err
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		defer close(queue)
		for _, j := range js {
			select {
			case queue <- j:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return g.Wait()
}

// want-rule (b): workers of a WaitGroup break out of their loop
func poolWaitGroup(ctx context.Context, js []job) (first error) {
	var (
		wg    sync.WaitGroup
		once  sync.Once
		queue = make(chan job)
	)
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range queue {
				if err := do(ctx, j); err != nil {
					once.Do(func() { first = err })
					break
				}
			}
		}()
	}
	for _, j := range js {
		queue <- j
	}
	close(queue)
	wg.Wait()
	return first
}

// fine: workers drain the queue after an error
func poolWaitGroupOK(ctx context.Context, js []job) (first error) {
	var (
		wg    sync.WaitGroup
		once  sync.Once
		queue = make(chan job)
	)
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range queue {
				if err := do(ctx, j); err != nil {
					once.Do(func() { first = err })
				}
			}
		}()
	}
	for _, j := range js {
		queue <- j
	}
	close(queue)
	wg.Wait()
	return first
}

// want-rule (b): the one consumer task returns, the producer task sends on
func pipe(ctx context.Context, js []job) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		ch := make(chan job)
		g.Go(func(ctx context.Context) error {
			defer close(ch)
			for _, j := range js {
				ch <- j
			}
			return nil
		})
		g.Go(func(ctx context.Context) error {
			for j := range ch {
				if err := do(ctx, j); err != nil {
					return err
				}
			}
			return nil
		})
		return nil
	})
}

// fine: the producer selects on its context
func pipeOK(ctx context.Context, js []job) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		ch := make(chan job)
		g.Go(func(ctx context.Context) error {
			defer close(ch)
			for _, j := range js {
				select {
				case ch <- j:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
		g.Go(func(ctx context.Context) error {
			for j := range ch {
				if err := do(ctx, j); err != nil {
					return err
				}
			}
			return nil
		})
		return nil
	})
}

// part of poolNamed: the function that leaves early
func drainQueue(ctx context.Context, queue <-chan job) error {
	for j := range queue {
		if err := do(ctx, j); err != nil {
			return err
		}
	}
	return nil
}

// want-rule (b): the workers are a named function that leaves early
func poolNamed(ctx context.Context, js []job) error {
	queue := make(chan job)
	errs := make(chan error, 2)
	for range 2 {
		go func() { errs <- drainQueue(ctx, queue) }()
	}
	for _, j := range js {
		queue <- j
	}
	close(queue)
	err := <-errs
	if e := <-errs; err == nil {
		err = e
	}
	return err
}

// fine: the producer stops when a worker has
func poolNamedOK(ctx context.Context, js []job) error {
	queue := make(chan job)
	errs := make(chan error, 2)
	for range 2 {
		go func() { errs <- drainQueue(ctx, queue) }()
	}
	var err error
	left := 2
feed:
	for _, j := range js {
		select {
		case queue <- j:
		case err = <-errs:
			left--
			break feed
		}
	}
	close(queue)
	for range left {
		if e := <-errs; err == nil {
			err = e
		}
	}
	return err
}

// want-rule (b): the results go to a collector that gives up
func gather(ctx context.Context, js []job) error {
	out := make(chan result)
	var wg sync.WaitGroup
	for _, j := range js {
		wg.Go(func() { out <- result{j.id, do(ctx, j)} })
	}
	go func() {
		wg.Wait()
		close(out)
	}()
	for r := range out {
		if r.err != nil {
			return r.err
		}
	}
	return nil
}

// fine: the collector takes them all
func gatherOK(ctx context.Context, js []job) error {
	out := make(chan result)
	var wg sync.WaitGroup
	for _, j := range js {
		wg.Go(func() { out <- result{j.id, do(ctx, j)} })
	}
	go func() {
		wg.Wait()
		close(out)
	}()
	var first error
	for r := range out {
		if r.err != nil && first == nil {
			first = r.err
		}
	}
	return first
}
