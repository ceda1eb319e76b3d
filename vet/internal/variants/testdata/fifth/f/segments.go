package f

import (
	"context"
	"fmt"

	"github.com/braid-go/braid"
)

// want-rule (f): the upload in the task takes the context from outside the group
func CopySegments(ctx context.Context, from, to segmentStore, names []string) error {
	return braid.Run(ctx, func(gctx context.Context, g *braid.Group) error {
		for _, name := range names {
			err := g.GoWait(gctx, func(tctx context.Context) error {
				body, err := from.Load(tctx, name)
				if err != nil {
					return fmt.Errorf("load %s: %w", name, err)
				}
				if len(body) == 0 {
					return nil
				}
				return to.Upload(ctx, name, body)
			})
			if err != nil {
				return err
			}
		}
		return nil
	}, braid.Limit(4))
}

// fine: load and upload both take the task's context
func CopySegmentsOK(ctx context.Context, from, to segmentStore, names []string) error {
	return braid.Run(ctx, func(gctx context.Context, g *braid.Group) error {
		for _, name := range names {
			err := g.GoWait(gctx, func(tctx context.Context) error {
				body, err := from.Load(tctx, name)
				if err != nil {
					return fmt.Errorf("load %s: %w", name, err)
				}
				if len(body) == 0 {
					return nil
				}
				return to.Upload(tctx, name, body)
			})
			if err != nil {
				return err
			}
		}
		return nil
	}, braid.Limit(4))
}
