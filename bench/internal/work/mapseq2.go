package work

import (
	"context"
	"fmt"
	"iter"
	"maps"
)

// This file is the map over pairs whose results are kept under their keys.

// A pairFunc is what is done with a pair.
type pairFunc = func(ctx context.Context, key string, item int) (int, error)

type mapSeq2Func func(ctx context.Context, seq iter.Seq2[string, int], fn pairFunc) (map[string]int, error)

var mappingSeq2 = newPattern[mapSeq2Func](22,
	"A function is called for each pair of an iterator of unknown length (a map's), at most 8 at a time. "+
		"The results come in a map, under the keys. If a function fails its error is returned "+
		"and soon nothing more is pulled, so that an endless iterator ends too; "+
		"all functions have returned by then.",
	row[mapSeq2Func]{"mapseq2/1us", "item", 100_000, 300, func(ctx context.Context, f mapSeq2Func, n int) Job {
		pairs := make(map[string]int, n)
		for i := range n {
			pairs[keyOf(i)] = i
		}
		var results map[string]int
		var err error
		return Job{
			Do:    func() { results, err = f(ctx, maps.All(pairs), onItem(costing(cost1us))) },
			Check: func() error { return checkPairs(results, err, n) },
		}
	}},
)

func keyOf(i int) string { return fmt.Sprintf("key %d", i) }

// onItem makes of a function of an item one of a pair.
func onItem(fn itemFunc) pairFunc {
	return func(ctx context.Context, _ string, item int) (int, error) { return fn(ctx, item) }
}

// checkPairs says what is wrong with the results for the items below n.
func checkPairs(results map[string]int, err error, n int) error {
	if err != nil {
		return err
	}
	if len(results) != n {
		return fmt.Errorf("%d results, want %d", len(results), n)
	}
	for i := range n {
		if got := results[keyOf(i)]; got != resultOf(i) {
			return fmt.Errorf("result %q is %d, want %d", keyOf(i), got, resultOf(i))
		}
	}
	return nil
}
