package work

import (
	"context"
	"sync"

	"github.com/alitto/pond/v2"
	lop "github.com/samber/lo/parallel"
	"github.com/sourcegraph/conc"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// This file is groups of tasks with the other libraries. What a library wants to
// be wrapped is wrapped once a group, if it is the same for all its tasks.

// errgroup

var _ = peerErrgroup.also(
	spawning.by(errgroupSpawn),
	beating.by(errgroupSpawn),
	grouping.by(func(ctx context.Context, n int, fn func(context.Context) error) error {
		return errgroupGroup(ctx, n, -1, fn)
	}),
	typing.by(func(ctx context.Context, n int, fn itemFunc) ([]int, error) {
		results := make([]int, n)
		var g errgroup.Group
		for i := range n {
			g.Go(func() (err error) {
				results[i], err = fn(ctx, i)
				return err
			})
		}
		return results, g.Wait()
	}),
	limiting.by(func(ctx context.Context, n int, fn func(context.Context) error) error {
		return errgroupGroup(ctx, n, atLimit, fn)
	}),
	timing.by(timeoutOn(func(ctx context.Context, n int, fn func(context.Context) error) error {
		return errgroupGroup(ctx, n, -1, fn)
	})),
)

func errgroupGroup(ctx context.Context, n, limit int, fn func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(limit)
	task := func() error { return fn(ctx) }
	for range n {
		g.Go(task)
	}
	return g.Wait()
}

// conc

var _ = peerConc.also(
	spawning.by(concSpawn),
	beating.by(concSpawn),
	grouping.by(func(ctx context.Context, n int, fn func(context.Context) error) error {
		return concGroup(concPool(ctx), n, fn)
	}),
	typing.by(func(ctx context.Context, n int, fn itemFunc) ([]int, error) {
		// Its own pools of results give them in no order.
		results := make([]int, n)
		p := pool.New().WithErrors().WithFirstError()
		for i := range n {
			p.Go(func() (err error) {
				results[i], err = fn(ctx, i)
				return err
			})
		}
		return results, p.Wait()
	}),
	limiting.by(func(ctx context.Context, n int, fn func(context.Context) error) error {
		return concGroup(concPool(ctx).WithMaxGoroutines(atLimit), n, fn)
	}),
	timing.by(timeoutOn(func(ctx context.Context, n int, fn func(context.Context) error) error {
		return concGroup(concPool(ctx), n, fn)
	})),
)

func concGroup(p *pool.ContextPool, n int, fn func(context.Context) error) error {
	for range n {
		p.Go(fn)
	}
	return p.Wait()
}

var _ = newPeer(11, "conc.WaitGroup", "github.com/sourcegraph/conc", "its WaitGroup; errors by hand",
	spawning.by(func(n int, fn duty) {
		var wg conc.WaitGroup
		for range n {
			wg.Go(fn.plain)
		}
		wg.Wait()
	}),
	grouping.by(func(ctx context.Context, n int, fn func(context.Context) error) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		task := func() {
			if err := fn(ctx); err != nil {
				cancel(err)
			}
		}
		var wg conc.WaitGroup
		for range n {
			wg.Go(task)
		}
		wg.Wait()
		return context.Cause(ctx)
	}),
	typing.by(func(ctx context.Context, n int, fn itemFunc) ([]int, error) {
		results := make([]int, n)
		var failed firstError
		var wg conc.WaitGroup
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
)

// lo

var _ = peerLo.also(
	spawning.by(func(n int, fn duty) {
		lop.Times(n, func(int) struct{} {
			fn.plain()
			return struct{}{}
		})
	}),
	grouping.by(func(ctx context.Context, n int, fn func(context.Context) error) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		lop.Times(n, func(int) struct{} {
			if err := fn(ctx); err != nil {
				cancel(err)
			}
			return struct{}{}
		})
		return context.Cause(ctx)
	}),
	typing.by(func(ctx context.Context, n int, fn itemFunc) ([]int, error) {
		var failed firstError
		results := lop.Times(n, func(i int) int {
			v, err := fn(ctx, i)
			if err != nil {
				failed.set(err)
			}
			return v
		})
		return results, failed.err
	}),
)

// pond

var _ = peerPond.also(
	spawning.making(func(end func(func())) spawnFunc {
		p := pondPool(0, end)
		return func(n int, fn duty) {
			g := p.NewGroup()
			for range n {
				g.Submit(fn.plain)
			}
			_ = g.Wait()
		}
	}),
	grouping.making(func(end func(func())) groupFunc { return pondGroup(pondPool(0, end)) }),
	typing.making(func(end func(func())) typedFunc {
		p := pond.NewResultPool[int](0)
		end(p.StopAndWait)
		return func(ctx context.Context, n int, fn itemFunc) ([]int, error) {
			g := p.NewGroup()
			for i := range n {
				g.SubmitErr(func() (int, error) { return fn(ctx, i) })
			}
			return g.Wait()
		}
	}),
	limiting.making(func(end func(func())) groupFunc { return pondGroup(pondPool(atLimit, end)) }),
	timing.making(func(end func(func())) timeoutFunc { return timeoutOn(pondGroup(pondPool(0, end))) }),
)

// pondGroup takes the error from a context of its own, since the one that pond
// gives may be that of a task which the failure cancelled.
func pondGroup(p pond.Pool) groupFunc {
	return func(ctx context.Context, n int, fn func(context.Context) error) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		task := func() {
			if err := fn(ctx); err != nil {
				cancel(err)
			}
		}
		g := p.NewGroup()
		for range n {
			g.Submit(task)
		}
		_ = g.Wait()
		return context.Cause(ctx)
	}
}

