package temporal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"go.temporal.io/sdk/activity"
	sdk "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// This file is what a worker does for a fan: it runs the items of one chunk as a
// local group. What is kept: the results of a chunk are stored all at once or not
// at all, and a chunk whose results are there is not run again.

// RegisterFan has a worker take part in what [FanMap] and [FanSettle] start: it
// runs their workflows, and the tasks of this program. All workers of a queue
// must have the same store. It panics if w or store is nil.
func RegisterFan(w worker.Registry, store Store) {
	if w == nil || store == nil {
		panic("braid: RegisterFan called with a nil worker or Store")
	}
	w.RegisterWorkflowWithOptions(runFan, workflow.RegisterOptions{Name: fanWorkflowName})
	f := fanWorker{store}
	w.RegisterActivityWithOptions(f.chunk, activity.RegisterOptions{Name: fanActivityName})
}

type fanWorker struct{ store Store }

// chunk is the activity.
func (f fanWorker) chunk(ctx context.Context, job fanJob, chunk int) (fanCount, error) {
	key := chunkKey(job.Spread.Into, chunk)
	switch data, err := f.store.Get(ctx, key); {
	case err == nil:
		return counted(data, job.Settle)
	case !errors.Is(err, fs.ErrNotExist):
		return fanCount{}, fmt.Errorf("braid: looking for %s: %w", key, err)
	}
	inputs, err := f.inputs(ctx, job, chunk)
	if err != nil {
		return fanCount{}, err
	}
	results := make([]json.RawMessage, len(inputs))
	var ended atomic.Int64
	part := &engine.Job{
		Task: job.Task, Inputs: inputs, First: chunk * job.Chunk, Limit: job.Spread.Limit, Settle: job.Settle,
		Done: func(i int, e engine.End) {
			ended.Add(1)
			results[i] = e.Output
			if job.Settle {
				results[i], _ = json.Marshal(settledOf(e))
			}
		},
	}
	every := min(time.Second, activity.GetInfo(ctx).HeartbeatTimeout/4)
	err = engine.Work(ctx, part, engine.Hooks{Key: job.Spread.Into, Beside: func(inside context.Context) error {
		for inside.Err() == nil {
			activity.RecordHeartbeat(ctx, ended.Load())
			_ = braid.Sleep(inside, max(every, time.Millisecond))
		}
		return nil
	}})
	var ge *braid.GroupError
	switch {
	case err != nil && ctx.Err() != nil && !errors.As(err, &ge):
		return fanCount{}, sdk.NewCanceledError()
	case errors.Is(err, engine.ErrUnknownTask):
		return fanCount{}, err // another worker may be of a version that knows it
	case err != nil:
		return fanCount{}, sdk.NewNonRetryableApplicationError(err.Error(), "", err)
	}
	data, err := json.Marshal(results)
	if err != nil {
		return fanCount{}, sdk.NewNonRetryableApplicationError(err.Error(), "", err)
	}
	if err := f.store.Put(ctx, key, data); err != nil {
		return fanCount{}, fmt.Errorf("braid: keeping %s: %w", key, err)
	}
	return counted(data, job.Settle)
}

func (f fanWorker) inputs(ctx context.Context, job fanJob, chunk int) ([][]byte, error) {
	key := chunkKey(job.In, chunk)
	data, err := f.store.Get(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("braid: reading %s: %w", key, err)
	}
	var items []json.RawMessage
	if err := json.Unmarshal(data, &items); err != nil {
		return nil, sdk.NewNonRetryableApplicationError("braid: "+key+" is no list of items", "", err)
	}
	if want := min(job.Chunk, job.Len-chunk*job.Chunk); len(items) != want {
		return nil, sdk.NewNonRetryableApplicationError(fmt.Sprintf("braid: %s has %d items in place of %d", key, len(items), want), "", nil)
	}
	inputs := make([][]byte, len(items))
	for i, item := range items {
		inputs[i] = item
	}
	return inputs, nil
}

func settledOf(e engine.End) Settled[json.RawMessage] {
	s := Settled[json.RawMessage]{Value: e.Output, State: e.State}
	if e.Err != nil {
		s.Err = EncodeError(e.Err)
	}
	return s
}

// counted counts the results that are in a chunk.
func counted(data []byte, settled bool) (c fanCount, err error) {
	var results []json.RawMessage
	if err := json.Unmarshal(data, &results); err != nil {
		return c, err
	}
	c.Done = len(results)
	if !settled {
		return c, nil
	}
	for _, r := range results {
		var s Settled[json.RawMessage]
		if err := json.Unmarshal(r, &s); err != nil {
			return c, err
		}
		if s.State != braid.Succeeded {
			c.Failed++
		}
	}
	return c, nil
}
