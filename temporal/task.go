package temporal

import (
	"runtime"
	"strconv"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file holds tasks, and hands them to groups. A task that runs has a
// coroutine of its own; one that is queued is a struct.

// State is where a task is in its life.
type State = braid.State

// A Task is a function running in a group, and the handle to its result. It is
// what [Fork] returns.
type Task[T any] struct {
	task  task
	value T
}

// task is what the engine knows of a task.
type task struct {
	scope
	g       *Group
	cfg     taskConfig
	pc      uintptr // of the function
	item    int     // what it is called for, from 0, or -1
	run     func(ctx workflow.Context) error
	state   State
	fail    *braid.TaskError // why it did not succeed
	done    workflow.Future  // made by who waits
	settle  workflow.Settable
	begun   workflow.Settable // of GoWait: it has begun, or will not
	told    []func()          // are called at the end
	waiters []*awaiter        // see wait.go
	alone   bool              // it was cancelled on its own
	list    link

	// See slots.go.
	slots    int               // that it has
	lent     int               // waits for which it has lent them
	regained workflow.Future   // of who waits until it has them again
	regain   workflow.Settable //

	// For who looks; see tree.go.
	id    uint64
	since time.Time // when it began
	doing []*errand // what it waits for
}

// Go runs fn as a task of the group.
//
// Go never blocks: under a [Limit] what has no slot is queued. In a cancelled
// group fn is not called, unless it is marked [Always]. An error of fn fails the
// group. Go panics if fn is nil or the group has ended.
func (g *Group) Go(fn func(ctx workflow.Context) error, opts ...TaskOption) {
	if err := g.goFunc("Go", fn, opts); err != nil {
		g.misused("Go", err)
	}
}

// TryGo is [Group.Go] that returns [braid.ErrClosed] instead of panicking if the
// group has ended.
func (g *Group) TryGo(fn func(ctx workflow.Context) error, opts ...TaskOption) error {
	return g.goFunc("TryGo", fn, opts)
}

func (g *Group) goFunc(caller string, fn func(ctx workflow.Context) error, opts []TaskOption) error {
	if fn == nil {
		panic("braid: " + caller + " called with a nil function")
	}
	return g.add(&task{run: fn, pc: seam.FuncPC(fn), item: -1, cfg: taskConfigOf(opts)})
}

// Fork runs fn as a task of the group and gives the handle to its result. It
// behaves as [Group.Go] otherwise: a task handed to a cancelled group is
// braid.Skipped, and its result is the cancellation. The ctx that fn is given
// dies when fn has returned, or at [Task.Cancel].
func Fork[T any](g *Group, fn func(ctx workflow.Context) (T, error), opts ...TaskOption) *Task[T] {
	t, err := fork(g, "Fork", fn, opts)
	if err != nil {
		g.misused("Fork", err)
	}
	return t
}

// TryFork is [Fork] that returns [braid.ErrClosed] instead of panicking if the
// group has ended.
func TryFork[T any](g *Group, fn func(ctx workflow.Context) (T, error), opts ...TaskOption) (*Task[T], error) {
	return fork(g, "TryFork", fn, opts)
}

func fork[T any](g *Group, caller string, fn func(ctx workflow.Context) (T, error), opts []TaskOption) (*Task[T], error) {
	if fn == nil {
		panic("braid: " + caller + " called with a nil function")
	}
	t := forked(fn, -1)
	t.task.cfg = taskConfigOf(opts)
	if err := g.add(&t.task); err != nil {
		return nil, err
	}
	return t, nil
}

// forked makes a task of fn that is no group's yet.
func forked[T any](fn func(ctx workflow.Context) (T, error), item int) *Task[T] {
	t := &Task[T]{}
	t.task.pc, t.task.item = seam.FuncPC(fn), item
	t.task.run = func(ctx workflow.Context) (err error) {
		t.value, err = fn(ctx)
		return err
	}
	return t
}

func (g *Group) misused(call string, err error) {
	where := ""
	if path := g.path(); path != "" {
		where = " (" + path + ")"
	}
	panic(err.Error() + where + ", but " + call + " was called on it; TryGo and TryFork give ErrClosed instead")
}

func (t *task) name() string {
	switch {
	case t.cfg.name != "":
		return t.cfg.name
	case t.item >= 0:
		return seam.FuncName(t.pc) + "[" + strconv.Itoa(t.item) + "]"
	}
	return seam.FuncName(t.pc)
}

func (t *task) path() string { return seam.Path(t.g.place, t.name()) }

func (t *task) ended() bool { return t.state > braid.Running }

// weight tells how many slots the task takes. A background task takes none: it
// ends after those it serves, which would wait for its slot for ever.
func (t *task) weight() int {
	if t.cfg.background {
		return 0
	}
	return 1
}

// Name gives the task's name, which is that of its function if it was given none.
func (t *Task[T]) Name() string { return t.task.name() }

// Path gives the names of the groups and tasks down to this one, separated by slashes.
func (t *Task[T]) Path() string { return t.task.path() }

// State tells where the task is in its life.
func (t *Task[T]) State() State { return t.task.state }

// Result gives the task's result without waiting: its value, and nil if it
// succeeded. If it did not, the error is a [*braid.TaskError] that wraps what it
// failed with: its error, a [*braid.PanicError], [braid.ErrGoexit], or the
// cancellation of a task that was cancelled or skipped. Before the end it is
// [braid.ErrNotDone].
func (t *Task[T]) Result() (T, error) {
	if !t.task.ended() {
		var zero T
		return zero, braid.ErrNotDone
	}
	return t.value, t.task.failure()
}

// Value gives the value of a task that has succeeded, which is every task of a
// group once [Run] has returned nil. It does not wait, and panics if the task
// has not ended or has not succeeded.
func (t *Task[T]) Value() T {
	if s := t.State(); s != braid.Succeeded {
		panic("braid: Value called on the task " + t.Path() + ", which is " + s.String() + "; use Result or Wait")
	}
	return t.value
}

// failure gives why the task did not succeed, as an untyped nil if it did.
func (t *task) failure() error {
	if t.fail == nil {
		return nil
	}
	return t.fail
}

// Cancel ends this one task: its context dies, and if it has not started it is
// skipped. The group goes on, and the cancellation is no failure. Cancel does
// not wait; [Task.Wait] does. It does nothing to a task that has ended.
func (t *Task[T]) Cancel() { t.task.cancelOne(nil, callerPC()) }

// CancelCause is [Task.Cancel] with a reason, which braid.Cancellation.Reason
// gives to who asks for the cause.
func (t *Task[T]) CancelCause(reason error) { t.task.cancelOne(reason, callerPC()) }

func (t *task) cancelOne(reason error, pc uintptr) {
	if t.ended() || t.ctx.Err() != nil {
		return
	}
	t.alone = true
	t.kill(cancelled(t.ctx, t.path(), reason, pc))
	if t.state == braid.Queued && !t.cfg.always && t.g.unqueue(t) {
		t.skip()
	}
}

// callerPC gives the place from which the exported function that asks was called.
func callerPC() uintptr {
	var pc [1]uintptr
	if runtime.Callers(3, pc[:]) == 0 {
		return 0
	}
	return pc[0] - 1
}
