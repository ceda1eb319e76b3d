package e

import (
	"context"
	"log/slog"

	"golang.org/x/sync/errgroup"
)

// want-rule (e): the group is put into a package variable and can be reached from everywhere, also when it is over
func (t *Telemetry) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	exporters = g
	g.Go(func() error { return t.push(ctx) })
	g.Go(func() error { return t.scrape(ctx) })
	err := g.Wait()
	slog.Info("telemetry ended", "err", err)
	return err
}

// fine: the group is a local variable
func (t *Telemetry) RunOK(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return t.push(ctx) })
	g.Go(func() error { return t.scrape(ctx) })
	err := g.Wait()
	slog.Info("telemetry ended", "err", err)
	return err
}
