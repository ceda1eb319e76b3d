package temporal_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/temporal"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdk "go.temporal.io/sdk/temporal"
)

// alone is a server with no workers but those of which events tells.
type alone struct {
	client.Client
	events chan enumspb.EventType
	ended  string // why it was terminated
	length int64  // of the history
}

func startAlone() *alone {
	s := &alone{events: make(chan enumspb.EventType, 100), length: 3}
	s.events <- enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED
	s.events <- enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED
	return s
}

func (s *alone) ExecuteWorkflow(context.Context, client.StartWorkflowOptions, any, ...any) (client.WorkflowRun, error) {
	return aloneRun{s: s}, nil
}

func (s *alone) CancelWorkflow(context.Context, string, string) error {
	s.events <- enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED
	return nil
}

func (s *alone) TerminateWorkflow(_ context.Context, _, _, reason string, _ ...any) error {
	s.ended = reason
	s.events <- enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED
	return nil
}

func (s *alone) DescribeWorkflowExecution(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return &workflowservice.DescribeWorkflowExecutionResponse{
		WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{HistoryLength: s.length},
		PendingWorkflowTask:   &workflowpb.PendingWorkflowTaskInfo{State: enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED},
	}, nil
}

func (s *alone) GetWorkflowHistory(ctx context.Context, _, _ string, _ bool, _ enumspb.HistoryEventFilterType) client.HistoryEventIterator {
	return &aloneHistory{s, ctx, 0}
}

type aloneHistory struct {
	s   *alone
	ctx context.Context
	n   int64
}

func (h *aloneHistory) HasNext() bool { return true }
func (h *aloneHistory) Next() (*historypb.HistoryEvent, error) {
	select {
	case e := <-h.s.events:
		h.n++
		return &historypb.HistoryEvent{EventId: h.n, EventType: e}, nil
	case <-h.ctx.Done():
		return nil, h.ctx.Err()
	}
}

type aloneRun struct {
	client.WorkflowRun
	s *alone
}

func (aloneRun) GetRunID() string { return "run" }
func (r aloneRun) Get(context.Context, any) error {
	if r.s.ended != "" {
		return sdk.NewApplicationError("terminated", "")
	}
	return sdk.NewCanceledError()
}

// logged gives what is logged through slog while fn runs.
func logged(t *testing.T, fn func()) string {
	var log bytes.Buffer
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(was)
	fn()
	return log.String()
}

func TestAJobThatNoWorkerHasBegunIsSaidToWaitAndTakenBackWhenItIsCancelled(t *testing.T) {
	log := logged(t, func() {
		synctest.Test(t, func(t *testing.T) {
			s := startAlone()
			eng := temporal.Engine(s, "queue")
			for i := range 2 {
				began := time.Now()
				err := braid.Timeout(t.Context(), time.Minute, func(ctx context.Context) error {
					_, err := engine.Map(ctx, eng, measure, []string{"a"})
					return err
				})
				if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != time.Minute+2*time.Second || !strings.Contains(s.ended, "before a worker") {
					t.Errorf("%d: %v after %v, ended: %q", i, err, took, s.ended)
				}
				s.ended = ""
			}
		})
	})
	if strings.Count(log, "no worker has taken up the job") != 1 || !strings.Contains(log, "queue=queue") || !strings.Contains(log, "job=braid-page.measure-") {
		t.Errorf("logged: %s", log)
	}
}

func TestAJobWhoseWorkersAreGoneIsGivenUpAWhileAfterItsCancel(t *testing.T) {
	log := logged(t, func() {
		synctest.Test(t, func(t *testing.T) {
			s := startAlone()
			s.events <- enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Hour, cancel)
			began := time.Now()
			_, err := engine.Map(ctx, temporal.Engine(s, "queue"), measure, []string{"a"})
			if took := time.Since(began); took != time.Hour+time.Minute || s.ended != "" || err == nil || !strings.Contains(err.Error(), "no worker has heard of that") {
				t.Errorf("%v after %v, ended: %q", err, took, s.ended)
			}
		})
	})
	if strings.Contains(log, "taken up") {
		t.Errorf("logged: %s", log)
	}
}

func TestAJobWhoseHistoryIsReadLateIsNotTakenBack(t *testing.T) {
	_ = logged(t, func() {
		synctest.Test(t, func(t *testing.T) {
			s := startAlone()
			s.length = 9 // of which the caller knows two
			ctx, cancel := context.WithCancel(t.Context())
			cancelled := time.AfterFunc(time.Hour, cancel)
			defer cancelled.Stop()
			time.AfterFunc(2*time.Hour, func() { s.events <- enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED })
			_, err := engine.Map(ctx, temporal.Engine(s, "queue"), measure, []string{"a"})
			if s.ended != "" || err == nil {
				t.Errorf("%v, ended: %q", err, s.ended)
			}
		})
	})
}

func TestAJobWhoseCancelAWorkerHasHeardOfIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startAlone()
		s.events <- enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Hour, cancel)
		time.AfterFunc(time.Hour+30*time.Second, func() { s.events <- enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED })
		time.AfterFunc(3*time.Hour, func() { s.events <- enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED })
		began := time.Now()
		_, err := engine.Map(ctx, temporal.Engine(s, "queue"), measure, []string{"a"})
		if took := time.Since(began); took != 3*time.Hour || s.ended != "" || !errors.Is(err, context.Canceled) {
			t.Errorf("%v after %v, ended: %q", err, took, s.ended)
		}
	})
}

func TestAJobThatAWorkerHasBegunIsNeverSaidToWait(t *testing.T) {
	log := logged(t, func() {
		for range 50 { // it was a matter of chance
			synctest.Test(t, func(t *testing.T) {
				s := startAlone()
				s.events <- enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED
				time.AfterFunc(time.Minute, func() { s.events <- enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED })
				_, _ = engine.Map(t.Context(), temporal.Engine(s, "queue"), measure, []string{"a"})
			})
		}
	})
	if log != "" {
		t.Error(log)
	}
}
