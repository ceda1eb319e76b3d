package work

import (
	"context"
	"iter"
	"runtime"
	"sync"

	"github.com/alitto/pond/v2"
)

// This file is pond where few functions are called, or functions without results
// or with keyed ones.

var _ = peerPond.also(
	join2.making(func(end func(func())) join2Func {
		p := pondPool(0, end)
		return func(ctx context.Context, fa func(context.Context) (int, error), fb func(context.Context) (string, error)) (a int, b string, err error) {
			g := p.NewGroupContext(ctx)
			pondInto(g, &a, fa)
			pondInto(g, &b, fb)
			if err := g.Wait(); err != nil {
				return 0, "", err
			}
			return a, b, nil
		}
	}),
	join5.making(func(end func(func())) join5Func {
		p := pondPool(0, end)
		return func(ctx context.Context, fa func(context.Context) (int, error), fb func(context.Context) (string, error),
			fc func(context.Context) (float64, error), fd func(context.Context) (bool, error), fe func(context.Context) (rune, error),
		) (a int, b string, c float64, d bool, e rune, err error) {
			g := p.NewGroupContext(ctx)
			pondInto(g, &a, fa)
			pondInto(g, &b, fb)
			pondInto(g, &c, fc)
			pondInto(g, &d, fd)
			pondInto(g, &e, fe)
			if err := g.Wait(); err != nil {
				return 0, "", 0, false, 0, err
			}
			return a, b, c, d, e, nil
		}
	}),
	completed.making(func(end func(func())) completedFunc {
		p := pondPool(0, end)
		return func(ctx context.Context, fns []callFunc, use func(v int) bool) error {
			ctx, cancel := context.WithCancel(ctx)
			ended := make(chan outcome, len(fns))
			var wg sync.WaitGroup
			defer wg.Wait()
			defer cancel()
			wg.Add(len(fns))
			for _, fn := range fns {
				p.Submit(func() {
					defer wg.Done()
					v, err := fn(ctx)
					ended <- outcome{v, err}
				})
			}
			return useAll(ended, len(fns), use)
		}
	}),
	doing.making(func(end func(func())) eachFunc {
		p := pondPool(runtime.GOMAXPROCS(0), end)
		return func(ctx context.Context, items []int, fn doFunc) error {
			g := p.NewGroupContext(ctx)
			ctx = g.Context()
			for _, item := range items {
				g.SubmitErr(func() error { return fn(ctx, item) })
			}
			return g.Wait()
		}
	}),
	doingSeq.making(func(end func(func())) eachSeqFunc { return pondEachSeq(seqLimit, end) }),
	mappingSeq2.making(func(end func(func())) mapSeq2Func {
		p := pondPool(seqLimit, end)
		return func(ctx context.Context, seq iter.Seq2[string, int], fn pairFunc) (map[string]int, error) {
			var results keyed
			g := p.NewGroupContext(ctx)
			ctx = g.Context()
			for key, item := range seq {
				if ctx.Err() != nil {
					break
				}
				g.SubmitErr(func() error {
					v, err := fn(ctx, key, item)
					if err == nil {
						results.set(key, v)
					}
					return err
				})
			}
			return results.unless(g.Wait())
		}
	}),
)

// pondInto starts fn in g, whose value goes to result.
func pondInto[T any](g pond.TaskGroup, result *T, fn func(context.Context) (T, error)) {
	g.SubmitErr(func() (err error) {
		*result, err = fn(g.Context())
		return err
	})
}

// pondEachSeq does without a group, which keeps something of each task.
func pondEachSeq(size int, end func(func())) eachSeqFunc {
	p := pond.NewPool(size, pond.WithQueueSize(size)) // what waits in the queue is held back
	end(p.StopAndWait)
	return func(ctx context.Context, seq iter.Seq[int], fn doFunc) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		var wg sync.WaitGroup
		for item := range seq {
			if ctx.Err() != nil {
				break
			}
			wg.Add(1)
			p.Submit(func() {
				defer wg.Done()
				if err := fn(ctx, item); err != nil {
					cancel(err)
				}
			})
		}
		wg.Wait()
		return context.Cause(ctx)
	}
}
