// Semaphores: who takes all slots waits for all goroutines, who only takes one for each does not.

package loose

import (
	"context"

	"golang.org/x/sync/semaphore"
)

func boundsOnly(ctx context.Context, urls []string, fetch func(context.Context, string)) error {
	sem := semaphore.NewWeighted(8)
	for _, url := range urls {
		if err := sem.Acquire(ctx, 1); err != nil {
			return err
		}
		go func() { // want `nobody waits for the goroutine that it starts`
			defer sem.Release(1)
			fetch(ctx, url)
		}()
	}
	return nil
}

func boundsIfFree(ctx context.Context, urls []string, fetch func(context.Context, string)) error {
	var sem = semaphore.NewWeighted(8)
	for _, url := range urls {
		if !sem.TryAcquire(1) {
			continue
		}
		go func() { // want `nobody waits for the goroutine that it starts`
			fetch(ctx, url)
			sem.Release(1)
		}()
	}
	return ctx.Err()
}

func takesAll(ctx context.Context, urls []string, fetch func(context.Context, string)) error {
	sem := semaphore.NewWeighted(8)
	for _, url := range urls {
		if err := sem.Acquire(ctx, 1); err != nil {
			return err
		}
		go func() {
			defer sem.Release(1)
			fetch(ctx, url)
		}()
	}
	return sem.Acquire(ctx, 8)
}

func takesAllAtEnd(ctx context.Context, urls []string, fetch func(context.Context, string)) error {
	sem := semaphore.NewWeighted(8)
	defer sem.Acquire(context.WithoutCancel(ctx), 8)
	for _, url := range urls {
		if err := sem.Acquire(ctx, 1); err != nil {
			return err
		}
		go func() {
			defer sem.Release(1)
			fetch(ctx, url)
		}()
	}
	return nil
}

func takesAllElsewhere(ctx context.Context, url string, fetch func(context.Context, string), wait func(*semaphore.Weighted)) error {
	sem := semaphore.NewWeighted(1)
	if err := sem.Acquire(ctx, 1); err != nil {
		return err
	}
	go func() {
		defer sem.Release(1)
		fetch(ctx, url)
	}()
	wait(sem)
	return nil
}

func boundsOthers(ctx context.Context, sem *semaphore.Weighted, url string, fetch func(context.Context, string)) error {
	if err := sem.Acquire(ctx, 1); err != nil {
		return err
	}
	go func() {
		defer sem.Release(1)
		fetch(ctx, url)
	}()
	return nil
}
