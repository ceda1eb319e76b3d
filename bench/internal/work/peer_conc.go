package work

import (
	"context"
	"errors"
	"iter"
	"runtime"

	"github.com/sourcegraph/conc"
	conciter "github.com/sourcegraph/conc/iter"
	"github.com/sourcegraph/conc/pool"
	concstream "github.com/sourcegraph/conc/stream"
)

// This file is conc: of its packages the one that fits the pattern best.

var peerConc = newPeer(11, "conc", "github.com/sourcegraph/conc", "iter.MapErr, stream, else a pool; races by an error that means success",
	mapping.by(func(ctx context.Context, items []int, fn itemFunc) ([]int, error) {
		results, err := conciter.MapErr(items, func(item *int) (int, error) { return fn(ctx, *item) })
		if err != nil {
			return nil, err
		}
		return results, nil
	}),
	mappingSeq.by(concMapSeq(seqLimit)),
	all.by(concAll),
	settle.by(concSettle),
	first.by(concFirst),
	quorum.by(concQuorum),
	ordered.by(concOrdered),
	unordered.by(concUnordered),
	serving.by(func(ctx context.Context, parts []partFunc) error {
		p := concPool(ctx)
		for _, part := range parts {
			p.Go(part)
		}
		return p.Wait()
	}),
)

// concPool is the pool that is a group: the first error cancels the others.
func concPool(ctx context.Context) *pool.ContextPool {
	return pool.New().WithContext(ctx).WithCancelOnError().WithFirstError()
}

func concMapSeq(limit int) mapSeqFunc {
	return func(ctx context.Context, seq iter.Seq[int], fn itemFunc) ([]int, error) {
		var results []*int
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		p := concPool(ctx).WithMaxGoroutines(limit)
		for item := range seq {
			if ctx.Err() != nil {
				break
			}
			result := new(int)
			results = append(results, result)
			p.Go(func(poolCtx context.Context) (err error) {
				if *result, err = fn(poolCtx, item); err != nil {
					cancel()
				}
				return err
			})
		}
		return values(results, p.Wait())
	}
}

func concAll(ctx context.Context, fns []callFunc) ([]int, error) {
	results := make([]int, len(fns))
	p := concPool(ctx)
	for i, fn := range fns {
		p.Go(func(ctx context.Context) (err error) {
			results[i], err = fn(ctx)
			return err
		})
	}
	if err := p.Wait(); err != nil {
		return nil, err
	}
	return results, nil
}

func concSettle(ctx context.Context, fns []callFunc) func(int) (int, error) {
	results := make([]int, len(fns))
	errs := make([]error, len(fns))
	p := pool.New()
	for i, fn := range fns {
		p.Go(func() { results[i], errs[i] = fn(ctx) })
	}
	p.Wait()
	return func(i int) (int, error) { return results[i], errs[i] }
}

func concFirst(ctx context.Context, fns []callFunc) (int, error) {
	errs := make([]error, len(fns))
	won := make(chan int, len(fns))
	p := concPool(ctx)
	for i, fn := range fns {
		p.Go(func(ctx context.Context) error {
			v, err := fn(ctx)
			if err != nil {
				errs[i] = err
				return nil
			}
			won <- v
			return errEnough
		})
	}
	if p.Wait() == nil {
		return 0, errors.Join(errs...)
	}
	return <-won, nil
}

func concQuorum(ctx context.Context, need int, fns []callFunc) ([]int, error) {
	results := make([]int, len(fns))
	errs := make([]error, len(fns))
	ends := tally{need: need, of: len(fns)}
	p := concPool(ctx)
	for i, fn := range fns {
		p.Go(func(ctx context.Context) error {
			results[i], errs[i] = fn(ctx)
			return ends.add(errs[i])
		})
	}
	_ = p.Wait()
	return majority(need, results, errs)
}

func concOrdered[R any](ctx context.Context, seq iter.Seq[int], fn func(context.Context, int) (R, error), yield func(R) bool) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := concstream.New().WithMaxGoroutines(runtime.GOMAXPROCS(0))
	for item := range seq {
		if ctx.Err() != nil {
			break
		}
		s.Go(func() concstream.Callback {
			v, err := fn(ctx, item)
			return func() {
				switch {
				case ctx.Err() != nil:
				case err != nil:
					cancel(err)
				case !yield(v):
					cancel(errEnough)
				}
			}
		})
	}
	s.Wait()
	return unlessEnough(context.Cause(ctx))
}

func concUnordered(ctx context.Context, seq iter.Seq[int], fn itemFunc, yield func(int) bool) error {
	ctx, cancel := context.WithCancelCause(ctx)
	results := make(chan int, 2*runtime.GOMAXPROCS(0))
	var wg conc.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	wg.Go(func() {
		defer close(results)
		p := pool.New().WithMaxGoroutines(runtime.GOMAXPROCS(0))
		defer p.Wait()
		for item := range seq {
			if ctx.Err() != nil {
				break
			}
			p.Go(func() {
				v, err := fn(ctx, item)
				if err != nil {
					cancel(err)
					return
				}
				select {
				case results <- v:
				case <-ctx.Done():
				}
			})
		}
	})
	for v := range results {
		if !yield(v) {
			return nil
		}
	}
	return context.Cause(ctx)
}
