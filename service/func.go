package service

import (
	"context"
	"slices"
	"time"
)

// This file holds ready-made parts that call a function. Each constructor gives
// a function for the field Run of a Part.

// Func makes a part of a function that knows contexts only. It is ready at
// once, and when it is asked to stop the context of fn dies: cancellation is its
// soft stop. It ends when fn returns. Func panics if fn is nil.
func Func(fn func(ctx context.Context) error) func(ctx context.Context, ready func()) error {
	if fn == nil {
		panic("service: Func called with a nil function")
	}
	return made(fn, func(ctx context.Context, ready func()) error {
		ctx, cancel := Soft(ctx)
		defer cancel()
		ready()
		return fn(ctx)
	})
}

// Loop makes a part that calls fn again and again until it is asked to stop. It
// is ready at once. A call that is under way is not cancelled by the soft stop:
// fn finishes what it has begun, and if it waits for something to do it selects
// on [Stopping] as well. An error of fn is that of the part. Loop panics if fn
// is nil.
func Loop(fn func(ctx context.Context) error) func(ctx context.Context, ready func()) error {
	if fn == nil {
		panic("service: Loop called with a nil function")
	}
	return made(fn, func(ctx context.Context, ready func()) error {
		ready()
		stopping := Stopping(ctx)
		for {
			select {
			case <-stopping:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			default:
			}
			if err := fn(ctx); err != nil {
				return err
			}
		}
	})
}

// Ticker makes a part that calls fn every d, for the first time d after its
// start, and never twice at once: ticks that come while fn runs are dropped, but
// for one. It is ready at once and ends as soon as it is asked to stop and no
// call is under way, as [Loop] does. An error of fn is that of the part. Ticker
// panics if d is not positive or fn is nil.
func Ticker(d time.Duration, fn func(ctx context.Context) error) func(ctx context.Context, ready func()) error {
	switch {
	case d <= 0:
		panic("service: Ticker called with a duration that is not positive")
	case fn == nil:
		panic("service: Ticker called with a nil function")
	}
	return made(fn, func(ctx context.Context, ready func()) error {
		ticker := time.NewTicker(d)
		defer ticker.Stop()
		return Loop(func(ctx context.Context) error {
			select {
			case <-ticker.C:
				return fn(ctx)
			case <-Stopping(ctx):
				return nil
			}
		})(ctx, ready)
	})
}

// Supervise makes a part that is a service of its own, with options of its own,
// such as a [Strategy] and an [Intensity] for its parts alone. It is ready when
// its parts have been ready, is asked to stop when the service around asks it,
// and stops hard with it. If it fails, its [*Error] is the part's. Each start
// of it starts all anew. It does not tell the observers of the service
// around: without a [Log] or [Observe] of its own it logs to [slog.Default], as
// any service does. Supervise panics as [Run] does.
//
//go:noinline
func Supervise(parts []Part, opts ...Option) func(ctx context.Context, ready func()) error {
	newService("Supervise", parts, opts) // to refuse at the call what makes no sense
	parts, opts = slices.Clone(parts), slices.Clone(opts)
	for i := range parts {
		parts[i].Needs = slices.Clone(parts[i].Needs)
	}
	return made(nil, func(ctx context.Context, ready func()) error {
		s := newService("Supervise", parts, opts)
		s.cfg.onRunning = ready
		return s.Run(ctx)
	})
}
