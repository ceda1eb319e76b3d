package work

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// This file is tasks with a time limit each, which never comes.

// A timeoutFunc makes a group of n tasks that each call fn with at most d.
type timeoutFunc func(ctx context.Context, n int, d time.Duration, fn func(ctx context.Context) error) error

var timing = newPattern[timeoutFunc](7,
	"Tasks are started as under spawn-ctx, each with a time limit of its own, an hour from its start, that cancels its context.")

func init() {
	for _, n := range []int{100, 10_000, 100_000, 1_000_000, 10_000_000} {
		k, suffix := kind(Growth), "/"+short(n)
		if n == 100_000 {
			k, suffix = kind(Cost), ""
		}
		timing.add(timeoutRow("timeout/unasked"+suffix, n, func(context.Context) error { return nil }),
			k, size("timeout/unasked", n), what("They do nothing, and never look at the context."))
		timing.add(timeoutRow("timeout/asked"+suffix, n, func(ctx context.Context) error { _ = ctx.Done(); return ctx.Err() }),
			k, size("timeout/asked", n), what("They ask their context for its Done and Err, as a call to the network would."))
	}
}

func timeoutRow(name string, k int, fn func(context.Context) error) row[timeoutFunc] {
	return row[timeoutFunc]{name, "task", k, min(k, 300), func(ctx context.Context, f timeoutFunc, n int) Job {
		var w wrong
		return Job{Do: func() {
			if err := f(ctx, n, time.Hour, fn); err != nil {
				w.add(err)
			}
		}, Check: func() error { return errors.Join(w.first, limitsAll(ctx, f, n)) }}
	}}
}

// limitsAll says whether each task has a deadline an hour from now.
func limitsAll(ctx context.Context, f timeoutFunc, n int) error {
	var right atomic.Int64
	err := f(ctx, n, time.Hour, func(ctx context.Context) error {
		if at, ok := ctx.Deadline(); ok && time.Until(at) > 59*time.Minute && time.Until(at) <= time.Hour {
			right.Add(1)
		}
		return nil
	})
	if err == nil && right.Load() != int64(n) {
		err = errors.New("not each task has its time limit")
	}
	return err
}

// timeoutOn makes the limit of each task with package context.
func timeoutOn(f groupFunc) timeoutFunc {
	return func(ctx context.Context, n int, d time.Duration, fn func(context.Context) error) error {
		return f(ctx, n, func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, d)
			defer cancel()
			return fn(ctx)
		})
	}
}
