package temporal_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid/temporal"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// This file asks more of a server at once than it bears.

// bulk is a workflow that starts n activities, each with so many bytes, by Go alone.
func bulk(ctx wctx, n, bytes int) (int, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	total := 0
	err := temporal.Run(ctx, func(ctx wctx, g *group) error {
		text := strings.Repeat("x", bytes)
		for range n {
			g.Go(func(ctx wctx) error {
				n, err := temporal.Activity[int](ctx, "length", text)
				total += n
				return err
			})
		}
		return nil
	})
	return total, err
}

func bulky(w worker.Registry) {
	w.RegisterActivityWithOptions(func(_ context.Context, s string) (int, error) { return len(s), nil }, activity.RegisterOptions{Name: "length"})
	w.RegisterWorkflowWithOptions(bulk, workflow.RegisterOptions{Name: "bulk"})
}

// crowded tells how many activities a workflow had pending at most, and replays it.
func crowded(t *testing.T, c client.Client, run client.WorkflowRun) (most int) {
	t.Helper()
	h := &historypb.History{Events: events(t, c, run)}
	now := 0
	for _, e := range h.Events {
		switch e.EventType {
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
			now++
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
			now--
		}
		most = max(most, now)
	}
	r := worker.NewWorkflowReplayer()
	r.RegisterWorkflowWithOptions(bulk, workflow.RegisterOptions{Name: "bulk"})
	if err := r.ReplayWorkflowHistory(quiet{}, h); err != nil {
		t.Error(err)
	}
	return most
}

func TestServer_FiveThousandActivitiesByGoFinish(t *testing.T) {
	c, queue := staff(t, bulky)
	run := start(t, c, queue, "bulk", 5000, 1)
	var total int
	if err := run.Get(t.Context(), &total); err != nil || total != 5000 {
		t.Fatal(total, err)
	}
	if most := crowded(t, c, run); most != temporal.Window {
		t.Errorf("%d were pending at once", most)
	}
}

func TestServer_ArgumentsOfSixMegabytesInAllArrive(t *testing.T) {
	c, queue := staff(t, bulky)
	run := start(t, c, queue, "bulk", 60, 100<<10)
	var total int
	if err := run.Get(t.Context(), &total); err != nil || total != 60*100<<10 {
		t.Fatal(total, err)
	}
	crowded(t, c, run)
}
