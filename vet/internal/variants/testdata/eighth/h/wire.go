package h

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"
)

// want-rule (h): the stop of AfterFunc is dropped, so a registration a call stays with the long-lived context
func (w *Wire) Read(ctx context.Context) (f Frame, err error) {
	if err := w.conn.SetReadDeadline(time.Now().Add(w.idle)); err != nil {
		return f, err
	}
	context.AfterFunc(ctx, func() {
		w.conn.SetReadDeadline(time.Unix(1, 0))
	})
	line, err := w.br.ReadBytes('\n')
	if err != nil {
		return f, fmt.Errorf("read frame: %w", err)
	}
	err = json.Unmarshal(line, &f)
	return f, err
}

// fine: the registration ends with the call
func (w *Wire) ReadOK(ctx context.Context) (f Frame, err error) {
	if err := w.conn.SetReadDeadline(time.Now().Add(w.idle)); err != nil {
		return f, err
	}
	stop := context.AfterFunc(ctx, func() {
		w.conn.SetReadDeadline(time.Unix(1, 0))
	})
	defer stop()
	line, err := w.br.ReadBytes('\n')
	if err != nil {
		return f, fmt.Errorf("read frame: %w", err)
	}
	err = json.Unmarshal(line, &f)
	return f, err
}

// want-rule (h): the watchdog's timer is not stopped, so it warns of calls that have long ended
func (a *Agent) ReportWatched(ctx context.Context, slow time.Duration) error {
	began := time.Now()
	time.AfterFunc(slow, func() {
		slog.WarnContext(ctx, "report is slow", "since", began)
	})
	if err := a.report(ctx); err != nil {
		return fmt.Errorf("report after %s: %w", time.Since(began), err)
	}
	return nil
}

// fine: the watchdog's timer is stopped with the report
func (a *Agent) ReportWatchedOK(ctx context.Context, slow time.Duration) error {
	began := time.Now()
	watchdog := time.AfterFunc(slow, func() {
		slog.WarnContext(ctx, "report is slow", "since", began)
	})
	defer watchdog.Stop()
	if err := a.report(ctx); err != nil {
		return fmt.Errorf("report after %s: %w", time.Since(began), err)
	}
	return nil
}
