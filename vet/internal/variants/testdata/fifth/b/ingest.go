package b

import (
	"context"
	"fmt"
	"log/slog"

	"golang.org/x/sync/errgroup"
)

// want-rule (b): each task starts an upload of its own that the group knows nothing of
func (n *Ingester) Ingest(ctx context.Context, segs []Segment) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(n.width)
	for _, seg := range segs {
		g.Go(func() error {
			if err := n.index.Add(ctx, seg); err != nil {
				return fmt.Errorf("index segment %d: %w", seg.ID, err)
			}
			go func() {
				if err := n.mirror.Upload(ctx, seg); err != nil {
					slog.WarnContext(ctx, "segment not mirrored", "segment", seg.ID, "err", err)
				}
			}()
			return nil
		})
	}
	return g.Wait()
}

// fine: the upload is part of the task
func (n *Ingester) IngestOK(ctx context.Context, segs []Segment) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(n.width)
	for _, seg := range segs {
		g.Go(func() error {
			if err := n.index.Add(ctx, seg); err != nil {
				return fmt.Errorf("index segment %d: %w", seg.ID, err)
			}
			if err := n.mirror.Upload(ctx, seg); err != nil {
				return fmt.Errorf("mirror segment %d: %w", seg.ID, err)
			}
			return nil
		})
	}
	return g.Wait()
}
