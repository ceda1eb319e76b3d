package c

import (
	"context"
	"fmt"
)

// want-rule (c): one subscriber that does not read holds the publisher up for good, context or not
func (b *Bus) Publish(ctx context.Context, ev Event) error {
	for i, sub := range b.subscribers(ev.Topic) {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("publish %s, to %d subscribers only: %w", ev.Topic, i, err)
		}
		sub <- ev
	}
	return nil
}

// fine: each send gives way to the context
func (b *Bus) PublishOK(ctx context.Context, ev Event) error {
	for i, sub := range b.subscribers(ev.Topic) {
		select {
		case sub <- ev:
		case <-ctx.Done():
			return fmt.Errorf("publish %s, to %d subscribers only: %w", ev.Topic, i, context.Cause(ctx))
		}
	}
	return nil
}
