package engine

import (
	"context"
	"crypto/rand"
	"sync"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
)

// This file is the engine of this process: a group of package braid, with a
// task for each input.

type local struct{}

// Local gives the engine of this process: each input is a task of a group below
// ctx, and all of them run at once, or as many as [braid.Limit] says. Arguments
// and results pass through JSON, as they do on the way to another machine.
func Local() Engine { return local{} }

func (local) Run(ctx context.Context, job *Job) error {
	d, err := find(job.Task)
	if err != nil {
		return err
	}
	r := localRun{job: job, def: d, id: rand.Text(), tasks: make([]*braid.Task[struct{}], len(job.Inputs)), told: make([]bool, len(job.Inputs))}
	opts := []braid.GroupOption{braid.PanicsAsErrors, braid.OnFailure(r.failed)}
	if job.Name != "" {
		opts = append(opts, braid.Name(job.Name))
	}
	if job.Limit > 0 {
		opts = append(opts, braid.Limit(job.Limit))
	}
	if job.Settle {
		opts = append(opts, braid.Supervised, braid.Keep(1))
	}
	err = braid.Run(ctx, r.body, opts...)
	if !job.Settle || r.tasks == nil {
		return err
	}
	return r.settle(ctx)
}

// localRun is a job under way.
type localRun struct {
	job   *Job
	def   *definition
	id    string // of this job among all
	tasks []*braid.Task[struct{}]

	mu   sync.Mutex
	told []bool // inputs whose end Done knows
}

func (r *localRun) body(ctx context.Context, g *braid.Group) error {
	for i, input := range r.job.Inputs {
		label := r.job.Label(i)
		r.tasks[i] = braid.Fork(g, func(ctx context.Context) (struct{}, error) {
			output, err := Invoke(ctx, r.job.Task, input, Running{Key: r.id + "/" + label})
			if err == nil {
				r.tell(i, End{Output: output, State: braid.Succeeded})
			}
			return struct{}{}, err
		}, braid.Name(label), seam.Site(r.def.pc, i).(braid.TaskOption))
	}
	return nil
}

// failed is told of a failure when it happens, not when all have ended.
func (r *localRun) failed(te *braid.TaskError) {
	state := braid.Failed
	switch te.Err.(type) {
	case *braid.PanicError:
		state = braid.Panicked
	default:
		if te.Err == braid.ErrGoexit {
			state = braid.Exited
		}
	}
	r.tell(te.Item(), End{Err: te, State: state})
}

func (r *localRun) tell(i int, e End) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told[i] = true
	r.job.Done(i, e)
}

// settle tells of what was cut short, and gives the error if anything was.
func (r *localRun) settle(ctx context.Context) (err error) {
	for i, t := range r.tasks {
		if r.told[i] {
			continue
		}
		if err == nil {
			err = seam.Outside(ctx)
		}
		if t == nil { // ctx was dead from the start
			r.tell(i, End{Err: err, State: braid.Skipped})
			continue
		}
		_, failure := t.Result()
		r.tell(i, End{Err: failure, State: t.State()})
	}
	return err
}
