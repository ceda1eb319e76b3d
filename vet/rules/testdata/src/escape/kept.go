package escape

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/braid-go/braid"
)

var active atomic.Pointer[braid.Group]

func putsAway(ctx context.Context) error {
	body := func(_ context.Context, g *braid.Group) error {
		active.Store(g) // want `the group \(g\) is stored`
		return nil
	}
	return braid.Run(ctx, body)
}

func putsAwayHere(ctx context.Context) error {
	return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
		var mine atomic.Pointer[braid.Group]
		mine.Store(g)
		return nil
	})
}

type keepsGroup struct{ g *braid.Group }

func (h *keepsGroup) opens(ctx context.Context, first func(context.Context) error) error {
	g, gctx := braid.Open(ctx)
	h.g = g
	if err := first(gctx); err != nil {
		return errors.Join(err, g.Close())
	}
	return nil
}

func (h *keepsGroup) opensAndCloses(ctx context.Context, first func(context.Context) error) error {
	g, gctx := braid.Open(ctx)
	h.g = g // want `the group \(g\) is stored`
	if err := first(gctx); err != nil {
		return errors.Join(err, g.Close())
	}
	return g.Close()
}
