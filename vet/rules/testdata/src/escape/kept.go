package escape

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
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

func opensForOthers(ctx context.Context, work func(context.Context) error) error {
	return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
		var h keepsGroup
		set := func(g *braid.Group) { h.g = g }
		set(g)
		made := func(g *braid.Group) *keepsGroup { return &keepsGroup{g: g} }
		made(h.g).g.Go(work)
		return nil
	})
}

type keepsTasks struct {
	g   *errgroup.Group
	ctx context.Context
}

func (k *keepsTasks) fails(ctx context.Context, setup, work func() error) error {
	g, ctx := errgroup.WithContext(ctx)
	k.ctx = ctx // want `the context of a group \(ctx\) is stored`
	if err := setup(); err != nil {
		return err
	}
	g.Go(work)
	return g.Wait()
}

func (k *keepsTasks) after(ctx context.Context, work func() error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(work)
	if err := g.Wait(); err != nil {
		return err
	}
	k.ctx = ctx // want `ctx`
	return nil
}
