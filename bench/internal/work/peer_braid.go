package work

import (
	"context"
	"iter"
	"strconv"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/progress"
	"github.com/braid-go/braid/service"
	"github.com/braid-go/braid/stream"
)

// This file is braid, used as its documentation says.

var peerBraid = newPeer(3, Braid, "github.com/braid-go/braid", "Map, MapSeq, All, Settle, First, Quorum, Hedge, Retry; packages stream, progress and service",
	mapping.by(func(ctx context.Context, items []int, fn itemFunc) ([]int, error) {
		return braid.Map(ctx, items, fn)
	}),
	mappingSeq.by(func(ctx context.Context, seq iter.Seq[int], fn itemFunc) ([]int, error) {
		return braid.MapSeq(ctx, seq, fn, braid.Limit(seqLimit))
	}),
	all.by(func(ctx context.Context, fns []callFunc) ([]int, error) {
		return braid.All(ctx, fns)
	}),
	settle.by(func(ctx context.Context, fns []callFunc) func(int) (int, error) {
		outcomes, _ := braid.Settle(ctx, fns)
		return func(i int) (int, error) { return outcomes[i].Value, outcomes[i].Err }
	}),
	first.by(func(ctx context.Context, fns []callFunc) (int, error) {
		return braid.First(ctx, fns)
	}),
	quorum.by(func(ctx context.Context, need int, fns []callFunc) ([]int, error) {
		return braid.Quorum(ctx, need, fns)
	}),
	hedge.by(func(delay time.Duration) hedgeFunc {
		return func(ctx context.Context, fn callFunc) (int, error) { return braid.Hedge(ctx, 2, delay, fn) }
	}),
	retrying.by(func(attempts int) retryFunc {
		policy := braid.Policy{Attempts: attempts}
		return func(ctx context.Context, fn callFunc) (int, error) { return braid.Retry(ctx, policy, fn) }
	}),
	ordered.by(braidStream()),
	unordered.by(braidStream(stream.Unordered)),
	counting.by(func() (func(), func() int) {
		p := progress.New("items")
		return func() { p.Done(1) }, func() int { return p.Snapshot().Done }
	}),
	serving.by(func(ctx context.Context, parts []partFunc) error {
		ps := make([]service.Part, len(parts))
		for i, part := range parts {
			ps[i] = service.Part{Name: partNames[i], Run: service.Func(part)}
		}
		return service.Run(ctx, ps, quiet)
	}),
)

// quiet keeps the end of a service, which is no clean one here, out of the log,
// as it is done for suture.
var quiet = service.Observe(func(service.Event) {})

var partNames = func() (names [10]string) {
	for i := range names {
		names[i] = "part " + strconv.Itoa(i)
	}
	return names
}()

func braidStream(opts ...braid.StreamOption) streamFunc {
	return func(ctx context.Context, seq iter.Seq[int], fn itemFunc, yield func(int) bool) error {
		for v, err := range stream.Map(stream.Values(seq), fn, opts...)(ctx) {
			if err != nil {
				return err
			}
			if !yield(v) {
				return nil
			}
		}
		return nil
	}
}
