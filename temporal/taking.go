package temporal

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
)

// This file sees to jobs that no worker takes up. What is kept: whoever waits for one is
// told, and who cancels it gets away, for without a worker nobody can end it.

const (
	unattended = 5 * time.Second // how long a job waits for a worker before that is said,
	takenBack  = 2 * time.Second // and after its cancel, before it is ended by who asked for it
)

var errUnheard = errors.New("it was cancelled, and no worker has heard of that: it will end when one does")

// A taking is what the history of a job's workflow tells of who takes it up.
type taking struct {
	begun chan struct{} // closed when a worker has begun it,
	heard chan struct{} // and when one has taken it up after it was cancelled
	over  chan struct{} // closed when it is waited for no more

	begin, hear func()
	asked       bool
}

func newTaking() *taking {
	t := &taking{begun: make(chan struct{}), heard: make(chan struct{}), over: make(chan struct{})}
	t.begin = sync.OnceFunc(func() { close(t.begun) })
	t.hear = sync.OnceFunc(func() { close(t.heard) })
	return t
}

// event is told of each event of the history, in order.
func (t *taking) event(e enumspb.EventType) {
	switch e {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
		t.asked = true
	case enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED:
		if t.begin(); t.asked {
			t.hear()
		}
	}
}

// within reports whether done is closed before d has passed, or it is over.
func (t *taking) within(d time.Duration, done <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
	case <-t.over:
	case <-timer.C:
		return false
	}
	return true
}

// cancelled ends a job that was cancelled, if nobody else does: one that no worker has
// begun is terminated, and of one that they have left giveUp tells.
func (r *remoteRun) cancelled(ctx context.Context, id, run string, t *taking, giveUp func(cause error)) {
	if !t.within(takenBack, t.begun) && r.untouched(ctx, id, run) {
		_ = r.client.TerminateWorkflow(ctx, id, run, "it was cancelled before a worker had begun it")
		return
	}
	if !t.within(giveUpAfter, t.heard) {
		giveUp(errUnheard)
	}
}

// untouched reports whether nothing of the workflow has been handed out, by what the server
// says now: the history may be read late.
func (r *remoteRun) untouched(ctx context.Context, id, run string) bool {
	d, err := r.client.DescribeWorkflowExecution(ctx, id, run)
	if err != nil {
		return false
	}
	waits := d.GetPendingWorkflowTask().GetState() == enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED
	return waits && d.GetWorkflowExecutionInfo().GetHistoryLength() <= 3 // started, its first task, cancelled
}

// noWorker says of the first job of an engine that nobody takes up that it is so.
func (r *remoteRun) noWorker(id string, t *taking) {
	select {
	case <-t.begun:
		return
	case <-t.over:
		return
	default:
	}
	r.lonely.Do(func() {
		slog.Warn("braid: no worker has taken up the job yet; is one running?", "queue", r.queue, "job", id)
	})
}
