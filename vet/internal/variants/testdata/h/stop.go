// Package h has cancels and Stops that are missing, each beside the same made
// right.
package h

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

type loop struct {
	mu     sync.Mutex
	ctx    context.Context
	cancel context.CancelFunc
	ticker *time.Ticker
	timer  *time.Timer
}

func step(ctx context.Context) error { return ctx.Err() }

// want-rule (h): the cancel function is thrown away
func derive(ctx context.Context) error {
	ctx, _ = context.WithCancel(ctx)
	return step(ctx)
}

// fine: deferred
func deriveOK(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return step(ctx)
}

// want-rule (h): not called on the way out through an error
func deriveErr(ctx context.Context, ready bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	if !ready {
		return errors.New("not ready")
	}
	err := step(ctx)
	cancel()
	return err
}

// fine: called on both
func deriveErrOK(ctx context.Context, ready bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	if !ready {
		cancel()
		return errors.New("not ready")
	}
	err := step(ctx)
	cancel()
	return err
}

// want-rule (h): a new one in each turn, lost when the turn fails
func attempts(ctx context.Context, n int) (err error) {
	for range n {
		actx, cancel := context.WithTimeout(ctx, time.Second)
		if err = step(actx); err != nil {
			continue
		}
		cancel()
		return nil
	}
	return err
}

// fine: called in each turn
func attemptsOK(ctx context.Context, n int) (err error) {
	for range n {
		actx, cancel := context.WithTimeout(ctx, time.Second)
		err = step(actx)
		cancel()
		if err == nil {
			return nil
		}
	}
	return err
}

// want-rule (h): the context is kept in a field, the cancel function is blank
func (l *loop) arm(ctx context.Context) {
	var cancel context.CancelCauseFunc
	l.ctx, cancel = context.WithCancelCause(ctx)
	_ = cancel
}

// fine: kept in a field that stop calls
func (l *loop) armOK(ctx context.Context) {
	l.ctx, l.cancel = context.WithCancel(ctx)
}

func (l *loop) stop() { l.cancel() }

// want-rule (h): the cancel function of NotifyContext
func untilSignal() error {
	ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	return step(ctx)
}

// fine: deferred stop
func untilSignalOK() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return step(ctx)
}

// want-rule (h): the ticker goes on
func tick(ctx context.Context) error {
	t := time.NewTicker(time.Second)
	for {
		select {
		case <-t.C:
			if err := step(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fine: stopped
func tickOK(ctx context.Context) error {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if err := step(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// want-rule (h): the channel of a ticker that has no variable
func tickC(ctx context.Context) error {
	c := time.NewTicker(time.Minute).C
	select {
	case <-c:
		return step(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fine: a timer that is stopped
func tickCOK(ctx context.Context) error {
	t := time.NewTimer(time.Minute)
	defer t.Stop()
	select {
	case <-t.C:
		return step(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// want-rule (h): stopped on one of two ways
func tickSome(ctx context.Context, n int) error {
	t := time.NewTicker(time.Second)
	for range n {
		select {
		case <-t.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	t.Stop()
	return nil
}

// fine: stopped on both
func tickSomeOK(ctx context.Context, n int) error {
	t := time.NewTicker(time.Second)
	for range n {
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
	t.Stop()
	return nil
}

// want-rule (h): a ticker in a goroutine's closure
func (l *loop) background(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() {
		ticker := time.NewTicker(time.Second)
		for ctx.Err() == nil {
			select {
			case <-ticker.C:
				_ = step(ctx)
			case <-ctx.Done():
			}
		}
	})
	wg.Wait()
	return ctx.Err()
}

// fine: stopped in the closure
func (l *loop) backgroundOK(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for ctx.Err() == nil {
			select {
			case <-ticker.C:
				_ = step(ctx)
			case <-ctx.Done():
			}
		}
	})
	wg.Wait()
	return ctx.Err()
}

// want-rule (h): the timer is left to fire
func waitFor(ctx context.Context, ready <-chan struct{}) error {
	t := time.NewTimer(time.Hour)
	select {
	case <-ready:
		return nil
	case <-t.C:
		return errors.New("timeout")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fine: stopped
func waitForOK(ctx context.Context, ready <-chan struct{}) error {
	t := time.NewTimer(time.Hour)
	defer t.Stop()
	select {
	case <-ready:
		return nil
	case <-t.C:
		return errors.New("timeout")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// want-rule (h): AfterFunc's timer fires although the work has ended
func guard(ctx context.Context, fn func(context.Context) error, alarm func()) error {
	time.AfterFunc(time.Minute, alarm)
	return fn(ctx)
}

// fine: stopped when the work has ended
func guardOK(ctx context.Context, fn func(context.Context) error, alarm func()) error {
	t := time.AfterFunc(time.Minute, alarm)
	defer t.Stop()
	return fn(ctx)
}

// want-rule (h): context.AfterFunc's stop is dropped, one for each call
func guardCtx(ctx context.Context, mu sync.Locker, cond *sync.Cond, ok func() bool) error {
	mu.Lock()
	defer mu.Unlock()
	context.AfterFunc(ctx, cond.Broadcast)
	for !ok() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		cond.Wait()
	}
	return nil
}

// fine: stopped
func guardCtxOK(ctx context.Context, mu sync.Locker, cond *sync.Cond, ok func() bool) error {
	mu.Lock()
	defer mu.Unlock()
	stop := context.AfterFunc(ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		cond.Broadcast()
	})
	defer stop()
	for !ok() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		cond.Wait()
	}
	return nil
}

// want-rule (h): signal.Notify without signal.Stop
func reload(ctx context.Context, fn func() error) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	for {
		select {
		case <-hup:
			if err := fn(); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fine: stopped
func reloadOK(ctx context.Context, fn func() error) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for {
		select {
		case <-hup:
			if err := fn(); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
