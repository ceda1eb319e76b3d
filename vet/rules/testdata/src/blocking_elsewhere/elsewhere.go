package blocking_elsewhere

import (
	"context"
	"errors"
	"time"
)

// A wait that heeds its context in one place and not in another.

type line struct {
	calls  chan string
	gone   chan struct{}
	slots  chan struct{}
	closed chan string
}

func (l *line) call(ctx context.Context, s string) error {
	select {
	case l.calls <- s:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-l.gone:
		return errors.New("gone")
	}
}

func (l *line) callLate(ctx context.Context, s string) error {
	select { // want `this select ignores ctx, and what waits for the same elsewhere heeds its context`
	case l.calls <- s:
		return nil
	case <-l.gone:
		return errors.New("gone")
	}
}

func (l *line) callTimed(ctx context.Context, s string) error {
	select { // want `this select ignores ctx, and what waits for the same elsewhere heeds its context`
	case l.calls <- s:
		return nil
	case <-time.After(time.Second):
		return errors.New("late")
	}
}

func (l *line) callBare(ctx context.Context, s string) {
	l.calls <- s // want `this send on calls ignores ctx`
}

func (l *line) acquire(ctx context.Context) error {
	select {
	case l.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// To give a slot back nobody is waited for.
func (l *line) release(ctx context.Context) { <-l.slots }

// Nobody else heeds a context here.
func (l *line) close(ctx context.Context, s string) {
	select {
	case l.closed <- s:
	case <-l.gone:
	}
}

func (l *line) try(ctx context.Context, s string) bool {
	select {
	case l.calls <- s:
		return true
	default:
		return false
	}
}

func (l *line) without(s string) {
	select {
	case l.calls <- s:
	case <-l.gone:
	}
}

// Time passes by itself, and a goroutine of its own goes on.

func (l *line) tick(ctx context.Context, t *time.Timer) error {
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *line) tickLate(ctx context.Context, t *time.Timer, stop chan struct{}) {
	go func() {
		select {
		case <-t.C:
		case <-stop:
		}
		l.calls <- "late"
	}()
}
