package unstopped

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

type process interface {
	Start() error
	Run() error
	Wait() error
	Kill()
	Close() error
}

type runner struct {
	limit time.Duration
	p     process
}

func runOnError(p process, limit time.Duration) error {
	watchdog := time.AfterFunc(limit, func() { // want `watchdog is not stopped where this function returns an error`
		slog.Warn("takes too long, killed", "limit", limit)
		p.Kill()
	})
	if err := p.Start(); err != nil {
		return err
	}
	err := p.Wait()
	watchdog.Stop()
	return err
}

func (r *runner) run(check func() error) error {
	watchdog := time.AfterFunc(r.limit, func() { r.p.Kill() }) // want `watchdog is not stopped where this function returns an error`
	if err := check(); err != nil {
		return err
	}
	defer slog.Info("ended")
	if err := r.p.Run(); err != nil {
		watchdog.Stop()
		return err
	}
	watchdog.Stop()
	return nil
}

func runsOut(p process, limit time.Duration) error {
	watchdog := time.AfterFunc(limit, func() { p.Kill() })
	if err := p.Start(); err != nil {
		watchdog.Stop()
		return err
	}
	err := p.Wait()
	watchdog.Stop()
	return err
}

func deferredOnError(p process, limit time.Duration) error {
	watchdog := time.AfterFunc(limit, func() { p.Kill() })
	defer watchdog.Stop()
	if err := p.Start(); err != nil {
		return err
	}
	return p.Wait()
}

// What has run has ended.
func hasEnded(p process, limit time.Duration) error {
	watchdog := time.AfterFunc(limit, func() { p.Kill() })
	if err := p.Run(); err != nil {
		return err
	}
	watchdog.Stop()
	return nil
}

// It tells when it has fired.
func tellsOnError(p process, limit time.Duration) error {
	var late atomic.Bool
	watchdog := time.AfterFunc(limit, func() {
		late.Store(true)
		p.Kill()
	})
	if err := p.Start(); err != nil {
		return err
	}
	if late.Load() {
		return errors.New("too late")
	}
	watchdog.Stop()
	return nil
}

// To cancel, to close once more and to log disturbs nobody.
func cancelsOnError(ctx context.Context, p process, limit time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watchdog := time.AfterFunc(limit, func() { cancel() })
	closer := time.AfterFunc(limit, func() { _ = p.Close() })
	slow := time.AfterFunc(limit, func() { slog.Warn("slow") })
	if err := p.Start(); err != nil {
		return err
	}
	watchdog.Stop()
	closer.Stop()
	slow.Stop()
	return ctx.Err()
}

// Its own.
func ownOnError(make func() process, limit time.Duration) error {
	p := make()
	watchdog := time.AfterFunc(limit, func() { p.Kill() })
	if err := p.Start(); err != nil {
		return err
	}
	watchdog.Stop()
	return nil
}

// Nothing has failed: it is to be killed later.
func leavesOnError(p process, limit time.Duration, quick bool) error {
	watchdog := time.AfterFunc(limit, func() { p.Kill() })
	if !quick {
		return nil
	}
	watchdog.Stop()
	return nil
}
