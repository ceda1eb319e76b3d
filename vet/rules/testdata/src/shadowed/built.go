// Contexts that a loop puts together, for what comes behind it.

package shadowed

import (
	"context"
	"time"
)

type pairs struct {
	key  string
	next *pairs
}

func pairsOf(ctx context.Context) *pairs {
	p, _ := ctx.Value(round{}).(*pairs)
	return p
}

func withPairs(ctx context.Context, keys ...string) context.Context {
	for i := 0; i < len(keys); i++ {
		ctx = context.WithValue(ctx, round{}, &pairs{keys[i], pairsOf(ctx)})
	}
	return ctx
}

func withPairsSeen(ctx context.Context, keys ...string) context.Context {
	for _, key := range keys {
		ctx = context.WithValue(ctx, round{}, &pairs{key, pairsOf(ctx)})
		_ = do(ctx)
	}
	return ctx
}

func withLimits(ctx context.Context, limits []time.Duration) error {
	for _, limit := range limits {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	return do(ctx)
}

func retriesUnder(ctx context.Context, limits []time.Duration) error {
	for _, limit := range limits {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit) // want `ctx grows by one link each round`
		defer cancel()
		if do(ctx) == nil {
			break
		}
	}
	return do(ctx)
}

func pairsForEver(ctx context.Context, keys <-chan []string) {
	for list := range keys {
		for range list {
			ctx = context.WithValue(ctx, round{}, pairsOf(ctx)) // want `ctx grows by one link each round`
		}
		_ = do(ctx)
	}
}

func pairsForNobody(ctx context.Context, keys []string) {
	for range keys {
		ctx = context.WithValue(ctx, round{}, pairsOf(ctx)) // want `ctx grows by one link each round`
	}
}
