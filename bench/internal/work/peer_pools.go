package work

import (
	"context"
	"iter"
	"runtime"
	"sync"

	"github.com/gammazero/workerpool"
	"github.com/panjf2000/ants/v2"
)

// This file is the two pools that know neither results nor errors nor contexts,
// which are added by hand, the same for both.

var (
	peerAnts = newPeer(14, "ants", "github.com/panjf2000/ants/v2", "a pool made once; results, errors and the join by hand",
		mapping.making(func(end func(func())) mapFunc { return poolMap(antsSubmit(runtime.GOMAXPROCS(0), end)) }),
		mappingSeq.making(func(end func(func())) mapSeqFunc { return poolMapSeq(antsSubmit(seqLimit, end)) }),
	)
	peerWorkerpool = newPeer(15, "workerpool", "github.com/gammazero/workerpool", "a pool made once; results, errors and the join by hand",
		mapping.making(func(end func(func())) mapFunc { return poolMap(workerpoolSubmit(runtime.GOMAXPROCS(0), end)) }),
		mappingSeq.making(func(end func(func())) mapSeqFunc { return poolMapSeq(workerpoolSubmit(seqLimit, end)) }),
	)
)

// antsSubmit makes a pool and gives how something is handed to it.
func antsSubmit(size int, end func(func())) func(func()) {
	p, err := ants.NewPool(size)
	if err != nil {
		panic(err)
	}
	end(p.Release)
	return func(task func()) {
		if err := p.Submit(task); err != nil {
			panic(err) // only a pool that is closed, or that may not block, refuses
		}
	}
}

func workerpoolSubmit(size int, end func(func())) func(func()) {
	p := workerpool.New(size)
	end(p.StopWait)
	return p.Submit
}

func poolMap(submit func(func())) mapFunc {
	return func(ctx context.Context, items []int, fn itemFunc) ([]int, error) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		results := make([]int, len(items))
		var wg sync.WaitGroup
		wg.Add(len(items))
		for i, item := range items {
			submit(func() {
				defer wg.Done()
				var err error
				if results[i], err = fn(ctx, item); err != nil {
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
}

func poolMapSeq(submit func(func())) mapSeqFunc {
	return func(ctx context.Context, seq iter.Seq[int], fn itemFunc) ([]int, error) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		var results []*int
		var wg sync.WaitGroup
		for item := range seq {
			if ctx.Err() != nil {
				break
			}
			result := new(int)
			results = append(results, result)
			wg.Add(1)
			submit(func() {
				defer wg.Done()
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
