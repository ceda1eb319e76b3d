package j

import (
	"context"

	"github.com/braid-go/braid"
)

// want-rule (j): Value is asked of a task that need not have ended, and panics then
func (q *Quotes) Spread(ctx context.Context, a, b string) (float64, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (float64, error) {
		first := braid.Fork(g, func(ctx context.Context) (float64, error) { return q.spot(ctx, a) })
		second := braid.Fork(g, func(ctx context.Context) (float64, error) { return q.spot(ctx, b) })
		if err := q.audit(ctx, a+b); err != nil {
			return 0, err
		}
		x, err := first.Wait(ctx)
		if err != nil {
			return 0, err
		}
		return x - second.Value(), nil
	})
}

// fine: both tasks are waited for before their values are used
func (q *Quotes) SpreadOK(ctx context.Context, a, b string) (float64, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (float64, error) {
		first := braid.Fork(g, func(ctx context.Context) (float64, error) { return q.spot(ctx, a) })
		second := braid.Fork(g, func(ctx context.Context) (float64, error) { return q.spot(ctx, b) })
		if err := q.audit(ctx, a+b); err != nil {
			return 0, err
		}
		x, err := first.Wait(ctx)
		if err != nil {
			return 0, err
		}
		y, err := second.Wait(ctx)
		if err != nil {
			return 0, err
		}
		return x - y, nil
	})
}
