package work

import (
	"context"

	"github.com/arunsworld/nursery"
)

// This file is nursery. All jobs are handed over at once, in a slice.

var _ = newPeer(16, "nursery", "github.com/arunsworld/nursery", "RunConcurrentlyWithContext; the jobs in a slice",
	grouping.by(nurseryGroup),
	timing.by(timeoutOn(nurseryGroup)),
)

func nurseryGroup(ctx context.Context, n int, fn func(context.Context) error) error {
	job := func(ctx context.Context, failed chan error) {
		if err := fn(ctx); err != nil && err != ctx.Err() { // who was told to stop has nothing to tell
			failed <- err
		}
	}
	jobs := make([]nursery.ConcurrentJob, n)
	for i := range jobs {
		jobs[i] = job
	}
	return nursery.RunConcurrentlyWithContext(ctx, jobs...)
}
