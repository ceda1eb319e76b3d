package work

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// This file is the language and its standard library: what one writes without
// a library, as short as it can be while it keeps what the workloads promise.
// A panic of a function ends the program here.

var peerBare = newPeer(0, Bare, "", "by hand: `go`, sync.WaitGroup, channels; a loop for retries",
	mapping.by(bareMap),
	mappingSeq.by(bareMapSeq(seqLimit)),
	all.by(bareAll),
	settle.by(bareSettle),
	first.by(bareFirst),
	quorum.by(bareQuorum),
	hedge.by(bareHedge),
	retrying.by(bareRetry),
	ordered.by(bareOrdered),
	unordered.by(bareUnordered),
	counting.by(bareCount),
	serving.by(bareService),
)

// bareMap gives each processor a part of the items of its own.
func bareMap(ctx context.Context, items []int, fn itemFunc) ([]int, error) {
	results := make([]int, len(items))
	p := runtime.GOMAXPROCS(0)
	errs := make([]error, p)
	var wg sync.WaitGroup
	for w := range p {
		wg.Go(func() {
			for i := len(items) * w / p; i < len(items)*(w+1)/p; i++ {
				if results[i], errs[w] = fn(ctx, items[i]); errs[w] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return results, nil
}

// bareMapSeq has a goroutine for each item and a channel for the limit.
func bareMapSeq(limit int) mapSeqFunc {
	return func(ctx context.Context, seq iter.Seq[int], fn itemFunc) ([]int, error) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		var wg sync.WaitGroup
		var results []*int
		slots := make(chan struct{}, limit)
		for item := range seq {
			slots <- struct{}{}
			if ctx.Err() != nil {
				break
			}
			result := new(int)
			results = append(results, result)
			wg.Go(func() {
				defer func() { <-slots }()
				var err error
				if *result, err = fn(ctx, item); err != nil {
					cancel(err)
				}
			})
		}
		wg.Wait()
		return values(results, context.Cause(ctx))
	}
}

// values gives what the pointers point to, unless there is an error.
func values(results []*int, err error) ([]int, error) {
	if err != nil {
		return nil, err
	}
	out := make([]int, len(results))
	for i, r := range results {
		out[i] = *r
	}
	return out, nil
}

func bareAll(ctx context.Context, fns []callFunc) ([]int, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results := make([]int, len(fns))
	var wg sync.WaitGroup
	for i, fn := range fns {
		wg.Go(func() {
			var err error
			if results[i], err = fn(ctx); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return results, nil
}

func bareSettle(ctx context.Context, fns []callFunc) func(int) (int, error) {
	results := make([]int, len(fns))
	errs := make([]error, len(fns))
	var wg sync.WaitGroup
	for i, fn := range fns {
		wg.Go(func() { results[i], errs[i] = fn(ctx) })
	}
	wg.Wait()
	return func(i int) (int, error) { return results[i], errs[i] }
}

func bareFirst(ctx context.Context, fns []callFunc) (result int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(fns))
	var won atomic.Bool
	var wg sync.WaitGroup
	for i, fn := range fns {
		wg.Go(func() {
			v, err := fn(ctx)
			if errs[i] = err; err == nil && won.CompareAndSwap(false, true) {
				result = v
				cancel()
			}
		})
	}
	wg.Wait()
	if won.Load() {
		return result, nil
	}
	return 0, errors.Join(errs...)
}

func bareQuorum(ctx context.Context, need int, fns []callFunc) ([]int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make([]int, len(fns))
	errs := make([]error, len(fns))
	ends := tally{need: need, of: len(fns)}
	var wg sync.WaitGroup
	for i, fn := range fns {
		wg.Go(func() {
			results[i], errs[i] = fn(ctx)
			if ends.add(errs[i]) != nil {
				cancel()
			}
		})
	}
	wg.Wait()
	return majority(need, results, errs)
}

// majority picks what a quorum returns.
func majority(need int, results []int, errs []error) ([]int, error) {
	var out []int
	for i, err := range errs {
		if err == nil && len(out) < need {
			out = append(out, results[i])
		}
	}
	if len(out) < need {
		return nil, errors.Join(errs...)
	}
	return out, nil
}

func bareHedge(delay time.Duration) hedgeFunc {
	return func(ctx context.Context, fn callFunc) (int, error) {
		ctx, cancel := context.WithCancel(ctx)
		type outcome struct {
			value int
			err   error
		}
		ended := make(chan outcome, 2)
		var wg sync.WaitGroup
		defer wg.Wait()
		defer cancel()
		attempt := func() {
			v, err := fn(ctx)
			ended <- outcome{v, err}
		}
		wg.Go(attempt)
		timer := time.NewTimer(delay)
		defer timer.Stop()
		var last outcome
		for running, left := 1, 1; running > 0; {
			select {
			case <-timer.C:
			case last = <-ended:
				if running--; last.err == nil || ctx.Err() != nil {
					return last.value, last.err
				}
			}
			if left > 0 {
				left, running = left-1, running+1
				wg.Go(attempt)
			}
		}
		return last.value, last.err
	}
}

func bareRetry(attempts int) retryFunc {
	return func(ctx context.Context, fn callFunc) (v int, err error) {
		for range attempts {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			if v, err = fn(ctx); err == nil {
				return v, nil
			}
		}
		return 0, err
	}
}

func bareCount() (func(), func() int) {
	var n atomic.Int64
	return func() { n.Add(1) }, func() int { return int(n.Load()) }
}

func bareService(ctx context.Context, parts []partFunc) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for _, part := range parts {
		wg.Go(func() { cancel(part(ctx)) })
	}
	wg.Wait()
	return context.Cause(ctx)
}
