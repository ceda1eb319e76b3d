package braid

import (
	"context"
	"io"
	"strconv"
)

// This file hands tasks to groups.

// Go runs fn as a task of the group. There is no handle and nothing of it is
// kept once it has ended.
//
// Go never blocks: under a [Limit] what has no slot is queued. In a cancelled
// group fn is not called (see [Always], and [GoWith] for a resource that fn was
// to take care of). An error of fn fails the group. Go panics if fn is nil or
// the group has ended. The ctx that fn is given dies with the group, not with
// fn, since nothing can cancel the task alone.
//
// Tasks share goroutines, one after the other, and are not to notice: profiler
// labels are those of the group's context at each task's start. A task that
// locks its OS thread for good needs [OwnGoroutine].
func (g *Group) Go(fn func(ctx context.Context) error, opts ...TaskOption) {
	cfg := g.goes("Go", fn == nil, opts)
	if err := g.addFunc(goFunc(fn), funcPC(fn), 0, cfg); err != nil {
		g.misused("Go", err)
	}
}

// TryGo is [Group.Go] that returns [ErrClosed] instead of panicking if the
// group has ended.
func (g *Group) TryGo(fn func(ctx context.Context) error, opts ...TaskOption) error {
	cfg := g.goes("TryGo", fn == nil, opts)
	return g.addFunc(goFunc(fn), funcPC(fn), 0, cfg)
}

// goes checks what Go was called with, before there is anything of it on the stack.
func (g *Group) goes(caller string, nilFunc bool, opts []TaskOption) *taskConfig {
	checkFunctions(caller, nilFunc)
	cfg := taskConfigOf(opts)
	g.checkWeight(cfg)
	return cfg
}

// Fork runs fn as a task of the group and gives the handle to its result. It
// behaves as [Group.Go] otherwise: a task handed to a cancelled group is
// [Skipped], and its result is the cancellation. The ctx that fn is given dies
// when fn has returned, or at [Task.Cancel].
func Fork[T any](g *Group, fn func(ctx context.Context) (T, error), opts ...TaskOption) *Task[T] {
	t, err := spawn(g, "Fork", fn, opts)
	if err != nil {
		g.misused("Fork", err)
	}
	return t
}

// TryFork is [Fork] that returns [ErrClosed] instead of panicking if the group
// has ended.
func TryFork[T any](g *Group, fn func(ctx context.Context) (T, error), opts ...TaskOption) (*Task[T], error) {
	return spawn(g, "TryFork", fn, opts)
}

func spawn[T any](g *Group, caller string, fn func(ctx context.Context) (T, error), opts []TaskOption) (*Task[T], error) {
	if fn == nil {
		panic("braid: " + caller + " called with a nil function")
	}
	t := &Task[T]{fn: fn}
	t.task.g, t.task.run, t.task.pc = g, t, funcPC(fn)
	t.task.flags.Store(hasContext)
	t.task.opts = taskConfigOf(opts)
	g.checkWeight(t.task.opts)
	if err := g.add(&t.task); err != nil {
		return nil, err
	}
	return t, nil
}

// GoWith runs fn as a task that owns c: c is closed exactly once, after fn has
// returned, or instead of calling it if the task is skipped. So a resource
// handed to a task cannot be lost. An error of Close is an error of the task,
// joined with that of fn; fn must not close c itself. If the group has ended,
// c is closed and GoWith panics. It panics at once, and closes nothing, if c or fn
// is nil.
//
// That holds for an [AfterFunc] of fn's too, which closes c to wake a Read: c is
// closed once more after fn, and what that Close returns (net.ErrClosed of a
// connection, os.ErrClosed of a file) is a failure of the task. Wake the Read by
// SetDeadline instead, hand over a c whose Close may be called twice, or name that
// error with [CancelNoise].
func GoWith[C io.Closer](g *Group, c C, fn func(ctx context.Context, c C) error, opts ...TaskOption) {
	t := owning(g, "GoWith", c, fn, opts)
	if err := g.add(t); err != nil {
		c.Close()
		g.misused("GoWith", err)
	}
}

// GoWaitWith is [GoWith] with the back-pressure of [Group.GoWait]: it returns once
// the task has its slot. Where GoWait would return an error, c is closed, and an
// error of that is returned as well. So an accept loop neither hoards connections
// nor loses one:
//
//	for {
//		conn, err := listener.Accept()
//		if err != nil {
//			return err
//		}
//		if err := braid.GoWaitWith(ctx, g, conn, serve); err != nil {
//			return err
//		}
//	}
//
// It panics as these two do.
func GoWaitWith[C io.Closer](ctx context.Context, g *Group, c C, fn func(ctx context.Context, c C) error, opts ...TaskOption) error {
	if ctx == nil {
		panic("braid: GoWaitWith called with a nil context")
	}
	return g.goWait(ctx, owning(g, "GoWaitWith", c, fn, opts), "GoWaitWith")
}

// owning makes a task that owns c.
func owning[C io.Closer](g *Group, caller string, c C, fn func(context.Context, C) error, opts []TaskOption) *task {
	if fn == nil {
		panic("braid: " + caller + " called with a nil function")
	}
	if any(c) == nil {
		panic("braid: " + caller + " called with a nil closer")
	}
	t := &task{g: g, pc: funcPC(fn), opts: taskConfigOf(opts)}
	t.run = &withCloser[C]{c: c, fn: fn}
	g.checkWeight(t.opts)
	return t
}

type withCloser[C io.Closer] struct {
	c    C
	fn   func(context.Context, C) error
	lost error // of fn or Close, where the other panics or calls Goexit
}

func (w *withCloser[C]) call(ctx context.Context) (err error) {
	returned := false
	defer func() {
		w.lost = err
		if left := w.c.Close(); returned {
			w.lost, err = nil, join(err, left)
		} else {
			w.lost = left
		}
	}()
	err = w.fn(ctx, w.c)
	returned = true
	return err
}

func (w *withCloser[C]) leftBehind() error { return w.lost }

func (w *withCloser[C]) skip(error) error {
	w.lost = w.c.Close()
	return w.lost
}

func (g *Group) misused(call string, err error) {
	where := "opened at " + siteOf(g.pc).String()
	if path := g.path(); path != "" {
		where = path + ", " + where
	}
	panic(err.Error() + " (" + where + "), but " + call + " was called on it; TryGo and TryFork give ErrClosed instead")
}

// mustBeOpen refuses a group that has ended, also to who comes with a dead context,
// which may be dead for that.
func (g *Group) mustBeOpen(call string) {
	g.mu.Lock()
	closed := g.closed
	g.mu.Unlock()
	if closed {
		g.misused(call, ErrClosed)
	}
}

// checkMade refuses a group that nobody has made.
func (g *Group) checkMade() {
	switch {
	case g == nil:
		panic("braid: a nil Group cannot be used; Run, Call and Open make groups")
	case g.cfg == nil:
		panic("braid: a zero Group cannot be used; Run, Call and Open make groups")
	}
}

// checkWeight refuses at the call what the group could never run.
func (g *Group) checkWeight(cfg *taskConfig) {
	g.checkMade()
	if cfg != nil && cfg.weight != 0 {
		g.checkLimit(cfg)
	}
}

func (g *Group) checkLimit(cfg *taskConfig) {
	g.mu.Lock()
	limit := g.limit
	g.mu.Unlock()
	if limit > 0 && cfg.weight > limit {
		panic("braid: a task's Weight of " + strconv.Itoa(cfg.weight) + " is larger than the group's Limit of " + strconv.Itoa(limit))
	}
}