// ants, and what is limited only in the other pool of its kind

var _ = peerAnts.also(
	spawning.making(func(end func(func())) spawnFunc {
		submit := antsSubmit(-1, end)
		return func(n int, fn duty) {
			var wg sync.WaitGroup
			wg.Add(n)
			task := func() {
				defer wg.Done()
				fn.plain()
			}
			for range n {
				submit(task)
			}
			wg.Wait()
		}
	}),
	grouping.making(func(end func(func())) groupFunc { return poolGroup(antsSubmit(-1, end)) }),
	typing.making(func(end func(func())) typedFunc {
		submit := antsSubmit(-1, end)
		return func(ctx context.Context, n int, fn itemFunc) ([]int, error) {
			results := make([]int, n)
			var failed firstError
			var wg sync.WaitGroup
			wg.Add(n)
			for i := range n {
				submit(func() {
					defer wg.Done()
					var err error
					if results[i], err = fn(ctx, i); err != nil {
						failed.set(err)
					}
				})
			}
			wg.Wait()
			return results, failed.err
		}
	}),
	limiting.making(func(end func(func())) groupFunc { return poolGroup(antsSubmit(atLimit, end)) }),
	timing.making(func(end func(func())) timeoutFunc { return timeoutOn(poolGroup(antsSubmit(-1, end))) }),
)

var _ = peerWorkerpool.also(
	limiting.making(func(end func(func())) groupFunc { return poolGroup(workerpoolSubmit(atLimit, end)) }),
)

func poolGroup(submit func(func())) groupFunc {
	return func(ctx context.Context, n int, fn func(context.Context) error) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		var wg sync.WaitGroup
		wg.Add(n)
		task := func() {
			defer wg.Done()
			if err := fn(ctx); err != nil {
				cancel(err)
			}
		}
		for range n {
			submit(task)
		}
		wg.Wait()
		return context.Cause(ctx)
	}
}

// producers, contexts for each task, and failures

var _ = peerErrgroup.also(
	owning.by(func(ctx context.Context, n int, fn func(context.Context, int), started func(cancel func(i int))) {
		g, ctx := errgroup.WithContext(ctx)
		cancels := make([]context.CancelFunc, n)
		for i := range n {
			ctx, cancel := context.WithCancel(ctx)
			cancels[i] = cancel
			g.Go(func() error {
				defer cancel()
				fn(ctx, i)
				return nil
			})
		}
		started(func(i int) { cancels[i]() })
		_ = g.Wait()
	}),
	producing.by(func(p, n int, fn duty) {
		var g errgroup.Group
		for i := range p {
			g.Go(func() error {
				for range share(i, p, n) {
					g.Go(fn.fails)
				}
				return nil
			})
		}
		//braid:ignore dropped a duty has no errors: it returns nil
		_ = g.Wait()
	}),
)

var _ = peerConc.also(
	owning.by(func(ctx context.Context, n int, fn func(context.Context, int), started func(cancel func(i int))) {
		p := concPool(ctx)
		cancels := make([]context.CancelFunc, n)
		for i := range n {
			ctx, cancel := context.WithCancel(ctx)
			cancels[i] = cancel
			p.Go(func(context.Context) error {
				defer cancel()
				fn(ctx, i)
				return nil
			})
		}
		started(func(i int) { cancels[i]() })
		_ = p.Wait()
	}),
	producing.by(func(p, n int, fn duty) {
		into := pool.New()
		produce(p, n, func() { into.Go(fn.plain) })
		into.Wait()
	}),
	failing.by(func(_ context.Context, n int, fn func(int) error) (error, func(error) string) {
		p := pool.New().WithErrors()
		for i := range n {
			p.Go(func() error { return fn(i) })
		}
		return p.Wait(), error.Error
	}),
)

var _ = peerPond.also(
	producing.making(func(end func(func())) produceFunc {
		pool := pondPool(0, end)
		return func(p, n int, fn duty) {
			g := pool.NewGroup()
			produce(p, n, func() { g.Submit(fn.plain) })
			_ = g.Wait()
		}
	}),
)

var _ = peerAnts.also(
	producing.making(func(end func(func())) produceFunc {
		submit := antsSubmit(-1, end)
		return func(p, n int, fn duty) {
			var wg sync.WaitGroup
			wg.Add(n)
			task := func() {
				defer wg.Done()
				fn.plain()
			}
			produce(p, n, func() { submit(task) })
			wg.Wait()
		}
	}),
)

// produce is producers outside of the group, where tasks of a pool may not wait
// to hand over others, or where nothing may be handed over once it is waited for.
func produce(p, n int, submit func()) {
	var wg sync.WaitGroup
	for i := range p {
		wg.Go(func() {
			for range share(i, p, n) {
				submit()
			}
		})
	}
	wg.Wait()
}

func errgroupSpawn(n int, fn duty) {
	var g errgroup.Group
	for range n {
		g.Go(fn.fails)
	}
	//braid:ignore dropped a duty has no errors: it returns nil
	_ = g.Wait()
}

func concSpawn(n int, fn duty) {
	p := pool.New()
	for range n {
		p.Go(fn.plain)
	}
	p.Wait()
}
