package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/option"
	"github.com/braid-go/braid/internal/seam"
)

// This file is what users call: one call, and one for each of many inputs.

// An Option is an option of [Call], [Map], [Each] and [Settle]: [braid.Name], [braid.Limit]
// and [braid.Track]. Others that fit the type, but have no meaning between
// machines, such as [braid.Rate], are refused with a panic.
type Option = braid.StreamOption

// Call runs the task once, on e, and returns its result. It blocks until the task
// has ended, also if ctx dies: then the task is cancelled and waited for. The
// error is as for [braid.Call]: a *[braid.GroupError] with the task's path. A
// panic of the task is an error too, a *[braid.PanicError] with its stack, since
// it may have happened on another machine. Call panics if an argument is nil.
func Call[In, Out any](ctx context.Context, e Engine, t *Task[In, Out], in In, opts ...Option) (Out, error) {
	var out Out
	err := run(ctx, "Call", e, t, []In{in}, &Job{Single: true}, func(_ int, o Out, end End) { out = o }, opts)
	if err != nil {
		var zero Out
		return zero, err
	}
	return out, nil
}

// Map runs the task for each input, on e, and returns the results in the order
// of the inputs. The first failure cancels the rest; inputs that have not
// started are not. It returns when all that was started has ended, wherever that
// ran. The error is as for [braid.Map], each failure under the number of its
// input, and panics as for [Call]. No inputs give an empty result. Under a dead
// ctx nothing is started and the error is the cause. Map panics if ctx, e or t is nil.
func Map[In, Out any](ctx context.Context, e Engine, t *Task[In, Out], inputs []In, opts ...Option) ([]Out, error) {
	results := make([]Out, len(inputs))
	err := run(ctx, "Map", e, t, inputs, &Job{}, func(i int, o Out, _ End) { results[i] = o }, opts)
	if err != nil {
		return nil, err
	}
	return results, nil
}

// Each is [Map] without results.
func Each[In, Out any](ctx context.Context, e Engine, t *Task[In, Out], inputs []In, opts ...Option) error {
	return run(ctx, "Each", e, t, inputs, &Job{}, func(int, Out, End) {}, opts)
}

// Settle runs the task for each input, on e, whatever becomes of the others, and
// tells how each ended, in the order of the inputs. The error is nil unless ctx
// died and cut some of them short, as for [braid.Settle].
func Settle[In, Out any](ctx context.Context, e Engine, t *Task[In, Out], inputs []In, opts ...Option) ([]braid.Outcome[Out], error) {
	outcomes := make([]braid.Outcome[Out], len(inputs))
	err := run(ctx, "Settle", e, t, inputs, &Job{Settle: true}, func(i int, o Out, end End) {
		outcomes[i] = braid.Outcome[Out]{Value: o, Err: end.Err, State: end.State}
	}, opts)
	return outcomes, err
}

// run makes a job of the inputs and tells of each end with its value.
func run[In, Out any](ctx context.Context, caller string, e Engine, t *Task[In, Out], inputs []In, job *Job, done func(i int, out Out, end End), opts []Option) error {
	if ctx == nil || e == nil || t == nil {
		panic("engine: " + caller + " called with a nil context, engine or task")
	}
	if t.definition == nil {
		panic("engine: " + caller + " called with an empty Task; Define makes them")
	}
	var cfg option.Stream
	for _, o := range opts {
		if o == nil {
			panic("engine: nil option")
		}
		o.ApplyToStream(&cfg)
	}
	if cfg.Seen&^(option.SeenName|option.SeenLimit|option.SeenTrack) != 0 {
		panic("engine: an option of " + caller + " has no meaning there: it takes Name, Limit and Track")
	}
	tracker, _ := cfg.Track.(braid.Tracker)
	job.Task, job.Name, job.Limit = t.name, cfg.Name, cfg.Limit
	job.Inputs = make([][]byte, len(inputs))
	for i, in := range inputs {
		data, err := json.Marshal(&in) // by its address: methods of a pointer write too
		if err != nil {
			return fmt.Errorf("engine: the argument of %s cannot be written as JSON: %w", job.Label(i), err)
		}
		job.Inputs[i] = data
	}

	var unreadable error // a result that is no Out
	left := len(inputs)
	job.Done = func(i int, end End) {
		var out Out
		if end.State == braid.Succeeded {
			if err := json.Unmarshal(end.Output, &out); err != nil && unreadable == nil {
				unreadable = fmt.Errorf("engine: the result of %s does not fit %T: %w", job.Label(i), out, err)
			}
		}
		done(i, out, end)
		left--
		if tracker != nil {
			tracker.Ended(end.State, 1)
		}
	}
	if tracker != nil {
		tracker.Added(len(inputs))
		defer func() { tracker.Ended(braid.Skipped, left) }()
	}
	if len(inputs) == 0 {
		return seam.Outside(ctx)
	}
	if err := e.Run(ctx, job); err != nil {
		return err
	}
	return unreadable
}
