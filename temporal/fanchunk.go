package temporal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

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

// RegisterFan has a worker that the program makes itself take part in what
// [FanMap] and [FanSettle] start: it runs their workflows, and the tasks of this
// program. All workers of a queue must have the same store. With [Serve] and
// [Register], which count its tasks for [AtMost], the option [FanStore] does this.
//
// The worker should tell of its tasks once a second: its
// MaxHeartbeatThrottleInterval says how late a cancel may reach them, and how much
// is done again if it dies. RegisterFan panics if w or store is nil.
func RegisterFan(w worker.Registry, store Store) {
	if w == nil || store == nil {
		panic("braid: RegisterFan called with a nil worker or Store")
	}
	registerFan(w, store, newParts(0))
}

func registerFan(w worker.Registry, store Store, parts *parts) {
	w.RegisterWorkflowWithOptions(runFan, workflow.RegisterOptions{Name: fanWorkflowName})
	f := fanWorker{store, parts}
	w.RegisterActivityWithOptions(f.chunk, activity.RegisterOptions{Name: fanActivityName})
}

type fanWorker struct {
	store Store
	*parts
}

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
	part := &engine.Job{Task: job.Task, Inputs: inputs, First: chunk * job.Chunk, Limit: job.Spread.Limit, Settle: job.Settle}
	ends, err := f.run(ctx, part, job.Spread.Into, key, job.Node)
	if err != nil {
		return fanCount{}, err
	}
	data, err := stored(ends, job.Settle)
	if err != nil {
		return fanCount{}, sdk.NewNonRetryableApplicationError(err.Error(), "", err)
	}
	if err := f.store.Put(ctx, key, data); err != nil {
		return fanCount{}, fmt.Errorf("braid: keeping %s: %w", key, err)
	}
	return counted(data, job.Settle)
}

// stored gives the results of a chunk as they are kept.
func stored(ends ends, settled bool) ([]byte, error) {
	results := make([]any, len(ends))
	for i, e := range ends {
		results[i] = e.Output
		if settled {
			results[i] = Settled[json.RawMessage]{Value: e.Output, Err: e.Err, State: e.State}
		}
	}
	return json.Marshal(results)
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
