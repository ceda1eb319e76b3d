package work

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// This file is groups whose first failure cancels the others: empty tasks,
// groups in groups, and many that are blocked when one fails.

// A groupFunc calls fn n times.
type groupFunc func(ctx context.Context, n int, fn func(ctx context.Context) error) error

var grouping = newPattern[groupFunc](2,
	"A number of tasks is started, each handed over by itself and none waiting for another, "+
		"under a context that they share and that dies with the one given. The first error cancels that context, "+
		"and it is returned when all tasks have ended.").
	add(groupRow(1), what("The tasks do nothing.")).
	add(groupRow(2), what("The tasks do nothing.")).
	add(groupRow(10), what("The tasks do nothing.")).
	add(groupRow(100), size("spawn-ctx", 100), what("The tasks do nothing.")).
	add(groupRow(10_000), size("spawn-ctx", 10_000), what("The tasks do nothing.")).
	add(groupRow(1_000_000), size("spawn-ctx", 1_000_000), what("The tasks do nothing."), kind(Growth)).
	add(groupRow(10_000_000), size("spawn-ctx", 10_000_000), what("The tasks do nothing."), kind(Growth)).
	add(treeRow(2, 8), at(6), kind(Growth), size("tree", 100), what(treeAbout)).
	add(treeRow(4, 8), at(6), kind(Growth), size("tree", 10_000), what(treeAbout)).
	add(treeRow(6, 8), at(6), size("tree", 1_000_000), what(treeAbout)).
	add(treeRow(7, 8), at(6), kind(Growth), size("tree", 10_000_000), what(treeAbout)).
	add(failRow(100), blocks, size("failfast", 100), kind(Growth), what(failAbout)).
	add(failRow(10_000), blocks, size("failfast", 10_000), kind(Growth), what(failAbout)).
	add(failRow(100_000), blocks, size("failfast", 100_000), at(5), what(failAbout)).
	add(failRow(1_000_000), blocks, size("failfast", 1_000_000), kind(Growth), what(failAbout)).
	add(failRow(10_000_000), blocks, size("failfast", 10_000_000), kind(Growth), what(failAbout))

func groupRow(k int) row[groupFunc] {
	return row[groupFunc]{"spawn-ctx/" + short(k), "task", max(k, 200_000), min(k, 1000), func(ctx context.Context, f groupFunc, n int) Job {
		var w wrong
		groups, k := lumps(n, k)
		return Job{Units: groups * k, Do: func() {
			for range groups {
				if err := f(ctx, k, idle.under); err != nil {
					w.add(err)
				}
			}
		}, Check: func() error { return errors.Join(w.first, groupsAll(ctx, f, k)) }}
	}}
}

// groupsAll says whether n tasks have been called when f returns.
func groupsAll(ctx context.Context, f groupFunc, n int) error {
	var calls atomic.Int64
	err := f(ctx, n, func(context.Context) error { calls.Add(1); return nil })
	if got := int(calls.Load()); got != n {
		return fmt.Errorf("%d tasks had ended when the call returned, want %d, and %v", got, n, err)
	}
	return err
}

const treeAbout = "Here each group has eight tasks, and each task opens such a group below it, as many levels deep as the name's " +
	"first number; the tasks of the last level do nothing. A node is a task, on whatever level. " +
	"In the table of growth the trees have 72, 4,680, 299,592 and 2,396,744 nodes."

// treeRow is trees of groups, each of as many as can be had of n nodes.
func treeRow(deep, wide int) row[groupFunc] {
	nodes := 0
	for d, level := 0, 1; d < deep; d++ {
		level *= wide
		nodes += level
	}
	return row[groupFunc]{fmt.Sprintf("tree/%dx%d", deep, wide), "node", nodes, min(nodes, 584), func(ctx context.Context, f groupFunc, n int) Job {
		var w wrong
		deep, nodes := 0, 0
		for level := wide; nodes+level <= n || deep == 0; level *= wide {
			deep, nodes = deep+1, nodes+level
		}
		tree := func(leaf func(ctx context.Context) error) error {
			var node func(ctx context.Context, below int) error
			node = func(ctx context.Context, below int) error {
				if below == 0 {
					return leaf(ctx)
				}
				return f(ctx, wide, func(ctx context.Context) error { return node(ctx, below-1) })
			}
			return node(ctx, deep)
		}
		return Job{Units: nodes, Do: func() {
			if err := tree(idle.under); err != nil {
				w.add(err)
			}
		}, Check: func() error {
			var leaves atomic.Int64
			want := 1
			for range deep {
				want *= wide
			}
			if err := tree(func(context.Context) error { leaves.Add(1); return nil }); err != nil || leaves.Load() != int64(want) {
				w.add(fmt.Errorf("%d leaves, want %d, and %v", leaves.Load(), want, err))
			}
			return w.first
		}}
	}}
}

const failAbout = "Here all tasks but one wait for the death of their context; once all of them do, the last one fails. " +
	"The time is that from there to the return of the call."

func failRow(n int) row[groupFunc] {
	return row[groupFunc]{"failfast/" + short(n), "task", n, min(n, 300), func(ctx context.Context, f groupFunc, n int) Job {
		var w wrong
		var took time.Duration
		return Job{Do: func() {
			var calls, cancelled atomic.Int64
			var waiting sync.WaitGroup
			waiting.Add(n - 1)
			var failed time.Time
			err := f(ctx, n, func(ctx context.Context) error {
				if calls.Add(1) < int64(n) {
					waiting.Done()
					<-ctx.Done()
					cancelled.Add(1)
					return ctx.Err()
				}
				waiting.Wait()
				letWait()
				failed = time.Now()
				return errWork
			})
			took = time.Since(failed)
			if !errors.Is(err, errWork) || cancelled.Load() != int64(n-1) {
				w.add(fmt.Errorf("%d tasks were cancelled, want %d, and the error is %v", cancelled.Load(), n-1, err))
			}
		}, Amount: func() float64 { return float64(took) }, Check: w.check}
	}}
}

// letWait gives those who have said that they wait the time to do so.
func letWait() {
	runtime.Gosched()
	time.Sleep(5 * time.Millisecond)
}
