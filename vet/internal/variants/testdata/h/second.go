package h

import (
	"context"
	"errors"
	"time"
)

type watcher struct {
	tick    *time.Ticker
	cancels map[int]context.CancelFunc
}

// want-rule (h): WithDeadline's cancel is blank
func until(ctx context.Context, at time.Time) error {
	dctx, _ := context.WithDeadline(ctx, at)
	return step(dctx)
}

// fine: deferred
func untilOK(ctx context.Context, at time.Time) error {
	dctx, cancel := context.WithDeadline(ctx, at)
	defer cancel()
	return step(dctx)
}

// want-rule (h): deferred in a loop, so that all wait for the end
func attemptsDeferred(ctx context.Context, n int) error {
	for range n {
		actx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if err := step(actx); err == nil {
			return nil
		}
	}
	return errors.New("no attempt")
}

// fine: a function for each round
func attemptsDeferredOK(ctx context.Context, n int) error {
	for range n {
		err := func() error {
			actx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			return step(actx)
		}()
		if err == nil {
			return nil
		}
	}
	return errors.New("no attempt")
}

// want-rule (h): a ticker for each round
func polls(ctx context.Context, ready func() bool) error {
	for !ready() {
		t := time.NewTicker(time.Second)
		select {
		case <-t.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// fine: one ticker
func pollsOK(ctx context.Context, ready func() bool) error {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for !ready() {
		select {
		case <-t.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// want-rule (h): the cause function of WithCancelCause is blank
func because(ctx context.Context) error {
	cctx, _ := context.WithCancelCause(ctx)
	return step(cctx)
}

// fine: called with the cause
func becauseOK(ctx context.Context) error {
	cctx, cancel := context.WithCancelCause(ctx)
	err := step(cctx)
	cancel(err)
	return err
}

// want-rule (h): the ticker in a field is stopped by nobody
func (w *watcher) begin(ctx context.Context) error {
	w.tick = time.NewTicker(time.Second)
	for {
		select {
		case <-w.tick.C:
			if err := step(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

type watcherOK struct{ tick *time.Ticker }

// fine: the ticker in a field is stopped
func (w *watcherOK) beginOK(ctx context.Context) error {
	w.tick = time.NewTicker(time.Second)
	defer w.tick.Stop()
	for {
		select {
		case <-w.tick.C:
			if err := step(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
