package h

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// want-rule (h): the watchdog is not stopped when the check is over and aborts a healthy session
func CheckSession(ctx context.Context, s Session, limit time.Duration) error {
	time.AfterFunc(limit, func() {
		slog.WarnContext(ctx, "session check hangs, aborting", "limit", limit)
		s.Abort()
	})
	if err := s.Ping(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}

// fine: the watchdog is stopped as soon as the check has returned
func CheckSessionOK(ctx context.Context, s Session, limit time.Duration) error {
	watchdog := time.AfterFunc(limit, func() {
		slog.WarnContext(ctx, "session check hangs, aborting", "limit", limit)
		s.Abort()
	})
	defer watchdog.Stop()
	if err := s.Ping(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}

// want-rule (h): the signals stay with the context for good, as the stop function is thrown away
func RunUntilSignal(ctx context.Context, s Session, run func(context.Context) error) error {
	sctx, _ := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	if err := s.Ping(sctx); err != nil {
		return err
	}
	return run(sctx)
}

// fine: the signals are given back on return
func RunUntilSignalOK(ctx context.Context, s Session, run func(context.Context) error) error {
	sctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := s.Ping(sctx); err != nil {
		return err
	}
	return run(sctx)
}

// want-rule (h): the timer of a pause that the wake-up cuts short is never stopped
func PingUntilReady(ctx context.Context, s Session, wake <-chan struct{}) error {
	pause := 100 * time.Millisecond
	for attempt := 1; ; attempt++ {
		err := s.Ping(ctx)
		if err == nil {
			return nil
		}
		if attempt == 8 {
			return fmt.Errorf("not ready after %d attempts: %w", attempt, err)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
			pause *= 2
		case <-wake:
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}

// fine: the timer is stopped after each select, whether it has fired or not
func PingUntilReadyOK(ctx context.Context, s Session, wake <-chan struct{}) error {
	pause := 100 * time.Millisecond
	for attempt := 1; ; attempt++ {
		err := s.Ping(ctx)
		if err == nil {
			return nil
		}
		if attempt == 8 {
			return fmt.Errorf("not ready after %d attempts: %w", attempt, err)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
			pause *= 2
		case <-wake:
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(ctx.Err(), err)
		}
		timer.Stop()
	}
}
