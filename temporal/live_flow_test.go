package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	sdk "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/encoding/protojson"
)

// This file runs workflows on a real server. With BRAID_RECORD set it also keeps
// their histories in testdata.

var (
	noRetries = &sdk.RetryPolicy{MaximumAttempts: 1}
	stopped   sync.Map // run → when its last nap was over
)

// staff starts a worker in this process, with the workflows of replay_test.go and
// what more is registered.
func staff(t *testing.T, more ...func(worker.Registry)) (c client.Client, queue string) {
	t.Helper()
	at, queue := sharedServer(t)
	c = dial(t, at)
	w := worker.New(c, queue, worker.Options{
		Interceptors:                     []interceptor.WorkerInterceptor{temporal.Interceptor()},
		MaxHeartbeatThrottleInterval:     100 * time.Millisecond,
		DefaultHeartbeatThrottleInterval: 100 * time.Millisecond,
	})
	for name, flow := range recordings {
		w.RegisterWorkflowWithOptions(flow, workflow.RegisterOptions{Name: name})
	}
	w.RegisterWorkflowWithOptions(idle, workflow.RegisterOptions{Name: "idle"})
	w.RegisterActivityWithOptions(nap, activity.RegisterOptions{Name: "nap"})
	for _, m := range more {
		m(w)
	}
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	return c, queue
}

func start(t *testing.T, c client.Client, queue, name string, args ...any) client.WorkflowRun {
	t.Helper()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: queue, WorkflowExecutionTimeout: 10 * time.Minute}, name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestServer_RecordedWorkflowsEndAsTheyShould(t *testing.T) {
	c, queue := staff(t)
	want := map[string]string{"racing": "won", "retrying": "at last", "bounded": "true cleaned", "mapping": "abcdefg"}
	for name := range recordings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := start(t, c, queue, name)
			var got string
			err := run.Get(t.Context(), &got)
			if got != want[name] || (err == nil) != (want[name] != "") {
				t.Errorf("%q, %v", got, err)
			}
			record(t, c, run, name)
		})
	}
}

