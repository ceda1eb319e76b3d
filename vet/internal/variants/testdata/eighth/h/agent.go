package h

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// want-rule (h): the ticker is never stopped
func (a *Agent) KeepAlive(ctx context.Context, id string) error {
	ticker := time.NewTicker(a.interval)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			lease, err := a.reg.Renew(ctx, id)
			if err != nil {
				return fmt.Errorf("renew %s: %w", id, err)
			}
			slog.DebugContext(ctx, "renewed", "lease", lease.ID)
		}
	}
}

// fine: the ticker is stopped when the loop ends
func (a *Agent) KeepAliveOK(ctx context.Context, id string) error {
	ticker := time.NewTicker(a.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			lease, err := a.reg.Renew(ctx, id)
			if err != nil {
				return fmt.Errorf("renew %s: %w", id, err)
			}
			slog.DebugContext(ctx, "renewed", "lease", lease.ID)
		}
	}
}

// want-rule (h): at a reload the old ticker is replaced without having been stopped
func (a *Agent) Report(ctx context.Context) error {
	ticker := time.NewTicker(a.interval)
	defer func() { ticker.Stop() }()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case every := <-a.reload:
			ticker = time.NewTicker(every)
		case <-ticker.C:
			if err := a.report(ctx); err != nil {
				return err
			}
		}
	}
}

// fine: the one ticker is reset at a reload and stopped at the end
func (a *Agent) ReportOK(ctx context.Context) error {
	ticker := time.NewTicker(a.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case every := <-a.reload:
			ticker.Reset(every)
		case <-ticker.C:
			if err := a.report(ctx); err != nil {
				return err
			}
		}
	}
}

// want-rule (h): the stop function of NotifyContext is dropped, so the signals stay caught after the agent has ended
func (a *Agent) Main(ctx context.Context, id string) error {
	ctx, _ = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	if _, err := a.reg.Renew(ctx, id); err != nil {
		return fmt.Errorf("first lease: %w", err)
	}
	return a.reg.Watch(ctx, id, func(key string) {
		slog.InfoContext(ctx, "changed", "key", key)
	})
}

// fine: stop gives the signals back at the end
func (a *Agent) MainOK(ctx context.Context, id string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if _, err := a.reg.Renew(ctx, id); err != nil {
		return fmt.Errorf("first lease: %w", err)
	}
	return a.reg.Watch(ctx, id, func(key string) {
		slog.InfoContext(ctx, "changed", "key", key)
	})
}
