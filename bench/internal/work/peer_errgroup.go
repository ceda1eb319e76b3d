package work

import (
	"context"
	"errors"
	"iter"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// This file is errgroup. Where many are called at a time SetLimit bounds them by
// the processors, as its users do; a race is the usual error that means success.

var peerErrgroup = newPeer(10, "errgroup", "golang.org/x/sync", "WithContext and SetLimit; races by an error that means success; pipelines by channels",
	mapping.by(errgroupMap),
	mappingSeq.by(errgroupMapSeq(seqLimit)),
	all.by(errgroupAll),
	settle.by(errgroupSettle),
	first.by(errgroupFirst),
	quorum.by(errgroupQuorum),
	ordered.by(errgroupOrdered),
	unordered.by(errgroupUnordered),
	serving.by(errgroupService),
)

// errEnough ends a group that has what it wanted.
var errEnough = errors.New("enough")

func errgroupMap(ctx context.Context, items []int, fn itemFunc) ([]int, error) {
	results := make([]int, len(items))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, item := range items {
		g.Go(func() (err error) {
			results[i], err = fn(ctx, item)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return results, nil
}

func errgroupMapSeq(limit int) mapSeqFunc {
	return func(ctx context.Context, seq iter.Seq[int], fn itemFunc) ([]int, error) {
		var results []*int
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(limit)
		for item := range seq {
			if ctx.Err() != nil {
				break
			}
			result := new(int)
			results = append(results, result)
			g.Go(func() (err error) {
				*result, err = fn(ctx, item)
				return err
			})
		}
		return values(results, g.Wait())
	}
}

func errgroupAll(ctx context.Context, fns []callFunc) ([]int, error) {
	results := make([]int, len(fns))
	g, ctx := errgroup.WithContext(ctx)
	for i, fn := range fns {
		g.Go(func() (err error) {
			results[i], err = fn(ctx)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return results, nil
}

func errgroupSettle(ctx context.Context, fns []callFunc) func(int) (int, error) {
	results := make([]int, len(fns))
	errs := make([]error, len(fns))
	var g errgroup.Group
	for i, fn := range fns {
		g.Go(func() error {
			results[i], errs[i] = fn(ctx)
			return nil
		})
	}
	_ = g.Wait()
	return func(i int) (int, error) { return results[i], errs[i] }
}

func errgroupFirst(ctx context.Context, fns []callFunc) (int, error) {
	errs := make([]error, len(fns))
	won := make(chan int, len(fns))
	g, ctx := errgroup.WithContext(ctx)
	for i, fn := range fns {
		g.Go(func() error {
			v, err := fn(ctx)
			if err != nil {
				errs[i] = err
				return nil
			}
			won <- v
			return errEnough
		})
	}
	if g.Wait() == nil {
		return 0, errors.Join(errs...)
	}
	return <-won, nil
}

func errgroupQuorum(ctx context.Context, need int, fns []callFunc) ([]int, error) {
	results := make([]int, len(fns))
	errs := make([]error, len(fns))
	ends := tally{need: need, of: len(fns)}
	g, ctx := errgroup.WithContext(ctx)
	for i, fn := range fns {
		g.Go(func() error {
			results[i], errs[i] = fn(ctx)
			return ends.add(errs[i])
		})
	}
	_ = g.Wait()
	return majority(need, results, errs)
}

func errgroupOrdered[R any](ctx context.Context, seq iter.Seq[int], fn func(context.Context, int) (R, error), yield func(R) bool) error {
	outer, ctx := errgroup.WithContext(ctx)
	order := make(chan chan R, 2*runtime.GOMAXPROCS(0))
	outer.Go(func() error {
		defer close(order)
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(runtime.GOMAXPROCS(0))
		for item := range seq {
			result := make(chan R, 1)
			select {
			case order <- result:
			case <-ctx.Done():
				return g.Wait()
			}
			g.Go(func() error {
				defer close(result)
				v, err := fn(ctx, item)
				if err == nil {
					result <- v
				}
				return err
			})
		}
		return g.Wait()
	})
	outer.Go(func() error {
		for result := range order {
			v, ok := <-result
			if !ok {
				return nil // the group has the error
			}
			if !yield(v) {
				return errEnough
			}
		}
		return nil
	})
	return unlessEnough(outer.Wait())
}

func errgroupUnordered(ctx context.Context, seq iter.Seq[int], fn itemFunc, yield func(int) bool) error {
	outer, ctx := errgroup.WithContext(ctx)
	results := make(chan int, 2*runtime.GOMAXPROCS(0))
	outer.Go(func() error {
		defer close(results)
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(runtime.GOMAXPROCS(0))
		for item := range seq {
			if ctx.Err() != nil {
				break
			}
			g.Go(func() error {
				v, err := fn(ctx, item)
				if err != nil {
					return err
				}
				select {
				case results <- v:
				case <-ctx.Done():
				}
				return nil
			})
		}
		return g.Wait()
	})
	outer.Go(func() error {
		for v := range results {
			if !yield(v) {
				return errEnough
			}
		}
		return nil
	})
	return unlessEnough(outer.Wait())
}

func unlessEnough(err error) error {
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

func errgroupService(ctx context.Context, parts []partFunc) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, part := range parts {
		g.Go(func() error { return part(ctx) })
	}
	return g.Wait()
}
