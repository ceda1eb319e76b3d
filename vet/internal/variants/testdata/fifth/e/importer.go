package e

import (
	"context"

	"github.com/braid-go/braid"
)

// want-rule (e): handles of tasks are sent to a receiver outside the block, who may hold them when the block is long over
func (i *Importer) Import(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, part := range i.parts {
			t := braid.Fork(g, func(ctx context.Context) (Manifest, error) { return i.load(ctx, part) })
			select {
			case i.pending <- t:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	}, braid.Limit(4))
}

// fine: the handles stay in the block, and what is sent is the results
func (i *Importer) ImportOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		var tasks []*braid.Task[Manifest]
		for _, part := range i.parts {
			tasks = append(tasks, braid.Fork(g, func(ctx context.Context) (Manifest, error) { return i.load(ctx, part) }))
		}
		for t := range braid.AsCompleted(ctx, tasks...) {
			m, err := t.Wait(ctx)
			if err != nil {
				return err
			}
			select {
			case i.ready <- m:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	}, braid.Limit(4))
}
