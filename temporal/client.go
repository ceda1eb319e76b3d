package temporal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/internal/seam"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	sdk "go.temporal.io/sdk/temporal"
)

// This file is the engine whose tasks run on workers. A job becomes one workflow, or
// several if it is large, and its results are read in their histories as they
// come. What is kept: Run returns when the workflows have ended, and they end
// when their tasks have, wherever those ran.

const (
	// A part of a job is what one workflow does.
	maxPartBytes   = 1 << 20 // of inputs, which are in one message
	maxPartInputs  = 20_000
	maxPartsAtOnce = 4
	batchesAtOnce  = 200 // of a large job, about

	// giveUpAfter is how long a job that was cancelled may be out of reach.
	giveUpAfter = time.Minute
)

type remote struct {
	client client.Client
	queue  string
	engineConfig

	lonely sync.Once // see taking.go
}

// Engine gives an engine whose tasks run on the workers that [Serve] the queue.
// The client should have a [FailureConverter].
//
// A job that was started goes on although this process dies: it is looked up on the
// server under its id, "braid-" and the task's name. A worker that dies is
// noticed after the [Heartbeat], and its tasks that have not ended are run again
// by another, with the same [engine.Key] and their last [engine.Checkpoint]. Cancel
// reaches tasks within seconds; a job that no worker has begun is taken back. That none has
// within some seconds is logged through slog, once. An input or a result that is too large to be sent
// is an error that matches [ErrTooLarge] and names the task and the size.
//
// Engine panics if c is nil or the queue has no name.
func Engine(c client.Client, queue string, opts ...EngineOption) engine.Engine {
	if c == nil || queue == "" {
		panic("braid: Engine called with a nil client or without a queue")
	}
	cfg := engineConfig{attempts: 10, heartbeat: 10 * time.Second, conv: converter.GetDefaultDataConverter()}
	for _, o := range opts {
		if o == nil {
			panic("braid: nil option")
		}
		o.applyToEngine(&cfg)
	}
	return &remote{client: c, queue: queue, engineConfig: cfg}
}

func (e *remote) Run(ctx context.Context, job *engine.Job) error {
	if !slices.Contains(engine.Names(), job.Task) {
		return fmt.Errorf("%w: %q", engine.ErrUnknownTask, job.Task)
	}
	parts, err := e.parts(job)
	if err != nil {
		return err
	}
	r := &remoteRun{remote: e, job: job, told: make([]bool, len(job.Inputs))}
	err = braid.Each(ctx, parts, r.part, braid.Limit(e.partsAtOnce(job)))
	if len(r.failures) > 0 {
		return r.failed()
	}
	if job.Settle && ctx.Err() != nil {
		return r.settle(ctx)
	}
	var ge *braid.GroupError
	if errors.As(err, &ge) { //braid:ignore multierror there is one group, that of the parts
		return ge.Errors()[0].(*braid.TaskError).Err // not one of tasks: the server's, say
	}
	return err
}

// partsAtOnce tells how many workflows of a job run at once.
func (e *remote) partsAtOnce(job *engine.Job) int {
	if job.Limit > 0 {
		return 1 // the limit is that of all parts together
	}
	return maxPartsAtOnce
}

// parts divides a job up among workflows.
func (e *remote) parts(job *engine.Job) (parts []jobInput, err error) {
	key := "braid-" + job.Task + "-" + rand.Text()
	var p *jobInput
	total := 0
	for i, input := range job.Inputs {
		if len(input) > MaxPayload-1024 {
			return nil, fmt.Errorf("%w: the argument of %s has %s, of %s at most; what is larger belongs into a store, and its address into the argument",
				ErrTooLarge, job.Label(i), bytes(len(input)), bytes(MaxPayload))
		}
		if p == nil || total+len(input) > maxPartBytes || len(p.Batch.Inputs) == maxPartInputs {
			parts = append(parts, jobInput{Attempts: int32(e.attempts), Heartbeat: e.heartbeat, Batch: batch{
				Task: job.Task, Name: job.Name, Single: job.Single, Settle: job.Settle, First: i, Key: key,
			}})
			p, total = &parts[len(parts)-1], 0
		}
		p.Batch.Inputs = append(p.Batch.Inputs, input)
		total += len(input) + 1
	}
	together := min(len(parts), e.partsAtOnce(job))
	for i := range parts {
		p := &parts[i]
		n := len(p.Batch.Inputs)
		p.Size = e.batch
		if p.Size == 0 {
			p.Size = max(1, n*together/batchesAtOnce)
		}
		batches := (n + p.Size - 1) / p.Size
		p.Window = min(Window, batches)
		if job.Limit > 0 {
			p.Window = min(p.Window, job.Limit)
			p.Batch.Limit = job.Limit / p.Window
		}
	}
	return parts, nil
}

