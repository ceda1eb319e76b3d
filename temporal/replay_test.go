package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// This file replays histories that a real server has recorded (live_flow_test.go
// does that): the same commands must come of them in every run, and in every
// later version, or workflows that are under way would break.

// recordings are the workflows of testdata. A change to one needs a new name.
var recordings = map[string]func(ctx wctx) (string, error){
	"failing":  failingFlow,
	"racing":   racingFlow,
	"retrying": retryingFlow,
	"bounded":  boundedFlow,
	"mapping":  mappingFlow,
	"panicked": panickedFlow,
}

// nap is an activity that takes a while, and a little longer to stop.
func nap(ctx context.Context, ms int, text string) (string, error) {
	for end := time.Now().Add(time.Duration(ms) * time.Millisecond); time.Now().Before(end); {
		activity.RecordHeartbeat(ctx)
		if braid.Sleep(ctx, 20*time.Millisecond) != nil {
			time.Sleep(100 * time.Millisecond)
			stopped.Store(activity.GetInfo(ctx).WorkflowExecution.RunID, time.Now())
			return "", ctx.Err()
		}
	}
	if why, bad := strings.CutPrefix(text, "fail "); bad {
		return "", fmt.Errorf("%w: %s", errOurs, why)
	}
	return text, nil
}

func napping(ctx wctx, ms int, text string) func(wctx) (string, error) {
	return func(ctx wctx) (string, error) { return temporal.Activity[string](ctx, "nap", ms, text) }
}

func napOptions(ctx wctx) wctx {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute, HeartbeatTimeout: 2 * time.Second, RetryPolicy: noRetries,
	})
}

func failingFlow(ctx wctx) (string, error) {
	ctx = napOptions(ctx)
	return temporal.Call(ctx, func(ctx wctx, g *group) (string, error) {
		temporal.Fork(g, napping(ctx, 60_000, "long"), temporal.Name("long"))
		temporal.Fork(g, napping(ctx, 100, "fail soon"), temporal.Name("short"))
		temporal.Fork(g, func(ctx wctx) (string, error) { return temporal.Child[string](ctx, "idle") }, temporal.Name("child"))
		return "", nil
	}, temporal.Name("failing"))
}

func racingFlow(ctx wctx) (string, error) {
	ctx = napOptions(ctx)
	return temporal.First(ctx, temporal.Funcs(napping(ctx, 60_000, "slow"), napping(ctx, 50, "fail fast"), napping(ctx, 200, "won")))
}

func retryingFlow(ctx wctx) (string, error) {
	ctx = napOptions(ctx)
	tries := 0
	policy := braid.Policy{Attempts: 3, Delay: 50 * time.Millisecond, Factor: 2, Jitter: braid.EqualJitter}
	return temporal.Retry(ctx, policy, func(ctx wctx) (string, error) {
		if tries++; tries < 3 {
			return temporal.Activity[string](ctx, "nap", 10, "fail again")
		}
		return temporal.Activity[string](ctx, "nap", 10, "at last")
	})
}

func boundedFlow(ctx wctx) (string, error) {
	ctx = napOptions(ctx)
	text := ""
	err := temporal.Run(ctx, func(ctx wctx, g *group) error {
		_ = g.Defer(func(ctx wctx) error {
			said, err := temporal.Activity[string](ctx, "nap", 10, "cleaned")
			text += said
			return err
		})
		fired, err := temporal.MoveOn(ctx, 300*time.Millisecond, func(ctx wctx) error {
			_, err := temporal.Activity[string](ctx, "nap", 60_000, "never")
			return err
		})
		text += fmt.Sprint(fired, " ")
		return err
	})
	return text, err
}

func mappingFlow(ctx wctx) (string, error) {
	ctx = napOptions(ctx)
	out, err := temporal.Map(ctx, []string{"a", "b", "c", "d", "e", "f", "g"}, func(ctx wctx, s string) (string, error) {
		return temporal.Activity[string](ctx, "nap", 10, s)
	}, temporal.Limit(3))
	return strings.Join(out, ""), err
}

func panickedFlow(ctx wctx) (string, error) {
	ctx = napOptions(ctx)
	return temporal.Call(ctx, func(ctx wctx, g *group) (string, error) {
		temporal.Fork(g, napping(ctx, 60_000, "long"))
		_ = temporal.Sleep(ctx, 100*time.Millisecond)
		panic("no way on")
	}, temporal.Name("panicked"))
}

// idle is a child that does nothing until it is cancelled.
func idle(ctx wctx) (string, error) { return "", temporal.Sleep(ctx, time.Hour) }

func TestRule6_3_RecordedHistoriesReplay(t *testing.T) {
	for name, flow := range recordings {
		t.Run(name, func(t *testing.T) {
			if err := replay(t, name, flow); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestOtherCodeDoesNotFailAWorkflow: that a history does not fit the code is said
// by panics of the SDK in the code, which must not be taken for the workflow's
// own: it would end as failed because of a deployment.
func TestOtherCodeDoesNotFailAWorkflow(t *testing.T) {
	failures, went := 0, 0
	err := replay(t, "failing", func(ctx wctx) (string, error) {
		count := temporal.OnFailure(func(*braid.TaskError) { failures++ })
		return temporal.Call(ctx, func(ctx wctx, g *group) (string, error) {
			temporal.Fork(g, func(ctx wctx) (string, error) {
				return "", temporal.Run(ctx, func(ctx wctx, g *group) error {
					went++
					workflow.SideEffect(ctx, func(wctx) any { return 1 }) // of which the history has none
					went++
					return nil
				}, count)
			})
			return "", nil
		}, count)
	})
	if err == nil || !strings.Contains(err.Error(), "side effect") || failures != 0 || went != 1 {
		t.Errorf("%d failures, %d steps: %v", failures, went, err)
	}
}

func replay(t *testing.T, name string, flow any) error {
	t.Helper()
	file := filepath.Join("testdata", name+".json")
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		t.Fatalf("%s is missing: BRAID_RECORD=1 and a server make it anew", file)
	}
	r, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{FailureConverter: temporal.FailureConverter(nil)})
	if err != nil {
		t.Fatal(err)
	}
	r.RegisterWorkflowWithOptions(flow, workflow.RegisterOptions{Name: name})
	return r.ReplayWorkflowHistoryFromJSONFile(quiet{}, file)
}