// record keeps the history of run for the replay tests.
func record(t *testing.T, c client.Client, run client.WorkflowRun, name string) {
	if os.Getenv("BRAID_RECORD") == "" {
		return
	}
	h := &historypb.History{Events: events(t, c, run)}
	for _, e := range h.Events { // which the replay does not read, and which has stacks with this machine's paths
		if end := e.GetWorkflowExecutionFailedEventAttributes(); end != nil {
			end.Failure = nil
		}
	}
	data, err := protojson.MarshalOptions{Indent: " "}.Marshal(h)
	data = regexp.MustCompile(`("identity": *)"[^"]*"`).ReplaceAll(data, []byte(`$1"worker"`))
	if err == nil {
		err = os.MkdirAll("testdata", 0o777)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join("testdata", name+".json"), data, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func events(t *testing.T, c client.Client, run client.WorkflowRun) (all []*historypb.HistoryEvent) {
	t.Helper()
	for it := c.GetWorkflowHistory(t.Context(), run.GetID(), run.GetRunID(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); it.HasNext(); {
		e, err := it.Next()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func TestServer_Rule1_1_AFailedGroupEndsAfterItsActivitiesAndChildren(t *testing.T) {
	c, queue := staff(t)
	run := start(t, c, queue, "failing")
	err := run.Get(t.Context(), nil)
	over, ok := stopped.Load(run.GetRunID())
	if !ok {
		t.Fatalf("the activity was not cancelled: %v", err)
	}
	all := events(t, c, run)
	if closed := all[len(all)-1].EventTime.AsTime(); closed.Before(over.(time.Time)) {
		t.Errorf("closed %v before its activity had stopped", over.(time.Time).Sub(closed))
	}
	for _, typ := range []enumspb.EventType{enumspb.EVENT_TYPE_ACTIVITY_TASK_CANCELED, enumspb.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED} {
		if !slices.ContainsFunc(all, func(e *historypb.HistoryEvent) bool { return e.EventType == typ }) {
			t.Errorf("no %v in the history", typ)
		}
	}
	// The tree has come to the client whole.
	var te *braid.TaskError
	if !errors.As(err, &te) || te.Path() != "failing/short" || !errors.Is(err, errOurs) || errors.Is(err, context.Canceled) {
		t.Errorf("%+v", err)
	}
}

func TestServer_Rule8_1_APanicEndsTheWorkflow(t *testing.T) {
	c, queue := staff(t)
	err := start(t, c, queue, "panicked").Get(t.Context(), nil)
	var pe *braid.PanicError
	if !errors.As(err, &pe) || pe.Value != "no way on" || pe.Path != "panicked" || len(pe.Stack) == 0 {
		t.Errorf("%+v", err)
	}
}

func TestServer_Rule3_6_ACancelledWorkflowCleansUpAndEndsAsCancelled(t *testing.T) {
	cleaned := make(chan bool, 1)
	c, queue := staff(t, func(w worker.Registry) {
		w.RegisterActivityWithOptions(func(context.Context) error { cleaned <- true; return nil }, activity.RegisterOptions{Name: "clean"})
		w.RegisterWorkflowWithOptions(func(ctx wctx) error {
			ctx = napOptions(ctx)
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				_ = g.Defer(func(ctx wctx) error { _, err := temporal.Activity[temporal.None](ctx, "clean"); return err })
				temporal.Fork(g, napping(ctx, 60_000, "long"))
				return nil
			})
		}, workflow.RegisterOptions{Name: "cleaning"})
	})
	run := start(t, c, queue, "cleaning")
	for !slices.ContainsFunc(events(t, c, run), func(e *historypb.HistoryEvent) bool { return e.EventType == enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED }) {
		_ = braid.Sleep(t.Context(), 20*time.Millisecond)
	}
	if err := c.CancelWorkflow(t.Context(), run.GetID(), ""); err != nil {
		t.Fatal(err)
	}
	err := run.Get(t.Context(), nil)
	if !sdk.IsCanceledError(err) || len(cleaned) != 1 {
		t.Error(err, len(cleaned))
	}
}

// TestServer_ReplayedAtEachStep runs a workflow on workers that keep none in
// memory: each of its tasks begins with a replay, and ends with the coroutines
// being destroyed.
func TestServer_ReplayedAtEachStep(t *testing.T) {
	worker.SetStickyWorkflowCacheSize(0)
	t.Cleanup(func() { worker.SetStickyWorkflowCacheSize(10_000) })
	c, queue := staff(t)
	for name, want := range map[string]string{"mapping": "abcdefg", "retrying": "at last", "racing": "won", "bounded": "true cleaned"} {
		var got string
		if err := start(t, c, queue, name).Get(t.Context(), &got); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestServer_AFanOverTwentyThousand(t *testing.T) {
	store, list := stored(t, 20_000, 100)
	c, queue := staff(t, func(w worker.Registry) {
		temporal.RegisterFan(w, store)
		w.RegisterWorkflowWithOptions(func(ctx wctx) (int, error) {
			out, err := temporal.FanMap(ctx, doubled, list, temporal.Spread{Into: "out/" + queueOf(ctx), Shard: 50})
			return out.Len, err
		}, workflow.RegisterOptions{Name: "fanning"})
	})
	began := time.Now()
	run := start(t, c, queue, "fanning")
	id := "out/" + queue
	last := temporal.FanProgress{}
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for braid.Sleep(ctx, 50*time.Millisecond) == nil {
				if p, err := temporal.QueryFan(ctx, c, id); err == nil {
					last = p
				}
			}
			return context.Cause(ctx)
		}, braid.Background)
		var n int
		if err := run.Get(ctx, &n); err != nil || n != list.Len {
			return fmt.Errorf("%d: %w", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("20,000 items in %v; seen on the way: %+v", time.Since(began), last)
	if last.Total != list.Len {
		t.Error("no progress was seen")
	}
	if p, err := temporal.QueryFan(t.Context(), c, id); err != nil || p.Done != list.Len || p.Failed != 0 {
		t.Error(p, err)
	}
	i := 0
	for v, err := range (temporal.List[int]{Key: id, Len: list.Len, Chunk: list.Chunk}).All(t.Context(), store) {
		if err != nil || v != 2*i {
			t.Fatal(i, v, err)
		}
		i++
	}
}

func queueOf(ctx wctx) string { return workflow.GetInfo(ctx).TaskQueueName }
