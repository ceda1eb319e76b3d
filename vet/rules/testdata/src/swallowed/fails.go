package swallowed

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// A check that has no error to give: it says nil when it has given up, too.

type prober struct{ left int }

func (p *prober) ready() bool { return p.left == 0 }

func (p *prober) untilReady(ctx context.Context) error {
	for {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return nil
		}
		if p.ready() {
			return nil
		}
		if p.left--; p.left < 0 {
			slog.Default().With("left", p.left).Warn("never ready")
			return nil
		}
	}
}

// The same with an error for whoever waits.

var errNeverReady = errors.New("never ready")

func (p *prober) untilReadyOrNot(ctx context.Context) error {
	for {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return nil // want `nil says that all was done`
		}
		if p.ready() {
			return nil
		}
		if p.left--; p.left < 0 {
			slog.Warn("never ready")
			return errNeverReady
		}
	}
}

// One that logs what goes well.
func (p *prober) untilAllReady(ctx context.Context) error {
	for {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			slog.Error("cut short")
			return nil // want `nil says that all was done`
		}
		if p.ready() {
			slog.Info("ready")
			return nil
		}
	}
}

func (p *prober) all(ctx context.Context) error {
	if err := p.untilReady(ctx); err != nil {
		return err
	}
	if err := p.untilReadyOrNot(ctx); err != nil {
		return err
	}
	return p.untilAllReady(ctx)
}

// The same around a loop that is left.

func (p *prober) rounds(ctx context.Context, rounds []int) error {
	if !p.ready() {
		slog.Error("not ready")
		return nil
	}
	for range rounds {
		if ctx.Err() != nil {
			break
		}
		p.left--
	}
	return nil
}

func (p *prober) allRounds(ctx context.Context, rounds []int) error {
	if !p.ready() {
		slog.Error("not ready")
		return errNeverReady
	}
	for range rounds {
		if ctx.Err() != nil {
			break // want `nil is returned behind it`
		}
		p.left--
	}
	return nil
}

func (p *prober) both(ctx context.Context, rounds []int) error {
	if err := p.rounds(ctx, rounds); err != nil {
		return err
	}
	return p.allRounds(ctx, rounds)
}
