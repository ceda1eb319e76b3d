package work

import (
	"context"
	"fmt"
	"iter"
)

// This file is a pipeline whose function gives many results for an item, such as
// the entries of a page.

type (
	pageFunc    = func(ctx context.Context, item int) (iter.Seq[int], error)
	flatMapFunc func(ctx context.Context, seq iter.Seq[int], fn pageFunc, yield func(v int) bool) error
)

// pageSize is how many results an item has.
const pageSize = 100

var flatMapping = newPattern[flatMapFunc](102,
	fmt.Sprintf("A function gives an iterator for each item of another, here of %d results that take CPU time each. "+
		"The inner iterators run on all processors, and the results are used, one after the other, while others are computed: "+
		"iterator by iterator, in the order of the items. No more than a few thousand results are in flight, so an inner "+
		"iterator may be endless. When the user of the results wants no more, or a function fails, soon nothing more is pulled; "+
		"all have returned when the call does.", pageSize),
	row[flatMapFunc]{"stream/flatmap", "result", 1_000_000, 3000, func(ctx context.Context, f flatMapFunc, n int) Job {
		var w wrong
		pages := n / pageSize
		return Job{Do: func() {
			u := usesInOrder(&w, same)
			u.ended(f(ctx, upTo(pages), pagesOf(costing(cost100ns)), u.use), pages*pageSize)
		}, Check: w.check}
	}},
)

// pagesOf makes pages whose results, counted through all of them, are the items
// of fn. An error of fn for the first is that of the page.
func pagesOf(fn itemFunc) pageFunc {
	return func(ctx context.Context, page int) (iter.Seq[int], error) {
		if _, err := fn(ctx, page*pageSize); err != nil {
			return nil, err
		}
		return func(yield func(int) bool) {
			for i := range pageSize {
				if i > 0 {
					_, _ = fn(ctx, page*pageSize+i)
				}
				if !yield(page*pageSize + i) {
					return
				}
			}
		}, nil
	}
}
