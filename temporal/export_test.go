package temporal

import (
	"testing"

	"go.temporal.io/sdk/workflow"
)

// FanRun and RunFan are a fan's workflow, for tests that look at each of its runs.
type FanRun = fanRun

func RunFan(ctx workflow.Context, run FanRun) (int, error) {
	count, err := runFan(ctx, run)
	return count.Done, err
}

// NewFanRun gives what the workflow is first given for n items in chunks of 10.
func NewFanRun(task, in, into string, n int) FanRun {
	s := Spread{Into: into}.check("test")
	return FanRun{Job: fanJob{Task: task, In: in, Len: n, Chunk: 10, Spread: s}, To: chunks(n, 10), Step: 1, Window: 4}
}

// AtOnce has n activities, and n child workflows, of a workflow under way at once,
// for the time of the test.
func AtOnce(t testing.TB, n int) {
	atOnce = n
	t.Cleanup(func() { atOnce = Window })
}
