package temporal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/inspect"
	"go.temporal.io/sdk/activity"
	sdk "go.temporal.io/sdk/temporal"
)

// This file is what a worker does: it runs some inputs of a job, in one activity
// for all of them, as a group of package braid. What is kept: while the activity
// runs the server hears of it, and is told which inputs have ended and how far the
// others came. So a cancel reaches the tasks, the death of the worker is noticed,
// and whoever goes on does nothing twice that was told.

const (
	// beat is how often a worker tells of what it does at least, and so how soon a
	// cancel reaches its tasks.
	beat = time.Second
	// maxKept is how many bytes of finished results go along with a sign of life, and
	// how many of checkpoints. What is beyond is worked out again if the worker dies.
	maxKept = 256 << 10
)

// ends is how each input of a part ended, in their order.
type ends []end

type end struct {
	Output json.RawMessage `json:"output,omitempty"`
	Err    json.RawMessage `json:"err,omitempty"` // by EncodeError
	State  braid.State     `json:"state"`
}

func (e end) size() int { return len(e.Output) + len(e.Err) }

// kept goes along with signs of life.
type kept struct {
	Ended  map[int]end             `json:"ended,omitempty"`
	Points map[int]json.RawMessage `json:"points,omitempty"` // checkpoints of those that have not

	Node string          `json:"node,omitempty"` // that waits for the activity, in the workflow's tree
	Tree []*inspect.Node `json:"tree,omitempty"` // what is below it, here
}

// parts runs parts of jobs on one worker.
type parts struct {
	slots   chan struct{} // of the worker; nil: as many as are wanted
	running sync.WaitGroup
	sight   sight
	unknown sync.Map // tasks that were given back
}

func newParts(atMost int) *parts {
	w := &parts{}
	if atMost > 0 {
		w.slots = make(chan struct{}, atMost)
	}
	return w
}

// run runs a job, whose keys begin with key, in the activity of ctx, for which a
// node of the workflow's tree waits. The error is what the activity has to return.
func (w *parts) run(ctx context.Context, job *engine.Job, key, what, node string) (ends, error) {
	w.running.Add(1)
	defer w.running.Done()
	p := &part{sight: &w.sight, settle: job.Settle, ends: make(ends, len(job.Inputs))}
	if activity.HasHeartbeatDetails(ctx) {
		if err := activity.GetHeartbeatDetails(ctx, &p.kept); err != nil {
			return nil, fmt.Errorf("braid: what the worker before kept of %s cannot be read: %w", what, err)
		}
	}
	p.resume()
	p.kept.Node = node
	job.Done = p.done
	hooks := engine.Hooks{Key: key, Ended: p.ended, Last: p.last, Save: p.save, Enter: w.enter}
	hooks.Beside = func(inside context.Context) error { return p.beat(inside, ctx) }
	err := p.contained(func() error { return engine.Work(ctx, job, hooks) })
	switch {
	case err == nil:
		return p.ends, nil
	case cutShort(ctx, err):
		select {
		case <-activity.GetWorkerStopChannel(ctx):
			p.tell(context.WithoutCancel(ctx))                // all that has ended meanwhile
			return nil, errors.New("braid: the worker stops") // another one goes on
		default:
			return nil, sdk.NewCanceledError()
		}
	case errors.Is(err, engine.ErrUnknownTask):
		if _, said := w.unknown.LoadOrStore(job.Task, true); !said {
			slog.Warn("braid: this worker does not know a task, and gives it back for one that does", "task", job.Task)
		}
		return nil, err // another worker may be of a version that knows it
	}
	return nil, sdk.NewNonRetryableApplicationError(err.Error(), "", err)
}

// cutShort reports whether err is nothing but the cancellation of the activity.
func cutShort(ctx context.Context, err error) bool {
	var ge *braid.GroupError
	return ctx.Err() != nil && !errors.As(err, &ge) && errors.Is(err, context.Canceled)
}

// enter waits for a slot of the worker.
func (w *parts) enter(ctx context.Context) (leave func(), err error) {
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

// A part is under way.
type part struct {
	sight  *sight
	settle bool
	before map[int]end             // what workers before have done
	points map[int]json.RawMessage // and how far they came

	mu     sync.Mutex
	ends   ends
	kept   kept
	size   int   // bytes of the ends that are kept
	marks  int   // and of the checkpoints
	exited error // of a task that called Goexit
}

// resume takes over what a worker before has told.
func (p *part) resume() {
	if p.kept.Ended == nil {
		p.kept.Ended = map[int]end{}
	}
	if p.kept.Points == nil {
		p.kept.Points = map[int]json.RawMessage{}
	}
	for i, e := range p.kept.Ended {
		p.ends[i] = e
		p.size += e.size()
	}
	for _, point := range p.kept.Points {
		p.marks += len(point)
	}
	p.kept.Tree = nil
	p.before, p.points = maps.Clone(p.kept.Ended), maps.Clone(p.kept.Points)
}

// contained calls work. A Goexit of a task, which work would raise, would leave
// the activity without an end; of that the error is the task's.
func (p *part) contained(work func() error) (err error) {
	returned := false
	done := make(chan struct{})
	go func() { // joined right here
		defer close(done)
		err = work()
		returned = true
	}()
	<-done
	if !returned && !p.settle {
		err = p.exited
	}
	return err
}

func (p *part) ended(i int) bool {
	_, ok := p.before[i]
	return ok
}

func (p *part) last(i int) []byte { return p.points[i] }

// save keeps a checkpoint, if there is room for it. Without it the one before
// stands.
func (p *part) save(i int, point []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if more := len(point) - len(p.kept.Points[i]); p.marks+more <= maxKept {
		p.marks += more
		p.kept.Points[i] = point
	}
}

func (p *part) done(i int, e engine.End) {
	told := end{State: e.State, Output: e.Output}
	if e.Err != nil {
		told.Err = EncodeError(e.Err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ends[i] = told
	if e.State == braid.Exited {
		p.exited = e.Err
	}
	p.marks -= len(p.kept.Points[i])
	delete(p.kept.Points, i)
	if final := e.State == braid.Succeeded || p.settle; final && p.size+told.size() <= maxKept {
		p.size += told.size()
		p.kept.Ended[i] = told
	}
}

// beat tells the server how far the part is, again and again, until ctx is dead.
// The SDK passes on what comes too often at the end of its interval.
func (p *part) beat(ctx, activityCtx context.Context) error {
	pause := beat
	if timeout := activity.GetInfo(activityCtx).HeartbeatTimeout; timeout > 0 { // there is none in the SDK's test environment
		pause = min(beat, max(timeout/4, time.Millisecond))
	}
	every := time.NewTicker(pause)
	defer every.Stop()
	group, me := placeIn(ctx)
	for {
		nodes := p.sight.of(group, me)
		p.mu.Lock()
		p.kept.Tree = nodes
		p.mu.Unlock()
		p.tell(activityCtx)
		select {
		case <-every.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (p *part) tell(activityCtx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	activity.RecordHeartbeat(activityCtx, p.kept)
}
