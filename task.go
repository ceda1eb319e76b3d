package braid

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file holds tasks as the user sees them; what happens to them is in
// engine.go.

// State is where a task is in its life. A task that has ended keeps its state.
type State uint32

const (
	Queued    State = iota // waiting for a goroutine or for a slot
	Running                // its function has been called
	Succeeded              // returned nil
	Failed                 // returned an error
	Cancelled              // was cancelled, and returned nothing but that
	Panicked               // panicked
	Exited                 // called runtime.Goexit
	Skipped                // was cancelled before it started; never called
)

var stateNames = [...]string{"queued", "running", "succeeded", "failed", "cancelled", "panicked", "exited", "skipped"}

// String gives the state's name in lower case.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}

// A Task is a function running in a group, and the handle to its result. It is
// what [Fork] returns.
type Task[T any] struct {
	task  task
	fn    func(context.Context) (T, error)
	value T
}

// task is what the engine knows of a task: links, context and outcome in one.
type task struct {
	scope
	g          *Group
	next, prev *task
	run        runner
	opts       *taskConfig
	more       *taskMore    // guarded by g.mu
	pc         uintptr      // of the function
	began      atomic.Int64 // when it was called, if anybody may look; see sight.go
	num        uint64       // see itemBits
}

// taskMore is what most tasks never need.
type taskMore struct {
	waiters  []*waiter
	done     chan struct{} // what Done gave
	lent     int           // waits that have lent the task's slot
	inLine   *regainer     // the task wants it back, or nil
	back     bool          // the slot was given back although the wait has not noticed its end yet
	owed     bool          // it was not, since it was not free
	children []*Group      // made by Open in the task
	handlers []*handler    // of AfterFunc with the task's context, if that is the group's
	below    kin           // the groups that hear of the task's own death
	cut      *Cancellation // that ended the task alone, for those who look, as of a group
	fail     *TaskError    // why it did not succeed, if somebody may ask
	wakes    int64         // until when it sleeps, see nap.go; 0 if it does not
}

// runner is the function of a task in one of its forms.
type runner interface {
	call(ctx context.Context) error
}

// skipper is a runner that wants to know that it will never be called, and why.
type skipper interface{ skip(cause error) error }

// forgetter is a runner that others may keep: it lets go of its function.
type forgetter interface{ forget() }

// idler is a runner that may turn out to have nothing to do: then nothing is
// lost if it is skipped.
type idler interface{ idle() bool }

type goFunc func(context.Context) error

func (f goFunc) call(ctx context.Context) error { return f(ctx) }

func (t *Task[T]) call(ctx context.Context) (err error) {
	fn := t.fn
	t.fn = nil // the handle may live long
	t.value, err = fn(ctx)
	return err
}

func (t *Task[T]) forget() { t.fn = nil }

// ext gives t.more, made on demand; t.g.mu is held.
func (t *task) ext() *taskMore {
	if t.more == nil {
		t.more = new(taskMore)
	}
	return t.more
}

func (t *task) name() string {
	if t.opts != nil && t.opts.name != "" {
		return t.opts.name
	}
	pc, item := t.at()
	if t.opts != nil && t.opts.keyed {
		return keyName(pc, t.opts.key)
	}
	if item > 0 {
		return itemName(pc, item-1)
	}
	return funcName(pc)
}

// locator is a runner that works on one item after the other, and tells which
// function is at work and on which item, numbered from 0. Any goroutine may ask.
type locator interface {
	at() (pc uintptr, item int)
}

// at gives the task's function, and the number, from 1, of the item that it is
// called for, or 0.
func (t *task) at() (pc uintptr, item int) {
	if t.opts != nil && t.opts.at != nil {
		pc, item = t.opts.at.at()
		return pc, item + 1
	}
	return t.pc, t.item()
}

func (t *task) path() string { return joinPath(t.g.path(), t.name()) }

// weight tells how many slots the task takes. A background task takes none: it
// ends after those it serves, which would wait for its slot for ever.
func (t *task) weight() int {
	switch {
	case t.opts == nil:
		return 1
	case t.opts.background:
		return 0
	}
	return max(t.opts.weight, 1)
}

func (t *task) background() bool { return t.opts != nil && t.opts.background }
func (t *task) always() bool     { return t.opts != nil && t.opts.always }

