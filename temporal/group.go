package temporal

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file makes groups and takes a group through its life: opened, the body
// run, joined, cleaned up, concluded. How tasks are run is in engine.go, what
// their results mean in outcome.go.

// A Group is a set of tasks that end before the block that opened it does.
//
// Groups come from [Run] and [Call]; the zero Group cannot be used. A Group
// belongs to the workflow it was made in, all of whose coroutines may use it.
type Group struct {
	scope
	parent  workflow.Context
	cfg     groupConfig
	pc      uintptr // of the body
	place   any     // what errors keep of the group
	upTask  *task   // the task that opened the group,
	upGroup *Group  // or the group whose body did

	live     tasks             // the tasks that have not ended
	queue    []*task           // those of them that wait for a slot
	used     int               // slots taken
	regain   []*task           // that want theirs back
	roomy    workflow.Settable // of a body that waits for a slot; see map.go
	pending  int               // what the join waits for: tasks and the body
	fore     int               // of these, ordinary tasks and the body
	bodyDone bool
	closed   bool // nothing is accepted any more
	cut      bool // a cancellation cut a task or the body short
	joined   workflow.Settable
	unwatch  workflow.CancelFunc // see stall.go; nil if nobody wants a report
	futures  []workflow.Future   // see interceptor.go
	many     int

	failures []error
	primary  *braid.TaskError
	bodyFail *braid.TaskError
	dropped  int
	panicked *braid.PanicError
	goOn     error // the body's wish to continue as new
	defers   []func(workflow.Context) error
	over     bool // these have run

	// For who looks; see tree.go.
	tree   *tree
	id     uint64
	kind   string
	since  time.Time
	counts inspect.Counts
	doing  []*errand // what the body waits for
}

// Run opens a group, calls body with it on the caller's coroutine, and returns
// when body and every task of the group have returned.
//
// The ctx given to body is the group's: it dies with the outer ctx, at the first
// failure, at [Group.Cancel], and when Run returns. It shadows the outer one on
// purpose.
//
// Run returns nil if body and all tasks succeeded. The first failure of a task
// or of body cancels the group; the others are waited for and the result is a
// [*braid.GroupError] with every failure. What a task returns only because it
// was cancelled is no failure. If something was cut short by a cancellation from
// outside and nothing failed, Run returns one plain error that matches
// context.Canceled and is a [temporal.CanceledError], so that a workflow which
// returns it ends as cancelled; one that returns a group's error ends as failed.
// If ctx is dead already, body is not called.
//
// A panic is raised again, as a [*braid.PanicError], once all have been joined,
// but for the outermost group of a coroutine, which returns it; see the package
// documentation. If body returns workflow.NewContinueAsNewError and nothing
// fails, Run returns that as it is, once all tasks have ended. Run panics at once
// if ctx or body is nil or an option makes no sense.
//
// [temporal.CanceledError]: https://pkg.go.dev/go.temporal.io/sdk/temporal#CanceledError
func Run(ctx workflow.Context, body func(ctx workflow.Context, g *Group) error, opts ...GroupOption) error {
	if body == nil {
		panic("braid: Run called with a nil body")
	}
	return run(ctx, "Run", seam.FuncPC(body), body, opts)
}

// Call is [Run] for a body with a result. It returns the body's value if Run
// would return nil, and else the zero value and what Run would return.
func Call[T any](ctx workflow.Context, body func(ctx workflow.Context, g *Group) (T, error), opts ...GroupOption) (T, error) {
	if body == nil {
		panic("braid: Call called with a nil body")
	}
	var v T
	err := run(ctx, "Call", seam.FuncPC(body), func(ctx workflow.Context, g *Group) (err error) {
		v, err = body(ctx, g)
		return err
	}, opts)
	if err != nil {
		var zero T
		return zero, err
	}
	return v, nil
}

func run(ctx workflow.Context, caller string, pc uintptr, body func(workflow.Context, *Group) error, opts []GroupOption) error {
	g := newGroup(ctx, caller, pc, opts)
	if ctx.Err() != nil {
		return Cause(ctx)
	}
	g.open(workflow.WithWaitForCancellation(ctx, true))
	g.kind = strings.ToLower(caller)
	g.enlist()
	g.watch()
	g.callBody(body)
	g.join()
	return g.conclude()
}

func newGroup(ctx workflow.Context, caller string, pc uintptr, opts []GroupOption) *Group {
	if ctx == nil {
		panic("braid: " + caller + " called with a nil context")
	}
	g := &Group{parent: ctx, pc: pc, pending: 1, fore: 1}
	g.group = g
	var in any
	task := ""
	if s := scopeOf(ctx); s != nil {
		switch g.upTask, g.upGroup = s.task, s.group; {
		case s.task != nil:
			g.upGroup = nil
			in, task = s.task.g.place, s.task.name()
		case s.group != nil:
			in = s.group.place
		}
	}
	g.cfg = groupConfigOf(opts, g.above())
	g.place = seam.NewPlace(in, task, g.cfg.name, pc, nil)
	return g
}

// above gives the group in which the group was opened, or nil.
func (g *Group) above() *Group {
	if g.upTask != nil {
		return g.upTask.g
	}
	return g.upGroup
}

