package temporal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"go.temporal.io/sdk/activity"
	sdk "go.temporal.io/sdk/temporal"
)

// This file is what a worker does: it runs some inputs of a job, one activity for
// all of them, as a group of package braid. What is kept: while the activity runs
// the server hears of it, and is told which inputs have ended and how far the
// others came. So a cancel reaches the tasks, the death of the worker is
// noticed, and whoever goes on does nothing twice that was told.

const (
	batchActivity = "braid.batch"

	// beat is how often a worker tells of a batch at least, and so how soon a cancel reaches its tasks.
	beat = time.Second
	// maxKept is how many bytes of finished results go along with a sign of life.
	// What is beyond is worked out again if the worker dies.
	maxKept = 256 << 10
)

// batch is what the activity is given: a part of a job.
type batch struct {
	Task   string            `json:"task"`
	Name   string            `json:"name,omitempty"`
	Single bool              `json:"single,omitempty"`
	Settle bool              `json:"settle,omitempty"`
	First  int               `json:"first"`
	Limit  int               `json:"limit,omitempty"`
	Key    string            `json:"key"` // of the job
	Inputs []json.RawMessage `json:"inputs"`
}

// ends is what it gives: how each input ended, in their order.
type ends []end

type end struct {
	Output json.RawMessage `json:"output,omitempty"`
	Err    json.RawMessage `json:"err,omitempty"` // by EncodeError
	State  braid.State     `json:"state"`
}

// kept goes along with signs of life.
type kept struct {
	Ended  map[int]end             `json:"ended,omitempty"`
	Points map[int]json.RawMessage `json:"points,omitempty"` // checkpoints of those that have not
}

func (b *batch) what() string {
	switch {
	case b.Single:
		return b.Task
	case len(b.Inputs) == 1:
		return fmt.Sprintf("%s[%d]", b.Task, b.First)
	}
	return fmt.Sprintf("%s[%d..%d]", b.Task, b.First, b.First+len(b.Inputs)-1)
}

// batches runs batches on one worker.
type batches struct {
	slots   chan struct{} // of the worker; nil: as many as are wanted
	running sync.WaitGroup
}

// run is the activity.
func (w *batches) run(ctx context.Context, b batch) (ends, error) {
	w.running.Add(1)
	defer w.running.Done()
	r := &batchRun{batch: b, ends: make(ends, len(b.Inputs)), kept: kept{Ended: map[int]end{}, Points: map[int]json.RawMessage{}}}
	if activity.HasHeartbeatDetails(ctx) {
		if err := activity.GetHeartbeatDetails(ctx, &r.kept); err != nil {
			return nil, fmt.Errorf("braid: what the worker before kept of %s cannot be read: %w", b.what(), err)
		}
	}
	for i, e := range r.kept.Ended {
		r.ends[i] = e
	}
	r.before = maps.Clone(r.kept.Ended)

	job := &engine.Job{Task: b.Task, Name: b.Name, Single: b.Single, Settle: b.Settle, First: b.First, Limit: b.Limit, Done: r.done}
	for _, input := range b.Inputs {
		job.Inputs = append(job.Inputs, input)
	}
	hooks := engine.Hooks{Key: b.Key, Ended: r.ended, Last: r.last, Save: r.save, Enter: w.enter}
	hooks.Beside = func(inside context.Context) error { return r.beat(inside, ctx, activity.GetInfo(ctx).HeartbeatTimeout) }
	err := contained(func() error { return engine.Work(ctx, job, hooks) }, r)
	switch {
	case err == nil:
		if err := CheckSize(nil, "what "+b.what()+" results in", r.ends); err != nil {
			return nil, sdk.NewNonRetryableApplicationError(err.Error(), "", err)
		}
		return r.ends, nil
	case cutShort(ctx, err):
		select {
		case <-activity.GetWorkerStopChannel(ctx):
			return nil, errors.New("braid: the worker stops") // another one goes on
		default:
			return nil, sdk.NewCanceledError()
		}
	case errors.Is(err, engine.ErrUnknownTask):
		return nil, err // another worker may be of a version that knows it
	}
	return nil, sdk.NewNonRetryableApplicationError(err.Error(), "", err)
}

// contained calls work. A Goexit of a task, which work would raise, would leave
// the activity without an end; of that the error is the task's.
func contained(work func() error, r *batchRun) (err error) {
	returned := false
	done := make(chan struct{})
	go func() { // joined right here
		defer close(done)
		err = work()
		returned = true
	}()
	<-done
	if !returned && !r.batch.Settle {
		err = r.exited
	}
	return err
}

// cutShort reports whether err is nothing but the cancellation of the activity.
func cutShort(ctx context.Context, err error) bool {
	var ge *braid.GroupError
	return ctx.Err() != nil && !errors.As(err, &ge) && errors.Is(err, context.Canceled)
}

// enter waits for a slot of the worker.
func (w *batches) enter(ctx context.Context) (leave func(), err error) {
	if w.slots == nil {
		return func() {}, nil
	}
	select {
	case w.slots <- struct{}{}:
		return func() { <-w.slots }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// batchRun is a batch under way.
type batchRun struct {
	batch  batch
	before map[int]end // what a worker before has done

	mu     sync.Mutex
	ends   ends
	kept   kept
	size   int   // bytes of the ends that are kept
	exited error // of a task that called Goexit
}

func (r *batchRun) ended(i int) bool {
	_, ok := r.before[i]
	return ok
}

func (r *batchRun) last(i int) []byte { return r.kept.Points[i] } // before anything saves

func (r *batchRun) save(i int, point []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept.Points[i] = point
}

func (r *batchRun) done(i int, e engine.End) {
	told := end{State: e.State, Output: e.Output}
	if e.Err != nil {
		told.Err = EncodeError(e.Err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ends[i] = told
	if e.State == braid.Exited {
		r.exited = e.Err
	}
	delete(r.kept.Points, i)
	if r.size += len(told.Output) + len(told.Err); r.size <= maxKept && (e.State == braid.Succeeded || r.batch.Settle) {
		r.kept.Ended[i] = told
	}
}

// beat tells the server how far the batch is, again and again, until ctx is dead.
// The SDK passes on what comes too often at the end of its interval.
func (r *batchRun) beat(ctx, activityCtx context.Context, timeout time.Duration) error {
	every := time.NewTicker(min(beat, timeout/4))
	defer every.Stop()
	for {
		r.mu.Lock()
		activity.RecordHeartbeat(activityCtx, r.kept)
		r.mu.Unlock()
		select {
		case <-every.C:
		case <-ctx.Done():
			return nil
		}
	}
}
