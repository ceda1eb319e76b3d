package work

import (
	"context"
	"iter"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// This file is errgroup where few functions are called, or functions without
// results or with keyed ones.

var _ = peerErrgroup.also(
	join2.by(errgroupJoin2),
	join5.by(errgroupJoin5),
	racing.by(errgroupRace),
	completed.by(errgroupCompleted),
	doing.by(errgroupEach),
	doingSeq.by(errgroupEachSeq(seqLimit)),
	mappingSeq2.by(errgroupMapSeq2),
)

// errgroupInto starts fn in g, whose value goes to result.
func errgroupInto[T any](ctx context.Context, g *errgroup.Group, result *T, fn func(context.Context) (T, error)) {
	g.Go(func() (err error) {
		*result, err = fn(ctx)
		return err
	})
}

func errgroupJoin2(ctx context.Context, fa func(context.Context) (int, error), fb func(context.Context) (string, error)) (a int, b string, err error) {
	g, ctx := errgroup.WithContext(ctx)
	errgroupInto(ctx, g, &a, fa)
	errgroupInto(ctx, g, &b, fb)
	if err := g.Wait(); err != nil {
		return 0, "", err
	}
	return a, b, nil
}

func errgroupJoin5(ctx context.Context, fa func(context.Context) (int, error), fb func(context.Context) (string, error),
	fc func(context.Context) (float64, error), fd func(context.Context) (bool, error), fe func(context.Context) (rune, error),
) (a int, b string, c float64, d bool, e rune, err error) {
	g, ctx := errgroup.WithContext(ctx)
	errgroupInto(ctx, g, &a, fa)
	errgroupInto(ctx, g, &b, fb)
	errgroupInto(ctx, g, &c, fc)
	errgroupInto(ctx, g, &d, fd)
	errgroupInto(ctx, g, &e, fe)
	if err := g.Wait(); err != nil {
		return 0, "", 0, false, 0, err
	}
	return a, b, c, d, e, nil
}

func errgroupRace(ctx context.Context, fns []callFunc) (int, error) {
	ended := make(chan outcome, len(fns))
	g, ctx := errgroup.WithContext(ctx)
	for _, fn := range fns {
		g.Go(func() error {
			v, err := fn(ctx)
			ended <- outcome{v, err}
			return errEnough
		})
	}
	_ = g.Wait()
	o := <-ended
	return o.value, o.err
}

func errgroupCompleted(ctx context.Context, fns []callFunc, use func(v int) bool) error {
	ended := make(chan int, len(fns))
	outer, cancel := context.WithCancel(ctx)
	g, ctx := errgroup.WithContext(outer)
	for _, fn := range fns {
		g.Go(func() error {
			v, err := fn(ctx)
			if err != nil {
				return err
			}
			ended <- v
			return nil
		})
	}
	defer func() { _ = g.Wait() }() // the error is taken below, unless nobody wants more
	defer cancel()
	for range fns {
		select {
		case v := <-ended:
			if !use(v) {
				return nil
			}
		case <-ctx.Done():
			return g.Wait()
		}
	}
	return nil
}

func errgroupEach(ctx context.Context, items []int, fn doFunc) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, item := range items {
		g.Go(func() error { return fn(ctx, item) })
	}
	return g.Wait()
}

func errgroupEachSeq(limit int) eachSeqFunc {
	return func(ctx context.Context, seq iter.Seq[int], fn doFunc) error {
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(limit)
		for item := range seq {
			if ctx.Err() != nil {
				break
			}
			g.Go(func() error { return fn(ctx, item) })
		}
		return g.Wait()
	}
}

func errgroupMapSeq2(ctx context.Context, seq iter.Seq2[string, int], fn pairFunc) (map[string]int, error) {
	var results keyed
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(seqLimit)
	for key, item := range seq {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			v, err := fn(ctx, key, item)
			if err == nil {
				results.set(key, v)
			}
			return err
		})
	}
	return results.unless(g.Wait())
}
