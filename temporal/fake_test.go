package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/braid-go/braid/temporal"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"google.golang.org/grpc"
)

// This file has what examples need of a server. On paper it is the SDK's test
// environment; and one that has no work is really dialled.

// paper is a client whose workflows run in the SDK's test environment, each to its end
// before ExecuteWorkflow returns. It keeps their histories, as far as an engine reads
// them.
type paper struct {
	client.Client
	worker []temporal.WorkerOption

	mu     sync.Mutex
	runs   map[string]*paperRun
	starts []client.StartWorkflowOptions
	asked  map[string]*testsuite.TestWorkflowEnvironment // see queries
}

func onPaper(worker ...temporal.WorkerOption) *paper {
	return &paper{worker: worker, runs: map[string]*paperRun{}, asked: map[string]*testsuite.TestWorkflowEnvironment{}}
}

func (p *paper) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error) {
	env := environment(carrying, func(env *testsuite.TestWorkflowEnvironment) { temporal.Register(env, p.worker...) })
	r := &paperRun{id: o.ID, env: env}
	conv := converter.GetDefaultDataConverter()
	scheduled := map[string]int64{}
	env.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, args converter.EncodedValues) {
		if info.ActivityType.Name != "braid.batch" {
			return
		}
		var batch map[string]any
		err := args.Get(&batch)
		input, failed := conv.ToPayloads(batch)
		if err = errors.Join(err, failed); err != nil {
			panic(err)
		}
		e := &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED}
		e.Attributes = &historypb.HistoryEvent_ActivityTaskScheduledEventAttributes{
			ActivityTaskScheduledEventAttributes: &historypb.ActivityTaskScheduledEventAttributes{Input: input},
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		scheduled[info.ActivityID] = r.add(e)
	})
	env.SetOnActivityCompletedListener(func(info *activity.Info, result converter.EncodedValue, err error) {
		if err != nil || info.ActivityType.Name != "braid.batch" {
			return
		}
		var ends []any
		err = result.Get(&ends)
		output, failed := conv.ToPayloads(ends)
		if err = errors.Join(err, failed); err != nil {
			panic(err)
		}
		e := &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED}
		r.mu.Lock()
		defer r.mu.Unlock()
		e.Attributes = &historypb.HistoryEvent_ActivityTaskCompletedEventAttributes{
			ActivityTaskCompletedEventAttributes: &historypb.ActivityTaskCompletedEventAttributes{Result: output, ScheduledEventId: scheduled[info.ActivityID]},
		}
		r.add(e)
	})
	env.ExecuteWorkflow(workflow, args...)
	r.batches = len(scheduled)
	r.add(&historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.runs[o.ID] = r
	p.starts = append(p.starts, o)
	return r, nil
}

// last gives how the last workflow was started, and what became of it.
func (p *paper) last() (client.StartWorkflowOptions, *paperRun) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.starts[len(p.starts)-1]
	return o, p.runs[o.ID]
}

func (p *paper) GetWorkflowHistory(_ context.Context, id, _ string, _ bool, _ enumspb.HistoryEventFilterType) client.HistoryEventIterator {
	p.mu.Lock()
	defer p.mu.Unlock()
	return &paperHistory{p.runs[id].events}
}

func (p *paper) CancelWorkflow(context.Context, string, string) error { return nil }

// queries has the client answer for the workflow of env, while that runs.
func (p *paper) queries(id string, env *testsuite.TestWorkflowEnvironment) { p.asked[id] = env }

func (p *paper) QueryWorkflow(_ context.Context, id, _, query string, args ...any) (converter.EncodedValue, error) {
	if env := p.asked[id]; env != nil {
		return env.QueryWorkflow(query, args...)
	}
	for _, env := range p.asked { // a child's
		return env.QueryWorkflowByID(id, query, args...)
	}
	return nil, serviceerror.NewNotFound("there is no workflow " + id)
}

func (p *paper) DescribeWorkflowExecution(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return &workflowservice.DescribeWorkflowExecutionResponse{}, nil
}

// paperRun is one that has ended.
type paperRun struct {
	id      string
	env     *testsuite.TestWorkflowEnvironment
	mu      sync.Mutex
	events  []*historypb.HistoryEvent
	batches int
}

func (r *paperRun) add(e *historypb.HistoryEvent) int64 {
	e.EventId = int64(len(r.events) + 1)
	r.events = append(r.events, e)
	return e.EventId
}

func (r *paperRun) GetID() string                  { return r.id }
func (r *paperRun) GetRunID() string               { return "run" }
func (r *paperRun) GetFirstExecutionRunID() string { return "run" }
func (r *paperRun) Get(_ context.Context, to any) error {
	if to == nil {
		return r.env.GetWorkflowError()
	}
	return r.env.GetWorkflowResult(to)
}
func (r *paperRun) GetWithOptions(ctx context.Context, to any, _ client.WorkflowRunGetOptions) error {
	return r.Get(ctx, to)
}

type paperHistory struct{ left []*historypb.HistoryEvent }

func (h *paperHistory) HasNext() bool { return len(h.left) > 0 }
func (h *paperHistory) Next() (*historypb.HistoryEvent, error) {
	e := h.left[0]
	h.left = h.left[1:]
	return e, nil
}

// idleServer is a server that has no work for anybody.
type idleServer struct {
	workflowservice.UnimplementedWorkflowServiceServer
}

func (idleServer) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{}, nil
}

func (idleServer) DescribeNamespace(context.Context, *workflowservice.DescribeNamespaceRequest) (*workflowservice.DescribeNamespaceResponse, error) {
	return &workflowservice.DescribeNamespaceResponse{}, nil
}

func (idleServer) PollWorkflowTaskQueue(ctx context.Context, _ *workflowservice.PollWorkflowTaskQueueRequest) (*workflowservice.PollWorkflowTaskQueueResponse, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (idleServer) PollActivityTaskQueue(ctx context.Context, _ *workflowservice.PollActivityTaskQueueRequest) (*workflowservice.PollActivityTaskQueueResponse, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// startIdle starts one and gives its address.
func startIdle() (at string, stop func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	s := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(s, idleServer{})
	done := make(chan error)
	go func() { done <- s.Serve(l) }()
	return l.Addr().String(), func() {
		s.Stop()
		if err := <-done; err != nil {
			fmt.Println("server:", err)
		}
	}
}
