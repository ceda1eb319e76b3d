package temporal

import (
	"encoding/json"
	"testing"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
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

// CallJob is a job whose inputs CallOne runs as CallTask does.
type CallJob struct {
	Task, Name     string
	Single, Settle bool
}

// CallOne runs the task of the job for input i, which is in the place that it has in
// any engine's errors.
func CallOne(ctx workflow.Context, j CallJob, i int, input json.RawMessage) (json.RawMessage, error) {
	return callBatch(ctx, batch{Task: j.Task, Name: j.Name, Single: j.Single, First: i, Inputs: []json.RawMessage{input}})
}

// OfItems gives the error of a job for that of a group that ran CallOne.
func OfItems(err error) error {
	if ge, ok := err.(*braid.GroupError); ok {
		return flatItems(ge, seam.NewPlace(nil, "", "", 0, nil))
	}
	return err
}
