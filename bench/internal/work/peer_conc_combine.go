package work

import (
	"context"
	"iter"

	conciter "github.com/sourcegraph/conc/iter"
	"github.com/sourcegraph/conc/pool"
)

// This file is conc where few functions are called, or functions without results
// or with keyed ones.

var _ = peerConc.also(
	join2.by(concJoin2),
	join5.by(concJoin5),
	racing.by(concRace),
	completed.by(concCompleted),
	doing.by(concEach),
	doingSeq.by(concEachSeq(seqLimit)),
	mappingSeq2.by(concMapSeq2),
)

// concInto starts fn in p, whose value goes to result.
func concInto[T any](p *pool.ContextPool, result *T, fn func(context.Context) (T, error)) {
	p.Go(func(ctx context.Context) (err error) {
		*result, err = fn(ctx)
		return err
	})
}

func concJoin2(ctx context.Context, fa func(context.Context) (int, error), fb func(context.Context) (string, error)) (a int, b string, err error) {
	p := concPool(ctx)
	concInto(p, &a, fa)
	concInto(p, &b, fb)
	if err := p.Wait(); err != nil {
		return 0, "", err
	}
	return a, b, nil
}

func concJoin5(ctx context.Context, fa func(context.Context) (int, error), fb func(context.Context) (string, error),
	fc func(context.Context) (float64, error), fd func(context.Context) (bool, error), fe func(context.Context) (rune, error),
) (a int, b string, c float64, d bool, e rune, err error) {
	p := concPool(ctx)
	concInto(p, &a, fa)
	concInto(p, &b, fb)
	concInto(p, &c, fc)
	concInto(p, &d, fd)
	concInto(p, &e, fe)
	if err := p.Wait(); err != nil {
		return 0, "", 0, false, 0, err
	}
	return a, b, c, d, e, nil
}

func concRace(ctx context.Context, fns []callFunc) (int, error) {
	ended := make(chan outcome, len(fns))
	p := concPool(ctx)
	for _, fn := range fns {
		p.Go(func(ctx context.Context) error {
			v, err := fn(ctx)
			ended <- outcome{v, err}
			return errEnough
		})
	}
	_ = p.Wait()
	o := <-ended
	return o.value, o.err
}

func concCompleted(ctx context.Context, fns []callFunc, use func(v int) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan outcome, len(fns))
	p := pool.New()
	defer p.Wait()
	defer cancel()
	for _, fn := range fns {
		p.Go(func() {
			v, err := fn(ctx)
			ended <- outcome{v, err}
		})
	}
	return useAll(ended, len(fns), use)
}

func concEach(ctx context.Context, items []int, fn doFunc) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	conciter.ForEach(items, func(item *int) {
		if err := fn(ctx, *item); err != nil {
			cancel(err)
		}
	})
	return context.Cause(ctx)
}

func concEachSeq(limit int) eachSeqFunc {
	return func(ctx context.Context, seq iter.Seq[int], fn doFunc) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		p := pool.New().WithMaxGoroutines(limit)
		for item := range seq {
			if ctx.Err() != nil {
				break
			}
			p.Go(func() {
				if err := fn(ctx, item); err != nil {
					cancel(err)
				}
			})
		}
		p.Wait()
		return context.Cause(ctx)
	}
}

func concMapSeq2(ctx context.Context, seq iter.Seq2[string, int], fn pairFunc) (map[string]int, error) {
	var results keyed
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := pool.New().WithMaxGoroutines(seqLimit)
	for key, item := range seq {
		if ctx.Err() != nil {
			break
		}
		p.Go(func() {
			v, err := fn(ctx, key, item)
			if err != nil {
				cancel(err)
				return
			}
			results.set(key, v)
		})
	}
	p.Wait()
	return results.unless(context.Cause(ctx))
}
