package work

import (
	"context"
	"fmt"
)

// This file is the map over a slice, with functions from tiny to long.

type mapFunc func(ctx context.Context, items []int, fn itemFunc) ([]int, error)

var mapping = newPattern[mapFunc](10,
	"A function of CPU time only is called for each item of a slice, on all processors. "+
		"The results come in the order of the items; if a function fails its error is returned; "+
		"all functions have returned by then.",
	mapRow("map/10ns", 1_000_000, cost10ns),
	mapRow("map/1us", 100_000, cost1us),
	mapRow("map/100us", 1_000, cost100us),
)

func mapRow(name string, n, steps int) row[mapFunc] {
	return row[mapFunc]{name, "item", n, 300, func(ctx context.Context, f mapFunc, n int) Job {
		items := make([]int, n)
		for i := range items {
			items[i] = i
		}
		var results []int
		var err error
		return Job{
			Do:    func() { results, err = f(ctx, items, costing(steps)) },
			Check: func() error { return checkResults(results, err, n) },
		}
	}}
}

// checkResults says what is wrong with the results for the items below n.
func checkResults(results []int, err error, n int) error {
	if err != nil {
		return err
	}
	if len(results) != n {
		return fmt.Errorf("%d results, want %d", len(results), n)
	}
	for i, got := range results {
		if got != resultOf(i) {
			return fmt.Errorf("result %d is %d, want %d", i, got, resultOf(i))
		}
	}
	return nil
}
