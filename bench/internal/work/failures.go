package work

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// This file is many failures at once: collecting, searching and printing them.

// A failuresFunc calls fn for the numbers below n, each in a task, and gives an
// error that has all of theirs, and what prints it with all of them.
type failuresFunc func(ctx context.Context, n int, fn func(i int) error) (err error, print func(err error) string)

// A failure is the error of one task.
type failure struct{ text string }

func (f *failure) Error() string { return f.text }

var failing = newPattern[failuresFunc](9,
	"Tasks are started that all fail, and none is cancelled because of another. ")

func init() {
	for _, n := range []int{100, 10_000, 1_000_000} {
		k := kind(Growth)
		if n == 10_000 {
			k = kind(Cost)
		}
		failing.add(failuresRow("errors-build", n, 20_000, func(f failuresFunc, ctx context.Context, n int, w *wrong) func() {
			fails := failuresOf(n)
			return func() {
				err, _ := f(ctx, n, func(i int) error { return fails[i] })
				if !errors.Is(err, fails[n-1]) {
					w.add(fmt.Errorf("the last error is not in %.100v", err))
				}
			}
		}), k, size("errors-build", n), what("Measured is the time until there is an error that has all of theirs."))
		failing.add(failuresRow("errors-is", n, 1_000_000, func(f failuresFunc, ctx context.Context, n int, w *wrong) func() {
			fails := failuresOf(n)
			err, _ := f(ctx, n, func(i int) error { return fails[i] })
			return func() {
				if errors.Is(err, errWork) {
					w.add(errors.New("an error was found that is not there"))
				}
			}
		}), k, size("errors-is", n), what("Measured is the time in which errors.Is finds that none of them is what is looked for."))
		failing.add(failuresRow("errors-print", n, 200_000, func(f failuresFunc, ctx context.Context, n int, w *wrong) func() {
			fails := failuresOf(n)
			err, print := f(ctx, n, func(i int) error { return fails[i] })
			last := fails[n-1].Error()
			return func() {
				if text := print(err); !strings.Contains(text, last) {
					w.add(fmt.Errorf("%q is not in %.100s", last, text))
				}
			}
		}), k, size("errors-print", n), what("Measured is the time that a text takes which has all of theirs."))
	}
}

func failuresOf(n int) []error {
	out := make([]error, n)
	for i := range out {
		out[i] = &failure{fmt.Sprintf("task %d failed", i)}
	}
	return out
}

// failuresRow is as many groups of k as have enough errors together.
func failuresRow(name string, k, enough int, prepare func(failuresFunc, context.Context, int, *wrong) func()) row[failuresFunc] {
	return row[failuresFunc]{name + "/" + short(k), "error", max(k, enough), min(k, 100), func(ctx context.Context, f failuresFunc, n int) Job {
		var w wrong
		groups, k := lumps(n, k)
		do := prepare(f, ctx, k, &w)
		return Job{Units: groups * k, Do: func() {
			for range groups {
				do()
			}
		}, Check: w.check}
	}}
}
