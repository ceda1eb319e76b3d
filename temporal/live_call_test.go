package temporal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/engine/enginetest"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// This file calls tasks from workflows, on workers in other processes.

// conforming is an engine made of such calls, to be held to what engines promise: a job
// is a workflow that calls its task for each input.
type conforming struct {
	c     client.Client
	queue string
}

// callInput is what the workflow is given.
type callInput struct {
	Job    temporal.CallJob
	Inputs []json.RawMessage
	Limit  int
}

type called = temporal.Settled[json.RawMessage]

func callFlow(ctx wctx, in callInput) ([]called, error) {
	ends := make([]called, len(in.Inputs))
	opts := []temporal.GroupOption{temporal.Limit(max(in.Limit, 1))}
	if in.Limit == 0 {
		opts = nil
	}
	err := temporal.Run(ctx, func(ctx wctx, g *group) error {
		for i, input := range in.Inputs {
			g.Go(func(ctx wctx) error {
				output, err := temporal.CallOne(ctx, in.Job, i, input)
				ends[i] = called{Value: output, State: braid.Succeeded}
				if err == nil || !in.Job.Settle {
					return err
				}
				var te *braid.TaskError
				var pe *braid.PanicError
				ends[i].State = braid.Failed
				if errors.As(err, &pe) {
					ends[i].State = braid.Panicked
				}
				if errors.As(err, &te) {
					err = te
				}
				ends[i].Err = temporal.EncodeError(err)
				return nil
			})
		}
		return nil
	}, opts...)
	return ends, temporal.OfItems(err)
}

func (e *conforming) Run(ctx context.Context, job *engine.Job) error {
	if ctx.Err() != nil {
		return engine.Local().Run(ctx, job) // which runs nothing
	}
	if !slices.Contains(engine.Names(), job.Task) {
		return fmt.Errorf("%w: %q", engine.ErrUnknownTask, job.Task)
	}
	in := callInput{Job: temporal.CallJob{Task: job.Task, Name: job.Name, Single: job.Single, Settle: job.Settle}, Limit: job.Limit}
	for _, input := range job.Inputs {
		in.Inputs = append(in.Inputs, input)
	}
	run, err := e.c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: e.queue}, "live.call", in)
	if err != nil {
		return err
	}
	outlives := context.WithoutCancel(ctx)
	stop := context.AfterFunc(ctx, func() { _ = e.c.CancelWorkflow(outlives, run.GetID(), "") })
	defer stop()
	var ends []called
	err = run.Get(outlives, &ends)
	var ge *braid.GroupError
	switch {
	case errors.As(err, &ge):
		return ge
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return err
	}
	for i, end := range ends {
		o := end.Outcome()
		job.Done(i, engine.End{Output: o.Value, Err: o.Err, State: o.State})
	}
	return nil
}

func TestServer_TasksThatWorkflowsCallKeepToWhatThoseOfAnyEngineDo(t *testing.T) {
	c, queue := staff(t, func(w worker.Registry) {
		w.RegisterWorkflowWithOptions(callFlow, workflow.RegisterOptions{Name: "live.call"})
		temporal.Register(w)
	})
	enginetest.Run(t, func(*testing.T) engine.Engine { return &conforming{c, queue} })
}

// calling is a workflow that calls a task in a group.
func calling(task *engine.Task[Step, int]) func(wctx, Step) (int, error) {
	return func(ctx wctx, s Step) (int, error) {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{HeartbeatTimeout: 3 * time.Second})
		return temporal.Call(ctx, func(ctx wctx, g *group) (int, error) {
			return temporal.Fork(g, func(ctx wctx) (int, error) { return temporal.CallTask(ctx, task, s) }, temporal.Name("calls")).Wait(ctx)
		}, temporal.Name("outer"))
	}
}

func TestServer_ACalledTaskIsResumedByAnotherWorkerUnderItsKey(t *testing.T) {
	at, queue := sharedServer(t)
	c := dial(t, at)
	dir, _ := steps(t, 0)
	dir.N = 10
	env := "BRAID_TEST_STORE=" + t.TempDir()
	first := startWorker(t, at, queue, env)
	run := start(t, c, queue, "live.count", dir)
	text := seen(t, c, run.GetID(), "outer · call", "calls", "task live.count on ", "(worker) · run", "─ live.count · ")
	if strings.Index(text, "─ live.count") < strings.Index(text, "(worker)") || strings.Index(text, "(worker)") < strings.Index(text, "calls") {
		t.Errorf("the tree is not in order:\n%s", text)
	}
	until(t, "a checkpoint", func() bool { _, points := told(t, c, queue); return slices.Equal(points, []string{"5"}) })
	_ = first.Process.Kill()
	_ = first.Wait()
	startWorker(t, at, queue, env)
	dir.create(t, "go")
	var from int
	if err := run.Get(t.Context(), &from); err != nil || from != 5 || dir.done() != 1 {
		t.Error(from, dir.done(), err)
	}
	if got := dir.lines("counted"); len(got) != 10 {
		t.Error("counted", got)
	}
}

func TestServer_ACancelReachesACalledTaskAndIsWaitedFor(t *testing.T) {
	at, queue := sharedServer(t)
	c := dial(t, at)
	dir, _ := steps(t, 0)
	startWorker(t, at, queue, "BRAID_TEST_STORE="+t.TempDir())
	run := start(t, c, queue, "live.clean", dir)
	until(t, "the task", func() bool { return len(dir.lines("began")) > 0 })
	if err := c.CancelWorkflow(t.Context(), run.GetID(), ""); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := run.Get(ctx, nil)
	if err == nil || len(dir.lines("cleaned")) != 1 {
		t.Error(err, dir.lines("cleaned"))
	}
}
