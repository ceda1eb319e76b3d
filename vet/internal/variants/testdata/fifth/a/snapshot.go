package a

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/sourcegraph/conc/pool"
)

// want-rule (a): one cancelled push makes the whole joined error a success, failures of other peers included
func (l *Leader) ShipSnapshot(ctx context.Context, snapshot []byte) error {
	p := pool.New().WithMaxGoroutines(4).WithContext(ctx)
	for _, peer := range l.peers {
		p.Go(func(ctx context.Context) error {
			if err := peer.Push(ctx, snapshot); err != nil {
				return fmt.Errorf("push to %s: %w", peer.Name(), err)
			}
			return nil
		})
	}
	if err := p.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		slog.ErrorContext(ctx, "snapshot not shipped", "err", err)
		return err
	}
	return nil
}

// fine: the test for a cancellation chooses the level of the log line only; the error is returned whole
func (l *Leader) ShipSnapshotOK(ctx context.Context, snapshot []byte) error {
	p := pool.New().WithMaxGoroutines(4).WithContext(ctx)
	for _, peer := range l.peers {
		p.Go(func(ctx context.Context) error {
			if err := peer.Push(ctx, snapshot); err != nil {
				return fmt.Errorf("push to %s: %w", peer.Name(), err)
			}
			return nil
		})
	}
	if err := p.Wait(); err != nil {
		level := slog.LevelError
		if errors.Is(err, context.Canceled) {
			level = slog.LevelInfo
		}
		slog.Log(ctx, level, "snapshot not shipped", "err", err)
		return err
	}
	return nil
}