// remoteRun is a job under way.
type remoteRun struct {
	*remote
	job *engine.Job

	mu       sync.Mutex
	told     []bool
	failures []*braid.GroupError // of parts
}

// part runs one workflow to its end.
func (r *remoteRun) part(ctx context.Context, in jobInput) error {
	id := in.Batch.Key
	if len(in.Batch.Inputs) < len(r.job.Inputs) {
		id += fmt.Sprintf("-%d", in.Batch.First)
	}
	outlives := context.WithoutCancel(ctx) // what is started is cancelled and joined, not left
	var run client.WorkflowRun
	dead := func() bool { return ctx.Err() != nil }
	err := patiently(func(d time.Duration) bool { return dead() || d > giveUpAfter }, func() (err error) {
		run, err = r.client.ExecuteWorkflow(outlives, client.StartWorkflowOptions{
			ID:            id, // under which it is started once, however often it is asked for
			TaskQueue:     r.queue,
			StaticSummary: in.Batch.what(),
			Memo:          map[string]any{"task": in.Batch.Task, "inputs": len(in.Batch.Inputs)},

			TypedSearchAttributes: r.search,
		}, jobWorkflow, in)
		return err
	})
	if err != nil {
		if transient(err) { // it may have been started all the same
			_ = r.client.CancelWorkflow(outlives, id, "")
		}
		if dead() {
			return context.Cause(ctx)
		}
		return fmt.Errorf("braid: job %s: %w", id, err)
	}
	t := newTaking()
	reading, giveUp := context.WithCancelCause(outlives)
	defer giveUp(nil)
	stop := braid.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(outlives, giveUpAfter)
		defer cancel()
		_ = r.client.CancelWorkflow(ctx, id, run.GetRunID()) // what is gone is not to be cancelled
		r.cancelled(ctx, id, run.GetRunID(), t, giveUp)
	})
	defer stop()
	defer close(t.over)
	defer time.AfterFunc(unattended, func() { r.noWorker(id, t) }).Stop()
	if err := r.follow(ctx, reading, id, run.GetRunID(), t); err != nil {
		return fmt.Errorf("braid: job %s: %w", id, err)
	}
	err = patiently(func(d time.Duration) bool { return dead() && d > giveUpAfter }, func() error { return run.Get(outlives, nil) })
	var ge *braid.GroupError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ge):
		r.mu.Lock()
		r.failures = append(r.failures, ge)
		r.mu.Unlock()
		return ge
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return fmt.Errorf("braid: job %s: %w", id, err)
}

// patiently calls fn again while the server is out of reach, until that has lasted
// enough.
func patiently(enough func(d time.Duration) bool, fn func() error) error {
	for since := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		if err := fn(); !transient(err) || enough(time.Since(since)) {
			return err
		}
	}
}

// transient reports whether err says nothing of what was asked for, but that the server
// did not answer.
func transient(err error) bool {
	var ended *sdk.WorkflowExecutionError
	if errors.As(err, &ended) {
		return false // and whatever it ended with is below that
	}
	var (
		away *serviceerror.Unavailable
		late *serviceerror.DeadlineExceeded
		busy *serviceerror.ResourceExhausted
	)
	return errors.As(err, &away) || errors.As(err, &late) || errors.As(err, &busy) || errors.Is(err, context.DeadlineExceeded)
}