// Name gives the task's name, which is that of its function if it was given none.
func (t *Task[T]) Name() string { return t.task.name() }

// Path gives the names of the groups and tasks down to this one, separated by slashes.
func (t *Task[T]) Path() string { return t.task.path() }

// State tells where the task is in its life.
func (t *Task[T]) State() State { return State(t.task.phase.Load()) }

// Result gives the task's result without waiting: its value, and nil if it
// succeeded. If it did not, the error is a [*TaskError] that wraps what it
// failed with: its error, a [*PanicError], [ErrGoexit], or the cancellation of
// a task that was cancelled or skipped. Before the end it is [ErrNotDone].
func (t *Task[T]) Result() (T, error) {
	if !t.task.ended() {
		var zero T
		return zero, ErrNotDone
	}
	return t.value, t.task.failure()
}

// Value gives the value of a task that has succeeded, which is every task of a
// group once [Run] has returned nil, unless somebody has called Cancel on the
// group or the task. It does not wait, and panics if the task
// has not ended or has not succeeded: [Task.Result] and [Task.Wait] are for
// where that may be.
func (t *Task[T]) Value() T {
	if s := t.State(); s != Succeeded {
		panic("braid: Value called on the task " + t.Path() + ", which is " + s.String() + "; use Result or Wait")
	}
	return t.value
}

// failure gives why the ended task did not succeed, as an untyped nil if it did.
func (t *task) failure() error {
	if te := t.failed(); te != nil {
		return te
	}
	return nil
}

// failed is failure with its type.
func (t *task) failed() *TaskError {
	if State(t.phase.Load()) == Succeeded {
		return nil
	}
	t.g.mu.Lock()
	defer t.g.mu.Unlock()
	if t.more == nil {
		return nil
	}
	return t.more.fail
}

// keep notes why the task does not succeed, for who has a handle.
func (t *task) keep(te *TaskError, final State) {
	t.note(te, final)
	if handleless(t.run) && len(t.g.cfg.observers) == 0 {
		return
	}
	t.g.mu.Lock()
	defer t.g.mu.Unlock()
	t.ext().fail = te
}

// itemBits is how much of task.num is the number of what the task was handed,
// from 1; 0 for none. The rest is its number in the group, see sight.go.
const itemBits = 40

func (t *task) item() int { return int(t.num & (1<<itemBits - 1)) }

// Cancel ends this one task: its context dies, and if it has not started it is
// skipped. The group goes on, and the cancellation is no failure. Cancel does
// not wait; [Task.Wait] does. It does nothing to a task that has ended.
func (t *Task[T]) Cancel() {
	t.task.g.passes(seam.Cancel)
	t.task.cancelOne(nil, callerPC())
}

// CancelCause is [Task.Cancel] with a reason, which [Cancellation.Reason]
// gives to who asks for the cause.
func (t *Task[T]) CancelCause(reason error) {
	t.task.g.passes(seam.Cancel)
	t.task.cancelOne(reason, callerPC())
}

func (t *task) cancelOne(reason error, pc uintptr) {
	if t.ended() {
		return
	}
	cause := &Cancellation{by: t.path(), reason: reason, at: time.Now(), pc: pc, of: t}
	ctx := t.materialize(t.g.ctx())
	watched := t.g.sight != nil && ctx.Err() == nil
	if watched { // who sees the context dead may look and see why
		t.g.mu.Lock()
		t.ext().cut = cause
		t.g.mu.Unlock()
	}
	ctx.cancel(cause)
	first, _ := context.Cause(ctx).(*Cancellation)
	t.g.lookAtLimits()
	t.g.lockAll()
	if watched && first != cause { // another was quicker: of the task, or of the group
		if t.ext().cut = first; first != nil && first.of != t {
			t.ext().cut = nil
		}
	}
	var below []*Group
	if t.more != nil {
		below = t.more.below.all(nil)
	}
	queued := State(t.phase.Load()) == Queued && !t.always()
	if queued {
		t.g.claim(t)
	}
	t.g.mu.Unlock()
	if queued {
		t.skip()
		t.g.retire(t, 0)
	}
	for _, h := range below {
		h.noticeAbove()
	}
}
