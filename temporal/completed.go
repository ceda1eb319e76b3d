package temporal

import (
	"iter"
	"slices"

	"github.com/braid-go/braid"
	"go.temporal.io/sdk/workflow"
)

// This file gives tasks in the order in which they end. What is kept: when the loop
// is over, none of the tasks runs any more.

// AsCompleted yields the tasks in the order in which they end, each once; those
// that have ended before come first, in the order given. If the loop is left
// early, the tasks that are left are cancelled and waited for before the next
// statement runs; a panic of the loop is raised after that, as a [*braid.PanicError].
// If ctx dies, they are cancelled too, and come out as they end.
// A task of the same group that loops with its own context lends its slot under a
// [Limit] while it waits. AsCompleted panics if ctx or a task is nil, or if one of
// the tasks cannot end before the caller does.
func AsCompleted[T any](ctx workflow.Context, tasks ...*Task[T]) iter.Seq[*Task[T]] {
	if ctx == nil {
		panic("braid: AsCompleted called with a nil context")
	}
	if slices.Contains(tasks, nil) {
		panic("braid: AsCompleted called with a nil task")
	}
	pc := callerPC()
	return func(yield func(*Task[T]) bool) {
		c := completion{ctx: ctx, by: enclosing(ctx), pc: pc}
		handle := map[*task]*Task[T]{}
		for _, t := range tasks {
			if handle[&t.task] == nil { // each once
				handle[&t.task] = t
				c.add(&t.task)
			}
		}
		raise := c.unwound(func() {
			for range len(handle) {
				if !yield(handle[c.next()]) {
					return
				}
			}
		})
		c.stop()
		if raise != nil {
			panic(raise)
		}
	}
}

// completion is one loop.
type completion struct {
	ctx   workflow.Context
	by    *task
	pc    uintptr
	left  []*task // have not ended
	ended []*task // and these have, and are to be yielded
	wake  workflow.Settable
	lent  []*loan // while it waits
}

// unwound gives the panic of the loop, or nil. It is raised when the tasks have
// ended: nobody may wait while a panic unwinds a workflow's coroutine.
func (c *completion) unwound(loop func()) (raise *braid.PanicError) {
	returned := false
	defer func() {
		if returned {
			return
		}
		switch v := recover(); {
		case passes(v):
			panic(v)
		case v != nil:
			raise = panicError(v, pathOf(c.ctx), stack())
		default: // a Goexit, which goes on
			c.stop()
		}
	}()
	loop()
	returned = true
	return nil
}

func (c *completion) add(t *task) {
	if t.ended() {
		c.ended = append(c.ended, t)
		return
	}
	if c.by != nil {
		if err := t.ring(c.by); err != nil {
			panic("braid: AsCompleted: " + err.Error())
		}
	}
	c.left = append(c.left, t)
	t.told = append(t.told, func() {
		c.left = slices.DeleteFunc(c.left, func(l *task) bool { return l == t })
		c.ended = append(c.ended, t)
		if c.wake != nil {
			c.wake.SetValue(nil)
			c.wake = nil
		}
		for _, l := range c.lent {
			l.over()
		}
	})
}

// next waits until one has ended.
func (c *completion) next() *task {
	for len(c.ended) == 0 {
		c.wait()
	}
	t := c.ended[0]
	c.ended = c.ended[1:]
	return t
}

// wait waits until another has ended; under a dead context it cancels them all
// before.
func (c *completion) wait() {
	var groups []*Group
	for _, t := range c.left {
		if !slices.Contains(groups, t.g) {
			groups = append(groups, t.g)
			c.lent = append(c.lent, t.g.lend(c.ctx))
		}
	}
	var woken workflow.Future
	woken, c.wake = workflow.NewFuture(c.ctx)
	if c.ctx.Err() == nil {
		workflow.NewNamedSelector(c.ctx, "as completed").
			AddFuture(woken, func(workflow.Future) {}).
			AddReceive(c.ctx.Done(), func(workflow.ReceiveChannel, bool) {}).
			Select(c.ctx)
	}
	if c.ctx.Err() != nil {
		c.cancel()
		if len(c.ended) == 0 {
			_ = woken.Get(c.ctx, nil) // which waits also under a dead context
		}
	}
	for _, l := range c.lent {
		l.back(c.ctx)
	}
	c.lent = nil
}

func (c *completion) cancel() {
	for _, t := range slices.Clone(c.left) {
		t.cancelOne(nil, c.pc)
		if t.state == braid.Queued && t.ctx.Err() != nil {
			t.g.drain()
		}
	}
}

// stop cancels what is left and waits for it.
func (c *completion) stop() {
	if len(c.left) == 0 {
		return
	}
	if evicted(c.ctx) {
		return // the workflow's coroutines are being destroyed
	}
	c.cancel()
	for len(c.left) > 0 {
		c.wait()
	}
}
