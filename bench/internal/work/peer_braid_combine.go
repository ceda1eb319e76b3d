package work

import (
	"context"
	"iter"

	"github.com/braid-go/braid"
)

// This file is braid where few functions are called, or functions without
// results or with keyed ones.

var _ = peerBraid.also(
	join2.by(func(ctx context.Context, fa func(context.Context) (int, error), fb func(context.Context) (string, error)) (int, string, error) {
		return braid.Join2(ctx, fa, fb)
	}),
	join5.by(func(ctx context.Context, fa func(context.Context) (int, error), fb func(context.Context) (string, error),
		fc func(context.Context) (float64, error), fd func(context.Context) (bool, error), fe func(context.Context) (rune, error),
	) (int, string, float64, bool, rune, error) {
		return braid.Join5(ctx, fa, fb, fc, fd, fe)
	}),
	racing.by(func(ctx context.Context, fns []callFunc) (int, error) {
		return braid.Race(ctx, fns)
	}),
	completed.by(func(ctx context.Context, fns []callFunc, use func(v int) bool) error {
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			tasks := make([]*braid.Task[int], len(fns))
			for i, fn := range fns {
				tasks[i] = braid.Fork(g, fn)
			}
			for task := range braid.AsCompleted(ctx, tasks...) {
				v, err := task.Result()
				if err != nil {
					return err
				}
				if !use(v) {
					break
				}
			}
			return nil
		})
	}),
	doing.by(func(ctx context.Context, items []int, fn doFunc) error {
		return braid.Each(ctx, items, fn)
	}),
	doingSeq.by(func(ctx context.Context, seq iter.Seq[int], fn doFunc) error {
		return braid.EachSeq(ctx, seq, fn, braid.Limit(seqLimit))
	}),
	mappingSeq2.by(func(ctx context.Context, seq iter.Seq2[string, int], fn pairFunc) (map[string]int, error) {
		return braid.MapSeq2(ctx, seq, fn, braid.Limit(seqLimit))
	}),
)
