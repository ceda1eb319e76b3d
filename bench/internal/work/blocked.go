package work

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// This file is the memory that blocked tasks hold.

const blockedAbout = "Here the tasks are blocked, all at the same time. Measured is what they hold then, in the heap and in stacks, " +
	"after a garbage collection."

func init() {
	peers := only(Bare, Braid, "errgroup", "conc", "pond", "ants")
	for _, n := range []int{100, 10_000, 1_000_000, 10_000_000} {
		k := kind(Growth)
		if n == 1_000_000 {
			k = kind(Cost)
		}
		spawning.add(blockedRow(n), held, blocks, peers, k, at(8), size("blocked", n), what(blockedAbout))
		owning.add(ownRow(n), held, blocks, k, size("blocked-own", n))
	}
}

func blockedRow(n int) row[spawnFunc] {
	return row[spawnFunc]{"blocked/" + short(n), "task", n, min(n, 100), func(_ context.Context, f spawnFunc, n int) Job {
		var w wrong
		var bytes float64
		return Job{Do: func() {
			release := make(chan struct{})
			var waiting, measured sync.WaitGroup
			var ended atomic.Int64
			waiting.Add(n)
			before := holding()
			measured.Go(func() {
				waiting.Wait()
				letWait()
				bytes = holding() - before
				close(release)
			})
			f(n, dutyOf(func() {
				waiting.Done()
				<-release
				ended.Add(1)
			}))
			measured.Wait()
			if ended.Load() != int64(n) {
				w.add(fmt.Errorf("%d tasks had ended, want %d", ended.Load(), n))
			}
		}, Amount: func() float64 { return bytes }, Check: w.check}
	}}
}

// holding gives the bytes that are in use, in the heap and in stacks.
func holding() float64 {
	runtime.GC()
	runtime.GC() // what the first one found in pools is gone after the second
	return inUse()
}

// inUse gives the same with what could be collected.
func inUse() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse)
}

// An ownFunc calls fn for the numbers below n, each in a task with a context
// that can be cancelled alone. When all have been started it calls started with
// what does so, and then it waits for the tasks.
type ownFunc func(ctx context.Context, n int, fn func(ctx context.Context, i int), started func(cancel func(i int)))

var owning = newPattern[ownFunc](8,
	"Tasks are started, each with a context of its own that whoever started them can cancel alone, and each waits for the death of its. "+
		"Measured is what they hold then, in the heap and in stacks, after a garbage collection. Then they are cancelled, one by one.")

func ownRow(n int) row[ownFunc] {
	return row[ownFunc]{"blocked-own/" + short(n), "task", n, min(n, 100), func(ctx context.Context, f ownFunc, n int) Job {
		var w wrong
		var bytes float64
		return Job{Do: func() {
			var waiting sync.WaitGroup
			var ended atomic.Int64
			waiting.Add(n)
			before := holding()
			f(ctx, n, func(ctx context.Context, _ int) {
				waiting.Done()
				<-ctx.Done()
				ended.Add(1)
			}, func(cancel func(i int)) {
				waiting.Wait()
				letWait()
				bytes = holding() - before
				for i := range n {
					cancel(i)
				}
			})
			if ended.Load() != int64(n) {
				w.add(fmt.Errorf("%d tasks had ended, want %d", ended.Load(), n))
			}
		}, Amount: func() float64 { return bytes }, Check: w.check}
	}}
}
