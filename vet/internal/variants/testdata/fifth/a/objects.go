package a

import (
	"context"
	"fmt"
	"iter"
)

// want-rule (a): the sequence just ends when the context dies, so that a cut listing looks like a full one
func (c *Client) Objects(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		token := ""
		for {
			objs, next, err := c.page(ctx, prefix, token)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				yield(Object{}, fmt.Errorf("list %s: %w", prefix, err))
				return
			}
			for _, o := range objs {
				if !yield(o, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			token = next
		}
	}
}

// fine: the cancellation is the last thing that is yielded
func (c *Client) ObjectsOK(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		token := ""
		for {
			objs, next, err := c.page(ctx, prefix, token)
			if err != nil {
				yield(Object{}, fmt.Errorf("list %s: %w", prefix, err))
				return
			}
			for _, o := range objs {
				if !yield(o, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			token = next
		}
	}
}
