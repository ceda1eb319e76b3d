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
	return Work(ctx, job, Hooks{Key: rand.Text()})
}

// Hooks are what a worker adds to [Work]. Those that are nil are not called.
type Hooks struct {
	// Key is that of the job: each input's is made of it.
	Key string
	// Ended reports that an input has been dealt with already; its task is not run,
	// and Done not told of it.
	Ended func(i int) bool
	// Last gives what an earlier run for the input gave to Checkpoint last.
	Last func(i int) []byte
	// Save keeps what a task gives to Checkpoint; it must not block.
	Save func(i int, point []byte)
	// Enter is called before each input and may hold it back, until ctx is dead;
	// leave is called when the task has ended.
	Enter func(ctx context.Context) (leave func(), err error)
	// Beside runs beside the inputs, as a background task of their group.
	Beside func(ctx context.Context) error
}

// Work runs a job in this process, as [Local] does. It is for those who make
// engines: a worker calls it with the part of a job that it was given.
func Work(ctx context.Context, job *Job, h Hooks) error {
	d, err := find(job.Task)
	if err != nil {
		return err
	}
	r := localRun{job: job, def: d, hooks: h, told: make([]bool, len(job.Inputs))}
	opts := []braid.GroupOption{braid.PanicsAsErrors, braid.OnFailure(r.failed)}
	if job.Name != "" {
		opts = append(opts, braid.Name(job.Name))
	}
	if job.Limit > 0 {
		opts = append(opts, braid.Limit(job.Limit))
	}
	if job.Settle {
		opts = append(opts, braid.Supervised, braid.Keep(1))
		r.tasks = make([]*braid.Task[struct{}], len(job.Inputs))
	}
	err = braid.Run(ctx, r.body, opts...)
	if !job.Settle {
		return err
	}
	return r.settle(ctx)
}

// localRun is a job under way.
type localRun struct {
	job   *Job
	def   *definition
	hooks Hooks
	tasks []*braid.Task[struct{}] // if the job is to settle: it has to tell how each ended

	mu   sync.Mutex
	told []bool // inputs whose end Done knows
}

func (r *localRun) body(ctx context.Context, g *braid.Group) error {
	if r.hooks.Beside != nil {
		g.Go(r.hooks.Beside, braid.Background)
	}
	for i := range r.job.Inputs {
		if r.hooks.Ended != nil && r.hooks.Ended(i) {
			r.told[i] = true
			continue
		}
		name, site := braid.Name(r.job.Label(i)), seam.Site(r.def.pc, r.job.First+i).(braid.TaskOption)
		if r.tasks == nil {
			g.Go(func(ctx context.Context) error { return r.call(ctx, i) }, name, site)
			continue
		}
		r.tasks[i] = braid.Fork(g, func(ctx context.Context) (struct{}, error) { return struct{}{}, r.call(ctx, i) }, name, site)
	}
	return nil
}

// call runs the task for one input.
func (r *localRun) call(ctx context.Context, i int) error {
	if r.hooks.Enter != nil {
		leave, err := r.hooks.Enter(ctx)
		if err != nil {
			return err
		}
		defer leave()
	}
	c := Running{Key: r.hooks.Key + "/" + r.job.Label(i)}
	if r.hooks.Last != nil {
		c.Last = r.hooks.Last(i)
	}
	if r.hooks.Save != nil {
		c.Save = func(point []byte) { r.hooks.Save(i, point) }
	}
	output, err := Invoke(ctx, r.job.Task, r.job.Inputs[i], c)
	if err == nil {
		r.tell(i, End{Output: output, State: braid.Succeeded})
	}
	return err
}

// failed is told of a failure when it happens, not when all have ended.
func (r *localRun) failed(te *braid.TaskError) {
	i := te.Item() - r.job.First
	if i < 0 {
		return // of Beside
	}
	state := braid.Failed
	switch te.Err.(type) {
	case *braid.PanicError:
		state = braid.Panicked
	default:
		if te.Err == braid.ErrGoexit {
			state = braid.Exited
		}
	}
	r.tell(i, End{Err: te, State: state})
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
