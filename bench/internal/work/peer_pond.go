package work

import (
	"context"
	"iter"
	"runtime"
	"sync"

	"github.com/alitto/pond/v2"
)

// This file is pond. The pool is made once, a group for each call.

var peerPond = newPeer(13, "pond", "github.com/alitto/pond/v2", "a pool made once, a group for each call",
	mapping.making(func(end func(func())) mapFunc {
		p := pondPool(runtime.GOMAXPROCS(0), end)
		return func(ctx context.Context, items []int, fn itemFunc) ([]int, error) {
			results := make([]int, len(items))
			g := p.NewGroupContext(ctx)
			ctx = g.Context()
			for i, item := range items {
				g.SubmitErr(func() (err error) {
					results[i], err = fn(ctx, item)
					return err
				})
			}
			if err := g.Wait(); err != nil {
				return nil, err
			}
			return results, nil
		}
	}),
	mappingSeq.making(func(end func(func())) mapSeqFunc { return pondMapSeq(seqLimit, end) }),
	all.making(func(end func(func())) allFunc {
		p := pond.NewResultPool[int](0)
		end(p.StopAndWait)
		return func(ctx context.Context, fns []callFunc) ([]int, error) {
			g := p.NewGroupContext(ctx)
			// A group of results does not show its own context, and the error it
			// gives may be that of one which the failure cancelled.
			ctx, cancel := context.WithCancelCause(ctx)
			defer cancel(nil)
			for _, fn := range fns {
				g.SubmitErr(func() (int, error) {
					v, err := fn(ctx)
					if err != nil {
						cancel(err)
					}
					return v, err
				})
			}
			values, err := g.Wait()
			if err != nil {
				err = context.Cause(ctx)
			}
			return values, err
		}
	}),
	settle.making(func(end func(func())) settleFunc {
		p := pondPool(0, end)
		return func(ctx context.Context, fns []callFunc) func(int) (int, error) {
			results := make([]int, len(fns))
			errs := make([]error, len(fns))
			g := p.NewGroupContext(ctx)
			for i, fn := range fns {
				g.Submit(func() { results[i], errs[i] = fn(ctx) })
			}
			_ = g.Wait()
			return func(i int) (int, error) { return results[i], errs[i] }
		}
	}),
	ordered.making(func(end func(func())) streamFunc {
		p := pond.NewResultPool[int](runtime.GOMAXPROCS(0))
		end(p.StopAndWait)
		return func(ctx context.Context, seq iter.Seq[int], fn itemFunc, yield func(int) bool) error {
			return pondOrdered(ctx, p, seq, fn, yield)
		}
	}),
	unordered.making(func(end func(func())) streamFunc {
		p := pond.NewPool(runtime.GOMAXPROCS(0), pond.WithQueueSize(2*runtime.GOMAXPROCS(0)))
		end(p.StopAndWait)
		return func(ctx context.Context, seq iter.Seq[int], fn itemFunc, yield func(int) bool) error {
			return pondUnordered(ctx, p, seq, fn, yield)
		}
	}),
)

func pondPool(size int, end func(func())) pond.Pool {
	p := pond.NewPool(size)
	end(p.StopAndWait)
	return p
}

func pondMapSeq(size int, end func(func())) mapSeqFunc {
	p := pondPool(size, end)
	return func(ctx context.Context, seq iter.Seq[int], fn itemFunc) ([]int, error) {
		var results []*int
		g := p.NewGroupContext(ctx)
		ctx = g.Context()
		for item := range seq {
			if ctx.Err() != nil {
				break
			}
			result := new(int)
			results = append(results, result)
			g.SubmitErr(func() (err error) {
				*result, err = fn(ctx, item)
				return err
			})
		}
		return values(results, g.Wait())
	}
}

// pondOrdered has the futures of the pool in a channel, in their order.
func pondOrdered[R any](ctx context.Context, p pond.ResultPool[R], seq iter.Seq[int], fn func(context.Context, int) (R, error), yield func(R) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	tasks := make(chan pond.ResultTask[R], 2*runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	defer wg.Wait()
	defer func() {
		cancel()
		for t := range tasks {
			<-t.Done()
		}
	}()
	wg.Go(func() {
		defer close(tasks)
		for item := range seq {
			if ctx.Err() != nil {
				break
			}
			tasks <- p.SubmitErr(func() (R, error) { return fn(ctx, item) })
		}
	})
	for t := range tasks {
		v, err := t.Wait()
		if err != nil {
			return err
		}
		if !yield(v) {
			return nil
		}
	}
	return ctx.Err()
}

func pondUnordered(ctx context.Context, p pond.Pool, seq iter.Seq[int], fn itemFunc, yield func(int) bool) error {
	ctx, cancel := context.WithCancelCause(ctx)
	results := make(chan int, 2*runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	wg.Go(func() {
		defer close(results)
		g := p.NewGroup()
		for item := range seq {
			if ctx.Err() != nil {
				break
			}
			g.Submit(func() {
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
		_ = g.Wait()
	})
	for v := range results {
		if !yield(v) {
			return nil
		}
	}
	return context.Cause(ctx)
}
