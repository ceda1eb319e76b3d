package work

import (
	"context"
	"fmt"
	"iter"
)

// This file is what a pipeline ends in: one value of all results, all of them in
// a slice, or functions without results.

type reduceFunc func(ctx context.Context, seq iter.Seq[int], fn itemFunc, fold func(sum, v int) int) (int, error)

const endsAbout = "A function of CPU time only is called for each item of an iterator of unknown length, on all processors. %s " +
	"If a function fails its error is returned and soon nothing more is pulled; all functions have returned by then."

var reducing = newPattern[reduceFunc](110,
	fmt.Sprintf(endsAbout, "Another folds the results into one value meanwhile, in the order of the items."),
	row[reduceFunc]{"stream/reduce", "item", 1_000_000, 3000, func(ctx context.Context, f reduceFunc, n int) Job {
		var w wrong
		want := 0
		for i := range n {
			want = mix(want, resultOf(i))
		}
		return Job{Do: func() {
			got, err := f(ctx, upTo(n), costing(cost100ns), mix)
			if got != want || err != nil {
				w.add(fmt.Errorf("got %d, %v, want %d", got, err, want))
			}
		}, Check: w.check}
	}},
)

// mix depends on the order.
func mix(sum, v int) int { return sum*31 + v }

var collecting = newPattern[mapSeqFunc](111,
	fmt.Sprintf(endsAbout, "The results come in a slice, in the order of the items."),
	row[mapSeqFunc]{"stream/collect", "item", 1_000_000, 3000, func(ctx context.Context, f mapSeqFunc, n int) Job {
		var results []int
		var err error
		return Job{
			Do:    func() { results, err = f(ctx, upTo(n), costing(cost100ns)) },
			Check: func() error { return checkResults(results, err, n) },
		}
	}},
)

var doingStream = newPattern[eachSeqFunc](112,
	fmt.Sprintf(endsAbout, "It has no result. What has been done takes no memory."),
	row[eachSeqFunc]{"stream/each", "item", 1_000_000, 3000, func(ctx context.Context, f eachSeqFunc, n int) Job {
		m := newMarks(n, cost100ns)
		return Job{Do: func() { m.done(f(ctx, upTo(n), m.mark)) }, Check: m.check}
	}},
)

// reduceBy folds the results of a pipeline that keeps the order.
func reduceBy(ordered streamFunc) reduceFunc {
	return func(ctx context.Context, seq iter.Seq[int], fn itemFunc, fold func(sum, v int) int) (sum int, err error) {
		err = ordered(ctx, seq, fn, func(v int) bool {
			sum = fold(sum, v)
			return true
		})
		if err != nil {
			return 0, err
		}
		return sum, nil
	}
}
