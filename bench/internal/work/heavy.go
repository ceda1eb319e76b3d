package work

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// This file is tasks that do something: grow their stacks, compute, sleep, or
// wait for all others.

func init() {
	spawning.add(heavyRow("grow-stack", 20_000, growStack),
		at(9), what("Here each task formats a text with package fmt and writes a struct as JSON, for which the stack that a goroutine starts with is too small."))
	spawning.add(heavyRow("compute/10us", 20_000, func() { _ = spin(10*cost1us, 1) }),
		at(9), what("Here each task computes for 10 µs."))
	spawning.add(heavyRow("sleep/1ms", 100_000, func() { time.Sleep(time.Millisecond) }),
		at(9), what("Here each task sleeps for a millisecond."))
	for _, n := range []int{100, 10_000, 1_000_000} {
		k := kind(Growth)
		if n == 10_000 {
			k = kind(Cost)
		}
		spawning.add(barrierRow(n), at(9), blocks, k, size("barrier", n), what("Here each task ends only once all of them have been started."))
	}
}

func heavyRow(name string, n int, fn func()) row[spawnFunc] {
	return row[spawnFunc]{name, "task", n, 100, func(_ context.Context, f spawnFunc, n int) Job {
		d := dutyOf(fn)
		return Job{Do: func() { f(n, d) }, Check: func() error { return spawnsAll(f, n) }}
	}}
}

// growStack is like what a handler of requests does.
func growStack() {
	type record struct {
		Name  string
		Tags  []string
		Count map[string]int
	}
	r := record{fmt.Sprintf("%s %d %v", "name", 42, time.Second), []string{"a", "b"}, map[string]int{"x": 1, "y": 2}}
	text, err := json.Marshal(r)
	if err != nil || len(text) == 0 {
		panic(err) // this can be marshalled
	}
}

func barrierRow(k int) row[spawnFunc] {
	return row[spawnFunc]{"barrier/" + short(k), "task", max(k, 10_000), min(k, 300), func(_ context.Context, f spawnFunc, n int) Job {
		var w wrong
		groups, k := lumps(n, k)
		return Job{Units: groups * k, Do: func() {
			for range groups {
				var there atomic.Int64
				all := make(chan struct{})
				f(k, dutyOf(func() {
					if there.Add(1) == int64(k) {
						close(all)
						return
					}
					<-all
				}))
				if there.Load() != int64(k) {
					w.add(errors.New("not all tasks had been started when the call returned"))
				}
			}
		}, Check: w.check}
	}}
}
