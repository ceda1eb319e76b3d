package work

import (
	"context"
	"fmt"
)

// This file is "all of these functions, whatever becomes of each".

// A settleFunc gives a function that tells the outcomes, whatever form they have.
type settleFunc func(ctx context.Context, fns []callFunc) (outcome func(i int) (int, error))

var settle = newPattern[settleFunc](40,
	"A hundred functions that return at once, every third with an error, are called, all at the same time. "+
		"None is cancelled because of another. Each outcome, a value or an error, comes at the place of its function.",
	row[settleFunc]{"settle/100", "call", 2_000, 3, func(ctx context.Context, f settleFunc, n int) Job {
		var w wrong
		fns := everyThirdFails(100)
		return Job{Do: func() {
			for range n {
				outcome := f(ctx, fns)
				if _, err := outcome(99); err == nil {
					w.add(fmt.Errorf("function 99 has no error"))
				}
				if v, err := outcome(98); v != 98 || err != nil {
					w.add(fmt.Errorf("function 98 gave %d, %v", v, err))
				}
			}
		}, Check: w.check}
	}},
)

func everyThirdFails(n int) []callFunc {
	fns := numbered(n)
	for i := 0; i < n; i += 3 {
		fns[i] = func(context.Context) (int, error) { return 0, errWork }
	}
	return fns
}
