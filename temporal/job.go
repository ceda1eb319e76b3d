package temporal

import (
	"errors"
	"fmt"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
	sdk "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// This file is the workflow of a job: it hands the batches out to workers, and
// joins them. Their results are not gathered in it: who waits for the job reads
// them in its history, as they come (client.go).

const jobWorkflow = "braid.job"

// jobInput is what the workflow is given.
type jobInput struct {
	Batch     batch         `json:"batch"` // with all inputs of this part of the job
	Size      int           `json:"size"`  // how many inputs a batch has
	Window    int           `json:"window"`
	Attempts  int32         `json:"attempts"`
	Heartbeat time.Duration `json:"heartbeat"`
}

// progressQuery tells how many of the job's inputs have ended, and of how many.
const progressQuery = "braid.progress"

// JobProgress is what the query "braid.progress" of a job's workflow gives.
type JobProgress struct {
	Task   string `json:"task"`
	Done   int    `json:"done"`   // inputs in batches that have ended
	Failed int    `json:"failed"` // of these
	Total  int    `json:"total"`
}

// runJob is the workflow.
func runJob(ctx workflow.Context, in jobInput) error {
	all := in.Batch
	progress := JobProgress{Task: all.Task, Total: len(all.Inputs)}
	if err := workflow.SetQueryHandler(ctx, progressQuery, func() (JobProgress, error) { return progress, nil }); err != nil {
		return err
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: aYear,
		HeartbeatTimeout:    in.Heartbeat,
		WaitForCancellation: true,
		RetryPolicy:         forDeaths(in.Attempts),
	})
	var failures []lost
	err := Run(ctx, func(ctx workflow.Context, g *Group) error {
		for first := 0; first < len(all.Inputs); first += in.Size {
			b := all
			b.First += first
			b.Inputs = all.Inputs[first:min(first+in.Size, len(all.Inputs))]
			g.Go(func(ctx workflow.Context) error {
				b.Node = waiter(ctx)
				e, err := Activity[ends](workflow.WithActivityOptions(ctx, summarised(ctx, b)), batchActivity, b)
				if err != nil {
					if !sdk.IsCanceledError(err) {
						failures = append(failures, lost{b, err})
					}
					return err
				}
				progress.Done += len(e)
				for _, e := range e {
					if e.State != braid.Succeeded {
						progress.Failed++
					}
				}
				return nil
			}, Name(b.what()))
		}
		return nil
	}, Limit(in.Window))
	if len(failures) > 0 {
		return flat(failures, all.Name)
	}
	return err
}

// lost is a batch that has failed.
type lost struct {
	batch batch
	err   error
}

// flat makes one group's error of those of its batches.
func flat(failures []lost, name string) error {
	place := seam.NewPlace(nil, "", name, 0, nil)
	group := seam.FailedGroup{Place: place}
	for _, f := range failures {
		var ge *braid.GroupError
		if errors.As(f.err, &ge) {
			group.Errs = append(group.Errs, ge.Errors()...)
			continue
		}
		// No task has failed, but those who were to run it.
		te := seam.Failure{Err: f.err, Place: place, Name: f.batch.what(), Item: -1}
		if len(f.batch.Inputs) == 1 {
			te.Item = f.batch.First
		}
		var silent *sdk.TimeoutError
		if errors.As(f.err, &silent) {
			te.Err = fmt.Errorf("braid: every worker that was given it died or fell silent: %w", f.err)
		}
		group.Errs = append(group.Errs, seam.NewTaskError(te))
	}
	return seam.NewGroupError(group)
}

// summarised gives the activity a line that the pages of the server show.
func summarised(ctx workflow.Context, b batch) workflow.ActivityOptions {
	opts := workflow.GetActivityOptions(ctx)
	opts.Summary = b.what()
	return opts
}
