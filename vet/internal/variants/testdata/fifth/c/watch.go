package c

import (
	"context"
	"fmt"
	"time"
)

// want-rule (c): the select waits for changes and for a quiet moment, and not for the end of the context
func (w *ConfigWatcher) Watch(ctx context.Context) error {
	var pending []string
	for {
		var quiet <-chan time.Time
		if len(pending) > 0 {
			quiet = time.After(w.quiet)
		}
		select {
		case path, ok := <-w.changes:
			if !ok {
				return nil
			}
			pending = append(pending, path)
		case <-quiet:
			if err := w.reload(ctx, pending); err != nil {
				return fmt.Errorf("reload: %w", err)
			}
			pending = pending[:0]
		}
	}
}

// fine: the end of the context is one of the things that the select waits for
func (w *ConfigWatcher) WatchOK(ctx context.Context) error {
	var pending []string
	for {
		var quiet <-chan time.Time
		if len(pending) > 0 {
			quiet = time.After(w.quiet)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case path, ok := <-w.changes:
			if !ok {
				return nil
			}
			pending = append(pending, path)
		case <-quiet:
			if err := w.reload(ctx, pending); err != nil {
				return fmt.Errorf("reload: %w", err)
			}
			pending = pending[:0]
		}
	}
}
