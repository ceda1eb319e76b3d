// Sequences that give an error with each value.

package unbounded

import (
	"context"
	"iter"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

type archive interface {
	Entries(ctx context.Context) iter.Seq2[string, error]
}

func entries(ctx context.Context, a archive) error {
	var g errgroup.Group
	for name, err := range a.Entries(ctx) {
		if err != nil {
			return err
		}
		g.Go(func() error { return work(name) }) // want `a goroutine for each value of a sequence that may fail, as many`
	}
	return g.Wait()
}

func entriesSlots(ctx context.Context, names iter.Seq2[string, error], sem *semaphore.Weighted) error {
	var g errgroup.Group
	for name, err := range names {
		if err != nil {
			return err
		}
		g.Go(func() error { // want `value of a sequence that may fail takes its slot itself`
			if err := sem.Acquire(ctx, 1); err != nil {
				return err
			}
			defer sem.Release(1)
			return work(name)
		})
	}
	return g.Wait()
}

// They are held back, are of the program's own, or one is enough.

func entriesLimited(ctx context.Context, a archive, sem *semaphore.Weighted) error {
	var g, other errgroup.Group
	g.SetLimit(8)
	for name, err := range a.Entries(ctx) {
		if err != nil {
			return err
		}
		g.Go(func() error { return work(name) })
		if err := sem.Acquire(ctx, 1); err != nil {
			return err
		}
		other.Go(func() error {
			defer sem.Release(1)
			return work(name)
		})
	}
	return g.Wait()
}

func numbered(names iter.Seq2[int, string]) error {
	var g errgroup.Group
	for _, name := range names {
		g.Go(func() error { return work(name) })
	}
	return g.Wait()
}

func firstEntry(ctx context.Context, a archive) error {
	var g errgroup.Group
	for name, err := range a.Entries(ctx) {
		if err != nil {
			return err
		}
		g.Go(func() error { return work(name) })
		break
	}
	return g.Wait()
}

func ticksEach(ctx context.Context, a archive, tick func() error) error {
	var g errgroup.Group
	for _, err := range a.Entries(ctx) {
		if err != nil {
			return err
		}
		g.Go(tick)
	}
	return g.Wait()
}
