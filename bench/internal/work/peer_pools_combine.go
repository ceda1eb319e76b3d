package work

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// This file is the two pools without results, where there are none or keyed ones.

var (
	_ = peerAnts.also(
		doing.making(func(end func(func())) eachFunc { return poolEach(antsSubmit(runtime.GOMAXPROCS(0), end)) }),
		doingSeq.making(func(end func(func())) eachSeqFunc { return poolEachSeq(antsSubmit(seqLimit, end)) }),
		mappingSeq2.making(func(end func(func())) mapSeq2Func { return poolMapSeq2(antsSubmit(seqLimit, end)) }),
	)
	// What is handed to a workerpool waits in a queue without bounds, so that it
	// has nothing for an iterator whose items may take no memory.
	_ = peerWorkerpool.also(
		doing.making(func(end func(func())) eachFunc { return poolEach(workerpoolSubmit(runtime.GOMAXPROCS(0), end)) }),
		mappingSeq2.making(func(end func(func())) mapSeq2Func { return poolMapSeq2(workerpoolSubmit(seqLimit, end)) }),
	)
)

func poolEach(submit func(func())) eachFunc {
	return func(ctx context.Context, items []int, fn doFunc) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		var wg sync.WaitGroup
		wg.Add(len(items))
		for _, item := range items {
			submit(func() {
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

func poolEachSeq(submit func(func())) eachSeqFunc {
	return func(ctx context.Context, seq iter.Seq[int], fn doFunc) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		var wg sync.WaitGroup
		for item := range seq {
			if ctx.Err() != nil {
				break
			}
			wg.Add(1)
			submit(func() {
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

func poolMapSeq2(submit func(func())) mapSeq2Func {
	return func(ctx context.Context, seq iter.Seq2[string, int], fn pairFunc) (map[string]int, error) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		var results keyed
		var wg sync.WaitGroup
		for key, item := range seq {
			if ctx.Err() != nil {
				break
			}
			wg.Add(1)
			submit(func() {
				defer wg.Done()
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
}
