package a

import (
	"context"
	"fmt"
	"log/slog"
)

// want-rule (a): a copy cut short by the context is logged and skipped like a bad object, for all keys that are left, and the end is a success
func (m *Migrator) CopyBucket(ctx context.Context) (copied, skipped int, err error) {
	for key, err := range m.src.Keys(ctx) {
		if err != nil {
			return copied, skipped, fmt.Errorf("list keys: %w", err)
		}
		if err := m.src.Copy(ctx, key, m.dst); err != nil {
			slog.WarnContext(ctx, "object not copied", "key", key, "err", err)
			skipped++
			continue
		}
		copied++
	}
	return copied, skipped, nil
}

// fine: log and continue, but not once the context is dead
func (m *Migrator) CopyBucketOK(ctx context.Context) (copied, skipped int, err error) {
	for key, err := range m.src.Keys(ctx) {
		if err != nil {
			return copied, skipped, fmt.Errorf("list keys: %w", err)
		}
		if err := m.src.Copy(ctx, key, m.dst); err != nil {
			if ctx.Err() != nil {
				return copied, skipped, fmt.Errorf("copy %s: %w", key, err)
			}
			slog.WarnContext(ctx, "object not copied", "key", key, "err", err)
			skipped++
			continue
		}
		copied++
	}
	return copied, skipped, nil
}
