package work

import (
	"context"
	"iter"
	"runtime"

	"github.com/alitto/pond/v2"
)

// This file is pond where a pipeline is futures in their order, or ends in a
// group. For the other stages it has nothing that is more than `go`.

var _ = peerPond.also(
	filtering.making(func(end func(func())) filterFunc {
		p := pond.NewResultPool[verdict](runtime.GOMAXPROCS(0))
		end(p.StopAndWait)
		return filterBy(func(ctx context.Context, seq iter.Seq[int], fn func(context.Context, int) (verdict, error), yield func(verdict) bool) error {
			return pondOrdered(ctx, p, seq, fn, yield)
		})
	}),
	reducing.making(func(end func(func())) reduceFunc {
		p := pond.NewResultPool[int](runtime.GOMAXPROCS(0))
		end(p.StopAndWait)
		return reduceBy(func(ctx context.Context, seq iter.Seq[int], fn itemFunc, yield func(int) bool) error {
			return pondOrdered(ctx, p, seq, fn, yield)
		})
	}),
	collecting.making(func(end func(func())) mapSeqFunc { return pondMapSeq(runtime.GOMAXPROCS(0), end) }),
	doingStream.making(func(end func(func())) eachSeqFunc { return pondEachSeq(runtime.GOMAXPROCS(0), end) }),
)
