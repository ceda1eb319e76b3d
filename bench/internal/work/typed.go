package work

import "context"

// This file is tasks with results.

// A typedFunc calls fn for the numbers below n, each in a task.
type typedFunc func(ctx context.Context, n int, fn itemFunc) ([]int, error)

var typing = newPattern[typedFunc](3,
	"A number of tasks is started, each handed over by itself and none waiting for another, each with a result of its own. "+
		"The results come in the order in which the tasks were started; if one fails its error is returned when all have ended.").
	add(typedRow(100), size("typed", 100)).
	add(typedRow(10_000), size("typed", 10_000)).
	add(typedRow(1_000_000), size("typed", 1_000_000)).
	add(typedRow(10_000_000), size("typed", 10_000_000), kind(Growth))

func typedRow(k int) row[typedFunc] {
	return row[typedFunc]{"typed/" + short(k), "task", max(k, 200_000), min(k, 1000), func(ctx context.Context, f typedFunc, n int) Job {
		var w wrong
		groups, k := lumps(n, k)
		number := func(_ context.Context, i int) (int, error) { return resultOf(i), nil }
		var results []int
		var err error
		return Job{Units: groups * k, Do: func() {
			for range groups {
				if results, err = f(ctx, k, number); err != nil || len(results) != k {
					w.add(checkResults(results, err, k))
				}
			}
			if err := checkLast(results, k); err != nil {
				w.add(err)
			}
		}, Check: func() error {
			if w.first != nil {
				return w.first
			}
			return checkResults(results, err, k)
		}}
	}}
}

// checkLast looks at the last result only, which takes no time.
func checkLast(results []int, n int) error {
	if len(results) != n || results[n-1] != resultOf(n-1) {
		return checkResults(results, nil, n)
	}
	return nil
}
