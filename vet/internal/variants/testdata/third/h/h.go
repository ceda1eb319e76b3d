// Package h holds timers, tickers and contexts that nobody ends.
package h

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

type catalog interface {
	Search(ctx context.Context, term string) ([]string, error)
}

// want-rule (h): the cancel of the timeout is thrown away, its timer lives on for the full minute
func searchHandler(cat catalog) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if r.URL.Query().Has("slow") {
			ctx, _ = context.WithTimeout(ctx, time.Minute)
		}
		hits, err := cat.Search(ctx, r.FormValue("q"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, len(hits))
	}
}

// fine: the cancel is deferred
func searchHandlerOK(cat catalog) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if r.URL.Query().Has("slow") {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, time.Minute)
			defer cancel()
		}
		hits, err := cat.Search(ctx, r.FormValue("q"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, len(hits))
	}
}

type tunnel interface {
	Dial(ctx context.Context) error
	Pump(ctx context.Context) error
}

// want-rule (h): the continue after a failed Dial skips the cancel
func runTunnel(ctx context.Context, t tunnel, retries int) (err error) {
	for n := range retries {
		tctx, cancel := context.WithCancelCause(ctx)
		if err = t.Dial(tctx); err != nil {
			slog.WarnContext(ctx, "dial", "try", n, "err", err)
			continue
		}
		err = t.Pump(tctx)
		cancel(err)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return err
}

// fine: each path cancels, also that of a failed Dial
func runTunnelOK(ctx context.Context, t tunnel, retries int) (err error) {
	for n := range retries {
		tctx, cancel := context.WithCancelCause(ctx)
		if err = t.Dial(tctx); err != nil {
			cancel(err)
			slog.WarnContext(ctx, "dial", "try", n, "err", err)
			continue
		}
		err = t.Pump(tctx)
		cancel(err)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return err
}

type heartbeat struct {
	every time.Duration
	send  func(ctx context.Context, seq int) error
}

// want-rule (h): the ticker is never stopped
func (h heartbeat) run(ctx context.Context) error {
	beat := time.NewTicker(h.every)
	for seq := 0; ; seq++ {
		if err := h.send(ctx, seq); err != nil {
			return fmt.Errorf("heartbeat %d: %w", seq, err)
		}
		select {
		case <-beat.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fine: Stop is deferred
func (h heartbeat) runOK(ctx context.Context) error {
	beat := time.NewTicker(h.every)
	defer beat.Stop()
	for seq := 0; ; seq++ {
		if err := h.send(ctx, seq); err != nil {
			return fmt.Errorf("heartbeat %d: %w", seq, err)
		}
		select {
		case <-beat.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

type build struct {
	id    string
	steps []func(ctx context.Context) error
	abort func(reason string)
}

// want-rule (h): the watchdog is not stopped and aborts a build that has long ended
func (b *build) exec(ctx context.Context, limit time.Duration) error {
	watchdog := time.AfterFunc(limit, func() {
		b.abort("build " + b.id + " takes too long")
	})
	for n, step := range b.steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("step %d of %s: %w", n, b.id, err)
		}
		watchdog.Reset(limit)
	}
	return nil
}

// fine: the deferred Stop ends the watchdog with the build
func (b *build) execOK(ctx context.Context, limit time.Duration) error {
	watchdog := time.AfterFunc(limit, func() {
		b.abort("build " + b.id + " takes too long")
	})
	defer watchdog.Stop()
	for n, step := range b.steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("step %d of %s: %w", n, b.id, err)
		}
		watchdog.Reset(limit)
	}
	return nil
}
