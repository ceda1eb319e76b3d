package temporal_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/braid-go/braid/engine/enginetest"
	"github.com/braid-go/braid/temporal"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// This file has workers die over a fan.

// liveFlows registers the workflows of workers in other processes.
func liveFlows(r worker.Registry) {
	r.RegisterWorkflowWithOptions(func(ctx workflow.Context, steps temporal.List[Step], s temporal.Spread) (temporal.List[int], error) {
		return temporal.FanMap(ctx, traced, steps, s)
	}, workflow.RegisterOptions{Name: "live.fan"})
	r.RegisterWorkflowWithOptions(func(ctx workflow.Context, steps temporal.List[Step], s temporal.Spread) (temporal.List[int], error) {
		return temporal.FanMap(ctx, nested, steps, s)
	}, workflow.RegisterOptions{Name: "live.nest"})
	r.RegisterWorkflowWithOptions(func(ctx workflow.Context, list temporal.List[int], s temporal.Spread) (temporal.List[int], error) {
		return temporal.FanMap(ctx, enginetest.Halve, list, s)
	}, workflow.RegisterOptions{Name: "live.halve"})
	r.RegisterWorkflowWithOptions(func(ctx workflow.Context, steps temporal.List[Step], s temporal.Spread) (int, error) {
		_, bad, err := temporal.FanSettle(ctx, traced, steps, s)
		return bad, err
	}, workflow.RegisterOptions{Name: "live.settle"})
	r.RegisterWorkflowWithOptions(calling(count), workflow.RegisterOptions{Name: "live.count"})
	r.RegisterWorkflowWithOptions(calling(cleans), workflow.RegisterOptions{Name: "live.clean"})
}

// pending gives the activities that workflows of the queue wait for.
func pending(t testing.TB, c client.Client, queue string) (all []*workflowpb.PendingActivityInfo) {
	t.Helper()
	query := fmt.Sprintf("TaskQueue = '%s' AND ExecutionStatus = 'Running'", queue)
	list, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: query})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list.Executions {
		d, err := c.DescribeWorkflowExecution(t.Context(), e.Execution.WorkflowId, "")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d.PendingActivities...)
	}
	return all
}

// told gives what the server has been told of inputs that have ended, and of
// checkpoints of others.
func told(t testing.TB, c client.Client, queue string) (ended int, points []string) {
	t.Helper()
	for _, a := range pending(t, c, queue) {
		var kept struct {
			Ended  map[int]any `json:"ended"`
			Points map[int]any `json:"points"`
		}
		if a.HeartbeatDetails == nil {
			continue
		}
		if err := converter.GetDefaultDataConverter().FromPayloads(a.HeartbeatDetails, &kept); err != nil {
			t.Fatal(err)
		}
		ended += len(kept.Ended)
		for _, p := range kept.Points {
			points = append(points, fmt.Sprint(p))
		}
	}
	return ended, points
}

// aFan keeps n steps, chunk of them together, and runs a workflow over them on a
// worker, until all but those that wait for "go" have ended, and the server knows it.
// Then the worker is killed.
func aFan(t *testing.T, name string, n, chunk int) (dir Step, c client.Client, queue string, run client.WorkflowRun, env string) {
	t.Helper()
	at, queue := sharedServer(t)
	c = dial(t, at)
	dir, all := steps(t, n)
	where := t.TempDir()
	store, err := temporal.DirStore(where)
	if err != nil {
		t.Fatal(err)
	}
	list, err := temporal.PutList(t.Context(), store, "steps", chunk, func(yield func(Step) bool) {
		for _, s := range all {
			if !yield(s) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	env = "BRAID_TEST_STORE=" + where
	first := startWorker(t, at, queue, env)
	run = start(t, c, queue, name, list, temporal.Spread{Into: "out/" + queue, Shard: 2, Heartbeat: 6 * time.Second})
	held := (n + 9) / 10
	until(t, "what need not wait to end", func() bool {
		ended, _ := told(t, c, queue)
		return ended == n-held && dir.done() == n
	})
	_ = first.Process.Kill()
	_ = first.Wait()
	return dir, c, queue, run, env
}

// onlyTheHeldRanTwice tells of steps that were run again although the server knew
// their ends, and of such as have not been done once.
func onlyTheHeldRanTwice(t *testing.T, dir Step, n int) {
	t.Helper()
	times := map[string]int{}
	for _, line := range dir.lines("ran") {
		times[line]++
	}
	for i := range n {
		switch got, held := times[fmt.Sprint(i)], i%10 == 0; {
		case held && got < 2:
			t.Errorf("step %d was cut short and did not run again", i)
		case !held && got != 1:
			t.Errorf("step %d ran %d times, want once", i, got)
		}
	}
	if done := dir.done(); done != n {
		t.Errorf("%d things were done, want %d", done, n)
	}
}

func TestServer_AFanGoesOnFromTheLastSignOfLifeOfAWorkerThatIsKilled(t *testing.T) {
	const n = 300 // in 6 chunks, of which 3 workflows see to 2 each
	dir, c, queue, run, env := aFan(t, "live.fan", n, 50)
	dir.create(t, "go")
	at, _ := sharedServer(t)
	startWorker(t, at, queue, env)
	var out temporal.List[int]
	if err := run.Get(t.Context(), &out); err != nil || out.Len != n {
		t.Fatal(out, err)
	}
	store, err := temporal.DirStore(env[len("BRAID_TEST_STORE="):])
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for v, err := range out.All(t.Context(), store) {
		if err != nil || v != i {
			t.Fatal(i, v, err)
		}
		i++
	}
	if i != n {
		t.Errorf("%d results, want %d", i, n)
	}
	onlyTheHeldRanTwice(t, dir, n)
	if p, err := temporal.QueryFan(t.Context(), c, out.Key); err != nil || p.Done != n {
		t.Error(p, err)
	}
}

func TestServer_AFanThatSettlesGoesOnWhereItWas(t *testing.T) {
	const n = 40
	dir, _, queue, run, env := aFan(t, "live.settle", n, 20)
	dir.create(t, "go")
	at, _ := sharedServer(t)
	startWorker(t, at, queue, env)
	bad := -1
	if err := run.Get(t.Context(), &bad); err != nil || bad != 0 {
		t.Fatal(bad, err)
	}
	onlyTheHeldRanTwice(t, dir, n)
}
