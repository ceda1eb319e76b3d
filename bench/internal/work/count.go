package work

import (
	"context"
	"fmt"
	"runtime"
	"sync"
)

// This file is counting from all processors at once.

// A countFunc makes a counter.
type countFunc func() (count func(), read func() int)

var counting = newPattern[countFunc](115,
	"As many goroutines as there are processors count one item after the other in the same counter. No count is lost.",
	row[countFunc]{"progress/count", "item", 2_000_000, 1000, func(_ context.Context, f countFunc, n int) Job {
		var w wrong
		p := runtime.GOMAXPROCS(0)
		return Job{Do: func() {
			count, read := f()
			var wg sync.WaitGroup
			for i := range p {
				wg.Go(func() {
					for range n*(i+1)/p - n*i/p {
						count()
					}
				})
			}
			wg.Wait()
			if got := read(); got != n {
				w.add(fmt.Errorf("counted %d, want %d", got, n))
			}
		}, Check: w.check}
	}},
)
