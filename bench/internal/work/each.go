package work

import (
	"context"
	"fmt"
	"iter"
)

// This file is functions without results: over a slice, and over an iterator of
// unknown length with a limit.

// A doFunc does something with an item.
type doFunc = func(ctx context.Context, item int) error

type (
	eachFunc    func(ctx context.Context, items []int, fn doFunc) error
	eachSeqFunc func(ctx context.Context, seq iter.Seq[int], fn doFunc) error
)

var doing = newPattern[eachFunc](12,
	"A function of CPU time only is called for each item of a slice, on all processors. "+
		"If a function fails its error is returned; all functions have returned by then.",
	eachRow("each/10ns", 1_000_000, cost10ns),
	eachRow("each/1us", 100_000, cost1us),
)

func eachRow(name string, n, steps int) row[eachFunc] {
	return row[eachFunc]{name, "item", n, 300, func(ctx context.Context, f eachFunc, n int) Job {
		items := make([]int, n)
		for i := range items {
			items[i] = i
		}
		m := newMarks(n, steps)
		return Job{Do: func() { m.done(f(ctx, items, m.mark)) }, Check: m.check}
	}}
}

var doingSeq = newPattern[eachSeqFunc](24,
	"A function is called for each item of an iterator of unknown length, at most 8 at a time. "+
		"If a function fails its error is returned and soon nothing more is pulled, so that an endless iterator ends too; "+
		"all functions have returned by then. What has been done takes no memory.",
	row[eachSeqFunc]{"eachseq/1us", "item", 100_000, 300, func(ctx context.Context, f eachSeqFunc, n int) Job {
		m := newMarks(n, cost1us)
		return Job{Do: func() { m.done(f(ctx, upTo(n), m.mark)) }, Check: m.check}
	}},
)

// marks has a mark for each time that something was done with an item.
type marks struct {
	wrong
	steps, times int
	of           []int32
}

func newMarks(n, steps int) *marks { return &marks{steps: steps, of: make([]int32, n)} }

// mark is a doFunc.
func (m *marks) mark(_ context.Context, item int) error {
	if spin(m.steps, item) == 0 {
		return errWork
	}
	m.of[item]++
	return nil
}

// done is told how a run ended.
func (m *marks) done(err error) {
	m.times++
	if err != nil {
		m.add(err)
	}
}

func (m *marks) check() error {
	for i, n := range m.of {
		if int(n) != m.times {
			m.add(fmt.Errorf("item %d was done %d times, want %d", i, n, m.times))
		}
	}
	return m.wrong.check()
}
