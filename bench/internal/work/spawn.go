package work

import (
	"context"
	"fmt"
	"sync/atomic"
)

// This file is starting tasks and waiting for them, without contexts and errors
// that anybody asks for: the price of the language itself.

// A duty is one function in the forms that libraries ask for, so that none has
// to be wrapped.
type duty struct {
	plain func()
	fails func() error
	under func(ctx context.Context) error
}

func dutyOf(f func()) duty {
	return duty{f, func() error { f(); return nil }, func(context.Context) error { f(); return nil }}
}

var idle = dutyOf(func() {})

// A spawnFunc calls fn n times.
type spawnFunc func(n int, fn duty)

var spawning = newPattern[spawnFunc](1,
	"A number of tasks, that of the row's name, is started, each handed over by itself and none waiting for another, "+
		"and the call returns when all have ended. Nobody asks for results, errors or contexts. "+
		"All tasks call one and the same function, so that what is allocated is not the user's.").
	add(spawnRow(1)).
	add(spawnRow(2)).
	add(spawnRow(10)).
	add(spawnRow(100), size("spawn", 100)).
	add(spawnRow(10_000), size("spawn", 10_000)).
	add(spawnRow(1_000_000), size("spawn", 1_000_000)).
	add(spawnRow(10_000_000), size("spawn", 10_000_000), kind(Growth))

// spawnRow is groups of k tasks that do nothing.
func spawnRow(k int) row[spawnFunc] {
	return row[spawnFunc]{"spawn/" + short(k), "task", max(k, 200_000), min(k, 1000), func(_ context.Context, f spawnFunc, n int) Job {
		groups, k := lumps(n, k)
		return Job{Units: groups * k, Do: func() {
			for range groups {
				f(k, idle)
			}
		}, Check: func() error { return spawnsAll(f, k) }}
	}}
}

// lumps divides n units into groups of k, or into one of n if k is more.
func lumps(n, k int) (groups, each int) { return max(n/k, 1), min(n, k) }

// spawnsAll says whether n tasks have been called when f returns.
func spawnsAll(f spawnFunc, n int) error {
	var calls atomic.Int64
	f(n, dutyOf(func() { calls.Add(1) }))
	if got := int(calls.Load()); got != n {
		return fmt.Errorf("%d tasks had ended when the call returned, want %d", got, n)
	}
	return nil
}

// short writes a number as it stands in names: 100, 10k, 1M.
func short(n int) string {
	switch {
	case n >= 1_000_000:
		return fmt.Sprintf("%dM", n/1_000_000)
	case n >= 1000:
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprint(n)
}
