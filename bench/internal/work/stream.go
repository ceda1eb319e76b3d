package work

import (
	"context"
	"fmt"
	"iter"
)

// This file is the pipeline: results are used while others are computed, in the
// order of the items or as they come.

// A streamFunc gives the results to yield, one after the other, until that
// returns false.
type streamFunc func(ctx context.Context, seq iter.Seq[int], fn itemFunc, yield func(int) bool) error

const streamAbout = "A function of CPU time only is called for each item of an iterator of unknown length, on all processors, " +
	"and the results are used, one after the other, while others are computed: %s. " +
	"No more than a few thousand items are in flight. When the user of the results wants no more, or a function fails, " +
	"soon nothing more is pulled; all functions have returned when the call does."

var ordered = newPattern[streamFunc](90,
	fmt.Sprintf(streamAbout, "in the order of the items"),
	streamRow("stream/ordered", func(n int) (func(v int) bool, func() error) {
		var w wrong
		next := 0
		return func(v int) bool {
				if v != resultOf(next) {
					w.add(fmt.Errorf("got %d in place of %d", v, resultOf(next)))
				}
				next++
				return true
			}, func() error {
				if next != n {
					w.add(fmt.Errorf("%d results, want %d", next, n))
				}
				return w.check()
			}
	}))

var unordered = newPattern[streamFunc](100,
	fmt.Sprintf(streamAbout, "in whatever order they are finished"),
	streamRow("stream/unordered", func(n int) (func(v int) bool, func() error) {
		seen, sum := 0, 0
		return func(v int) bool {
				seen++
				sum += v
				return true
			}, func() error {
				if seen != n || sum != n*n { // the first n odd numbers
					return fmt.Errorf("%d results that add up to %d, want %d and %d", seen, sum, n, n*n)
				}
				return nil
			}
	}))

func streamRow(name string, user func(n int) (yield func(int) bool, check func() error)) row[streamFunc] {
	return row[streamFunc]{name, "item", 1_000_000, 3000, func(ctx context.Context, f streamFunc, n int) Job {
		var w wrong
		return Job{Do: func() {
			yield, check := user(n)
			if err := f(ctx, upTo(n), costing(cost100ns), yield); err != nil {
				w.add(err)
			}
			if err := check(); err != nil {
				w.add(err)
			}
		}, Check: w.check}
	}}
}
