package work

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
)

// This file is more of what one writes without a library: few functions, and
// functions without results or with keyed ones.

var _ = peerBare.also(
	join2.by(bareJoin2),
	join5.by(bareJoin5),
	racing.by(bareRace),
	completed.by(bareCompleted),
	doing.by(bareEach),
	doingSeq.by(bareEachSeq(seqLimit)),
	mappingSeq2.by(bareMapSeq2),
)

// goInto starts fn, whose value goes to result and whose error cancels.
func goInto[T any](ctx context.Context, wg *sync.WaitGroup, cancel context.CancelCauseFunc, result *T, fn func(context.Context) (T, error)) {
	wg.Go(func() {
		var err error
		if *result, err = fn(ctx); err != nil {
			cancel(err)
		}
	})
}

func bareJoin2(ctx context.Context, fa func(context.Context) (int, error), fb func(context.Context) (string, error)) (a int, b string, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	goInto(ctx, &wg, cancel, &a, fa)
	goInto(ctx, &wg, cancel, &b, fb)
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return 0, "", err
	}
	return a, b, nil
}

func bareJoin5(ctx context.Context, fa func(context.Context) (int, error), fb func(context.Context) (string, error),
	fc func(context.Context) (float64, error), fd func(context.Context) (bool, error), fe func(context.Context) (rune, error),
) (a int, b string, c float64, d bool, e rune, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	goInto(ctx, &wg, cancel, &a, fa)
	goInto(ctx, &wg, cancel, &b, fb)
	goInto(ctx, &wg, cancel, &c, fc)
	goInto(ctx, &wg, cancel, &d, fd)
	goInto(ctx, &wg, cancel, &e, fe)
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return 0, "", 0, false, 0, err
	}
	return a, b, c, d, e, nil
}

func bareRace(ctx context.Context, fns []callFunc) (result int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var decided atomic.Bool
	var wg sync.WaitGroup
	for _, fn := range fns {
		wg.Go(func() {
			v, e := fn(ctx)
			if decided.CompareAndSwap(false, true) {
				result, err = v, e
				cancel()
			}
		})
	}
	wg.Wait()
	return result, err
}

// An outcome is what a function returned.
type outcome struct {
	value int
	err   error
}

func bareCompleted(ctx context.Context, fns []callFunc, use func(v int) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan outcome, len(fns))
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	for _, fn := range fns {
		wg.Go(func() {
			v, err := fn(ctx)
			ended <- outcome{v, err}
		})
	}
	return useAll(ended, len(fns), use)
}

// useAll uses n outcomes until one is an error.
func useAll(ended <-chan outcome, n int, use func(v int) bool) error {
	for range n {
		o := <-ended
		if o.err != nil {
			return o.err
		}
		if !use(o.value) {
			break
		}
	}
	return nil
}

// bareEach gives each processor a part of the items of its own.
func bareEach(ctx context.Context, items []int, fn doFunc) error {
	p := runtime.GOMAXPROCS(0)
	errs := make([]error, p)
	var wg sync.WaitGroup
	for w := range p {
		wg.Go(func() {
			for _, item := range items[len(items)*w/p : len(items)*(w+1)/p] {
				if errs[w] = fn(ctx, item); errs[w] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// bareEachSeq has a goroutine for each item and a channel for the limit.
func bareEachSeq(limit int) eachSeqFunc {
	return func(ctx context.Context, seq iter.Seq[int], fn doFunc) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		var wg sync.WaitGroup
		slots := make(chan struct{}, limit)
		for item := range seq {
			slots <- struct{}{}
			if ctx.Err() != nil {
				break
			}
			wg.Go(func() {
				defer func() { <-slots }()
				if err := fn(ctx, item); err != nil {
					cancel(err)
				}
			})
		}
		wg.Wait()
		return context.Cause(ctx)
	}
}

func bareMapSeq2(ctx context.Context, seq iter.Seq2[string, int], fn pairFunc) (map[string]int, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	var results keyed
	slots := make(chan struct{}, seqLimit)
	for key, item := range seq {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			v, err := fn(ctx, key, item)
			if err != nil {
				cancel(err)
				return
			}
			results.set(key, v)
		})
	}
	wg.Wait()
	return results.unless(context.Cause(ctx))
}

// keyed is a map that is written to from all sides.
type keyed struct {
	mu sync.Mutex
	m  map[string]int
}

func (k *keyed) set(key string, v int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m == nil {
		k.m = make(map[string]int)
	}
	k.m[key] = v
}

// unless gives the map, unless there is an error.
func (k *keyed) unless(err error) (map[string]int, error) {
	if err != nil {
		return nil, err
	}
	return k.m, nil
}
