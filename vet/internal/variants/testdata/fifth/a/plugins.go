package a

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// want-rule (a): the task recovers whatever is thrown through it, logs it and ends well
func (c *Collector) CollectPlugins(ctx context.Context, plugins []Plugin) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(c.width)
	for _, p := range plugins {
		g.Go(func() (err error) {
			defer func() {
				if r := recover(); r != nil {
					slog.ErrorContext(ctx, "plugin panicked", "plugin", p.Name(), "panic", r, "stack", string(debug.Stack()))
				}
			}()
			if err := p.Collect(ctx, c.put); err != nil {
				return fmt.Errorf("plugin %s: %w", p.Name(), err)
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: what was recovered becomes the error of the task
func (c *Collector) CollectPluginsOK(ctx context.Context, plugins []Plugin) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(c.width)
	for _, p := range plugins {
		g.Go(func() (err error) {
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("plugin %s panicked: %v\n%s", p.Name(), r, debug.Stack())
				}
			}()
			if err := p.Collect(ctx, c.put); err != nil {
				return fmt.Errorf("plugin %s: %w", p.Name(), err)
			}
			return nil
		})
	}
	return g.Wait()
}