// follow reads the history of a workflow to its end, and tells of the batches in
// it that have ended.
func (r *remoteRun) follow(ctx, reading context.Context, id, run string, t *taking) error {
	firsts := map[int64]int{} // of batches, by the number of the event that scheduled them
	seen := int64(0)
	var since time.Time // the server has been out of reach
	for {
		events := r.client.GetWorkflowHistory(reading, id, run, true, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for events.HasNext() {
			ev, err := events.Next()
			if err != nil {
				if reading.Err() != nil {
					return context.Cause(reading)
				}
				var notFound *serviceerror.NotFound
				var denied *serviceerror.PermissionDenied
				if errors.As(err, &notFound) || errors.As(err, &denied) {
					return err
				}
				// The server is out of reach, or says that the history is not what it was a
				// moment ago.
				if since.IsZero() {
					since = time.Now()
				}
				if ctx.Err() != nil && time.Since(since) > giveUpAfter {
					return fmt.Errorf("it was cancelled, and may still be running: %w", err)
				}
				_ = braid.Sleep(reading, 200*time.Millisecond)
				break // and read again
			}
			since = time.Time{}
			if ev.EventId <= seen {
				continue
			}
			seen = ev.EventId
			t.event(ev.EventType)
			switch a := ev.GetActivityTaskScheduledEventAttributes(); {
			case a != nil:
				var b batch
				if err := r.conv.FromPayloads(a.Input, &b); err != nil {
					return fmt.Errorf("its history cannot be read: %w", err)
				}
				firsts[ev.EventId] = b.First
			case ev.GetActivityTaskCompletedEventAttributes() != nil:
				a := ev.GetActivityTaskCompletedEventAttributes()
				var e ends
				if err := r.conv.FromPayloads(a.Result, &e); err != nil {
					return fmt.Errorf("a result cannot be read: %w", err)
				}
				r.tell(firsts[a.ScheduledEventId], e)
			case strings.HasPrefix(ev.EventType.String(), "WorkflowExecution") && closes(ev.EventType):
				return nil
			}
		}
	}
}

func closes(t enumspb.EventType) bool {
	switch t {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
		enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
		enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
		return true
	}
	return false
}

func (r *remoteRun) tell(first int, batch ends) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, e := range batch {
		told := engine.End{Output: e.Output, State: e.State}
		if e.Err != nil {
			var failed error
			if told.Err, failed = DecodeError(e.Err); failed != nil {
				told.Err = failed
			}
		}
		r.told[first+i] = true
		r.job.Done(first+i, told)
	}
}

// failed gives one error for those of all parts.
func (r *remoteRun) failed() error {
	err := r.failures[0]
	if len(r.failures) > 1 {
		all := seam.FailedGroup{Place: seam.NewPlace(nil, "", r.job.Name, 0, nil)}
		for _, ge := range r.failures {
			all.Errs = append(all.Errs, ge.Errors()...)
		}
		err = seam.NewGroupError(all).(*braid.GroupError)
	}
	for _, e := range err.Errors() {
		if te, ok := e.(*braid.TaskError); ok && te.Item() >= 0 && te.Item() < len(r.told) && !r.told[te.Item()] {
			r.told[te.Item()] = true
			r.job.Done(te.Item(), engine.End{Err: te, State: braid.Failed})
		}
	}
	return err
}

// settle tells of the inputs that the death of ctx cut short.
func (r *remoteRun) settle(ctx context.Context) (err error) {
	place := seam.NewPlace(nil, "", r.job.Name, 0, nil)
	for i, told := range r.told {
		if told {
			continue
		}
		if err == nil {
			err = seam.Outside(ctx)
		}
		te := seam.NewTaskError(seam.Failure{Err: err, AfterCancel: true, Place: place, Name: r.job.Label(i), Item: i})
		r.job.Done(i, engine.End{Err: te, State: braid.Skipped})
	}
	return err
}
