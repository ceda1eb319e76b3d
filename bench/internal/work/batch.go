package work

import (
	"context"
	"fmt"
	"iter"
	"time"
)

// This file is items that are used many at a time.

// A batchFunc gives the batches to yield, until that returns false. All but the
// last are full, unless wait is not 0: then none is given later than that after
// its first item came.
type batchFunc func(ctx context.Context, seq iter.Seq[int], size int, wait time.Duration, yield func(batch []int) bool) error

const (
	batchAbout = "The items of an iterator, each of which takes CPU time to come, are gathered in slices of %d, each a slice of its own. " +
		"They are used, one after the other and in order, while the next is gathered. %sWhen the user wants no more soon nothing more " +
		"is pulled; all have returned when the call does."
	batchSize = 100
)

var (
	batching = newPattern[batchFunc](103, fmt.Sprintf(batchAbout, batchSize, ""),
		batchRow("stream/batch", 0))

	batchingInTime = newPattern[batchFunc](104, fmt.Sprintf(batchAbout, batchSize,
		"None is given later than a second after its first item came, full or not; here all are full. "),
		batchRow("stream/batch-wait", time.Second))
)

func batchRow(name string, wait time.Duration) row[batchFunc] {
	return row[batchFunc]{name, "item", 1_000_000, 3000, func(ctx context.Context, f batchFunc, n int) Job {
		var w wrong
		return Job{Do: func() {
			u := usesInOrder(&w, same)
			u.ended(f(ctx, costly(n, cost100ns), batchSize, wait, func(batch []int) bool {
				if len(batch) != batchSize && u.next+len(batch) != n {
					w.add(fmt.Errorf("a batch of %d after %d items", len(batch), u.next))
				}
				for _, v := range batch {
					u.use(v)
				}
				return true
			}), n)
		}, Check: w.check}
	}}
}
