package temporal

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/braid-go/braid/engine"
	"go.temporal.io/sdk/activity"
	sdk "go.temporal.io/sdk/temporal"
)

// This file is what a worker does for a job of the engine: the activity, and what
// it is given.

const batchActivity = "braid.batch"

// batch is what the activity is given: a part of a job.
type batch struct {
	Task   string            `json:"task"`
	Name   string            `json:"name,omitempty"`
	Single bool              `json:"single,omitempty"`
	Settle bool              `json:"settle,omitempty"`
	First  int               `json:"first"`
	Limit  int               `json:"limit,omitempty"`
	Key    string            `json:"key,omitempty"`  // of the job
	Run    string            `json:"run,omitempty"`  // of the workflow that calls, if it is no job's
	Node   string            `json:"node,omitempty"` // that waits for it, in the workflow's tree
	Inputs []json.RawMessage `json:"inputs"`
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

// batch is the activity.
func (w *parts) batch(ctx context.Context, b batch) (ends, error) {
	job := &engine.Job{Task: b.Task, Name: b.Name, Single: b.Single, Settle: b.Settle, First: b.First, Limit: b.Limit}
	for _, input := range b.Inputs {
		job.Inputs = append(job.Inputs, input)
	}
	key := b.Key
	if key == "" {
		key = b.Run + "/" + activity.GetInfo(ctx).ActivityID
	}
	ends, err := w.run(ctx, job, key, b.what(), b.Node)
	if err != nil {
		return nil, err
	}
	if err := CheckSize(nil, "what "+b.what()+" results in", ends); err != nil {
		return nil, sdk.NewNonRetryableApplicationError(err.Error(), "", err)
	}
	return ends, nil
}