// outermost reports whether nothing of ours would take a panic that the group
// raised.
func (g *Group) outermost() bool { return g.above() == nil }

func (g *Group) path() string { return seam.Path(g.place, "") }

// Cancel ends the group early: all its tasks and the body are cancelled. It is
// no failure: if nothing else fails [Run] returns nil. Cancel does not wait. It
// may be called any number of times, from any coroutine of the workflow, also
// after the join.
func (g *Group) Cancel() { g.cancelAll(nil, callerPC()) }

// CancelCause is [Group.Cancel] with a reason, which braid.Cancellation.Reason
// gives to who asks for the cause.
func (g *Group) CancelCause(reason error) { g.cancelAll(reason, callerPC()) }

func (g *Group) cancelAll(reason error, pc uintptr) {
	if !g.closed {
		g.die(cancelled(g.ctx, g.path(), reason, pc))
	}
}

// die ends the group's context and lets go of what is queued.
func (g *Group) die(cause error) {
	g.kill(cause)
	g.drain()
}

// callBody calls the body and settles how it ended. A panic is recovered before
// anything else is done, since nothing may block while one unwinds the coroutine;
// of a Goexit there is no return, so the join takes place on its way out. That may
// be OnFailure's as well.
func (g *Group) callBody(body func(workflow.Context, *Group) error) {
	v, trace := g.unwound(body)
	if v == nil {
		return
	}
	told := false
	defer func() {
		if !told && !evicted(g.ctx) {
			g.exit()
		}
	}()
	g.bodyPanicked(v, trace)
	told = true
}

// unwound gives what the body panicked with, and where, or nil.
func (g *Group) unwound(body func(workflow.Context, *Group) error) (v any, trace []byte) {
	returned := false
	defer func() {
		if returned {
			return
		}
		switch v = recover(); {
		case passes(v):
			panic(v)
		case v != nil:
			trace = stack()
		case evicted(g.ctx): // the coroutine is destroyed, not the task over
		default:
			defer g.exit()
			g.bodyExited()
		}
	}()
	g.bodyReturned(body(g.ctx, g))
	returned = true
	return nil, nil
}

// exit joins on the way out of the coroutine, on which nothing can be returned.
func (g *Group) exit() {
	g.join()
	if err := g.conclude(); err != nil {
		workflow.GetLogger(g.parent).Error("braid: a Goexit leaves nobody to return these failures to", "error", err)
	}
	if g.outermost() {
		panic("braid: the workflow's coroutine called runtime.Goexit, and could never end")
	}
}

// join waits until the tasks have ended; the body has. When it returns the
// group is closed.
func (g *Group) join() {
	g.bodyDone = true
	g.fore--
	g.pending--
	g.quiesce()
	if g.pending > 0 {
		var joined workflow.Future
		joined, g.joined = workflow.NewFuture(g.parent)
		if g.ctx.Err() == nil {
			sel := workflow.NewNamedSelector(g.parent, "join")
			sel.AddFuture(joined, func(workflow.Future) {})
			sel.AddReceive(g.ctx.Done(), func(workflow.ReceiveChannel, bool) {})
			sel.Select(g.parent)
		}
		g.drain()
		_ = joined.Get(g.parent, nil) // which waits also under a dead context
	}
	g.joinStarted()
	g.closed = true
	if g.unwatch != nil {
		g.unwatch()
	}
}

// quiesce cancels the background tasks once they have nobody to serve.
func (g *Group) quiesce() {
	if !g.bodyDone || g.fore > 0 {
		return
	}
	for t := g.live.first; t != nil; t = t.list.next {
		if t.cfg.background {
			t.kill(errServed)
		}
	}
}

var errServed = seam.NewCancellation(seam.Cancellation{Kind: seam.ByEnd})

// conclude runs what has to run after the join, and gives what Run returns, or
// raises a panic.
func (g *Group) conclude() error {
	g.runDefers()
	g.over = true
	g.delist()
	g.end()
	defer g.letGo()
	return g.outcome()
}

// letGo drops what whoever keeps the group has no use for.
func (g *Group) letGo() {
	g.failures, g.primary, g.bodyFail, g.panicked, g.goOn = nil, nil, nil, nil, nil
	g.defers, g.doing, g.futures = nil, nil, nil
	g.cfg = groupConfig{name: g.cfg.name}
}

// outcome gives what the group returns, or raises its panic.
func (g *Group) outcome() error {
	errs := slices.Clone(g.failures)
	if g.bodyFail != nil {
		errs = append(errs, g.bodyFail)
	}
	var err error
	if len(errs) > 0 {
		err = g.groupError(errs)
	}
	switch {
	case g.panicked != nil:
		pe := *g.panicked
		pe.Siblings = join(pe.Siblings, err)
		panic(&pe)
	case err != nil:
		return err
	case g.goOn != nil:
		return g.goOn
	case g.cut && g.parent.Err() != nil:
		return Cause(g.parent)
	}
	return nil
}

// join is errors.Join that leaves a single error as it is.
func join(errs ...error) error {
	var one error
	n := 0
	for _, err := range errs {
		if err != nil {
			one = err
			n++
		}
	}
	if n < 2 {
		return one
	}
	return errors.Join(errs...)
}
