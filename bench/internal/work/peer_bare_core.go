package work

import (
	"context"
	"errors"
	"sync"
)

// This file is groups of tasks with the language and its standard library alone.
// There are two ways to write `go` with a WaitGroup; both are here.

var _ = peerBare.also(
	spawning.by(bareSpawn),
	beating.by(bareSpawn),
	grouping.by(bareGroup),
	typing.by(bareTyped),
	limiting.by(bareLimited),
	timing.by(timeoutOn(bareGroup)),
)

var _ = peerWorkers.also(limiting.by(workersLimited))

var _ = peerLoop.also(beating.by(func(n int, fn duty) {
	for range n {
		fn.plain()
	}
}))

var _ = newPeer(4, "wg.Go", "", "by hand: sync.WaitGroup's Go",
	spawning.by(func(n int, fn duty) {
		var wg sync.WaitGroup
		for range n {
			wg.Go(fn.plain)
		}
		wg.Wait()
	}),
	grouping.by(wgGoGroup),
	typing.by(func(ctx context.Context, n int, fn itemFunc) ([]int, error) {
		results := make([]int, n)
		var failed firstError
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				var err error
				if results[i], err = fn(ctx, i); err != nil {
					failed.set(err)
				}
			})
		}
		wg.Wait()
		return results, failed.err
	}),
	timing.by(timeoutOn(wgGoGroup)),
)

// firstError keeps one.
type firstError struct {
	once sync.Once
	err  error
}

func (f *firstError) set(err error) { f.once.Do(func() { f.err = err }) }

func bareGroup(ctx context.Context, n int, fn func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	wg.Add(n)
	for range n {
		go func() {
			defer wg.Done()
			if err := fn(ctx); err != nil {
				cancel(err)
			}
		}()
	}
	wg.Wait()
	return context.Cause(ctx)
}

func wgGoGroup(ctx context.Context, n int, fn func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	task := func() {
		if err := fn(ctx); err != nil {
			cancel(err)
		}
	}
	var wg sync.WaitGroup
	for range n {
		wg.Go(task)
	}
	wg.Wait()
	return context.Cause(ctx)
}

func bareTyped(ctx context.Context, n int, fn itemFunc) ([]int, error) {
	results := make([]int, n)
	var failed firstError
	var wg sync.WaitGroup
	wg.Add(n)
	for i := range n {
		go func() {
			defer wg.Done()
			var err error
			if results[i], err = fn(ctx, i); err != nil {
				failed.set(err)
			}
		}()
	}
	wg.Wait()
	return results, failed.err
}

// bareLimited has a goroutine for each task and a channel of slots.
func bareLimited(ctx context.Context, n int, fn func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, atLimit)
	var wg sync.WaitGroup
	for range n {
		slots <- struct{}{}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { <-slots }()
			if err := fn(ctx); err != nil {
				cancel(err)
			}
		}()
	}
	wg.Wait()
	return context.Cause(ctx)
}

// workersLimited has fixed goroutines that take tasks from a channel.
func workersLimited(ctx context.Context, n int, fn func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tasks := make(chan func(context.Context) error, atLimit)
	var wg sync.WaitGroup
	for range atLimit {
		wg.Go(func() {
			for task := range tasks {
				if err := task(ctx); err != nil {
					cancel(err)
				}
			}
		})
	}
	for range n {
		tasks <- fn
	}
	close(tasks)
	wg.Wait()
	return context.Cause(ctx)
}

var _ = peerBare.also(
	owning.by(func(ctx context.Context, n int, fn func(context.Context, int), started func(cancel func(i int))) {
		var wg sync.WaitGroup
		wg.Add(n)
		cancels := make([]context.CancelFunc, n)
		for i := range n {
			ctx, cancel := context.WithCancel(ctx)
			cancels[i] = cancel
			go func() {
				defer wg.Done()
				defer cancel()
				fn(ctx, i)
			}()
		}
		started(func(i int) { cancels[i]() })
		wg.Wait()
	}),
	producing.by(func(p, n int, fn duty) {
		var wg sync.WaitGroup
		f := fn.plain
		wg.Add(p)
		for i := range p {
			go func() {
				defer wg.Done()
				share := share(i, p, n)
				wg.Add(share)
				for range share {
					go func() {
						defer wg.Done()
						f()
					}()
				}
			}()
		}
		wg.Wait()
	}),
	failing.by(func(_ context.Context, n int, fn func(int) error) (error, func(error) string) {
		var mu sync.Mutex
		var errs []error
		var wg sync.WaitGroup
		wg.Add(n)
		for i := range n {
			go func() {
				defer wg.Done()
				if err := fn(i); err != nil {
					mu.Lock()
					defer mu.Unlock()
					errs = append(errs, err)
				}
			}()
		}
		wg.Wait()
		return errors.Join(errs...), error.Error
	}),
)

func bareSpawn(n int, fn duty) {
	var wg sync.WaitGroup
	wg.Add(n)
	f := fn.plain
	for range n {
		go func() {
			defer wg.Done()
			f()
		}()
	}
	wg.Wait()
}
