package work

import (
	"context"
	"fmt"
	"sync/atomic"
)

// This file is many goroutines that start tasks in one group, and the number of
// processors.

// A produceFunc has p goroutines that together call fn n times, all in tasks of
// one group.
type produceFunc func(p, n int, fn duty)

var producing = newPattern[produceFunc](9,
	"As spawn, but the tasks are handed to one group by as many goroutines as the row's name says, at the same time.").
	add(produceRow(1)).
	add(produceRow(8))

func produceRow(p int) row[produceFunc] {
	return row[produceFunc]{fmt.Sprintf("producers/%d", p), "task", 200_000, 800, func(_ context.Context, f produceFunc, n int) Job {
		return Job{Do: func() { f(p, n, idle) }, Check: func() error {
			var calls atomic.Int64
			f(p, n, dutyOf(func() { calls.Add(1) }))
			if got := calls.Load(); got != int64(n) {
				return fmt.Errorf("%d tasks had ended when the call returned, want %d", got, n)
			}
			return nil
		}}
	}}
}

// share gives how many of n are those of the ith of p.
func share(i, p, n int) int { return n*(i+1)/p - n*i/p }

func init() {
	peers := only(Bare, Braid, "errgroup", "conc")
	for _, p := range []int{1, 2, 4, 8, 32} {
		on := func(w *Workload) { w.Procs = p }
		about := what(fmt.Sprintf("Here GOMAXPROCS is %d, also where there are fewer processors, and the tasks are 10,000.", p))
		noop, us := spawnRow(10_000), heavyRow("", 10_000, func() { _ = spin(cost1us, 1) })
		noop.name, us.name = fmt.Sprintf("procs%d/empty", p), fmt.Sprintf("procs%d/1us", p)
		us.n = 50_000
		spawning.add(noop, at(9), on, peers, about)
		spawning.add(us, at(9), on, peers, about, what("They compute for 1 µs."))
	}
}
