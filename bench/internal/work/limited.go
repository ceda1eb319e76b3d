package work

import (
	"context"
	"errors"
)

// This file is tasks of which only a few may run at once.

// atLimit is how many.
const atLimit = 8

var limiting = newPattern[groupFunc](4,
	"Tasks that compute for 1 µs are handed over, each by itself, of which at most 8 run at once, "+
		"under a context that they share. The first error cancels it, and is returned when all tasks have ended.").
	add(limitRow(100), size("limit", 100), kind(Growth)).
	add(limitRow(10_000), size("limit", 10_000), kind(Growth)).
	add(limitRow(100_000), size("limit", 100_000)).
	add(limitRow(1_000_000), size("limit", 1_000_000), kind(Growth))

func limitRow(k int) row[groupFunc] {
	return row[groupFunc]{"limit8/" + short(k), "task", max(k, 100_000), min(k, 300), func(ctx context.Context, f groupFunc, n int) Job {
		var w wrong
		groups, k := lumps(n, k)
		fn := computing(cost1us)
		return Job{Units: groups * k, Do: func() {
			for range groups {
				if err := f(ctx, k, fn); err != nil {
					w.add(err)
				}
			}
		}, Check: func() error { return errors.Join(w.first, groupsAll(ctx, f, k)) }}
	}}
}

// computing is the function of tasks that take processor time and nothing else.
func computing(steps int) func(context.Context) error {
	return func(context.Context) error {
		if spin(steps, 1) == 0 {
			return errWork
		}
		return nil
	}
}
