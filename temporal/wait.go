package temporal

import (
	"fmt"
	"slices"

	"github.com/braid-go/braid"
	"go.temporal.io/sdk/workflow"
)

// This file waits for tasks.

// Wait waits until the task has ended and gives its result, as [Task.Result]
// does. If ctx dies first it gives the cause; a task that has ended wins over
// a dead ctx. Wait does not cancel the task.
//
// To pass a failure on, return the error as it is: a body or task that does
// adds nothing to the group's error. A wrapper around it is a failure more.
//
// A task that waits with its own context for another of its group lends its
// slot under a [Limit] meanwhile, and if it waits for itself, for a task it is
// part of, or for one that in turn waits for it, Wait gives at once an error
// that matches [braid.ErrDeadlock]. Wait panics if ctx is nil.
func (t *Task[T]) Wait(ctx workflow.Context) (T, error) {
	if ctx == nil {
		panic("braid: Wait called with a nil context")
	}
	if err := t.task.wait(ctx); err != nil {
		var zero T
		return zero, err
	}
	return t.Result()
}

// Done gives a future that is ready when the task has ended, for a selector. It
// has no value.
func (t *Task[T]) Done() workflow.Future { return t.task.ends() }

func (t *task) ends() workflow.Future {
	if t.done == nil {
		t.done, t.settle = workflow.NewFuture(t.g.parent)
		if t.ended() {
			t.settle.SetValue(nil)
		}
	}
	return t.done
}

// An awaiter waits for a task.
type awaiter struct {
	by   *task // on behalf of this one, or nil
	lent *loan
}

func (t *task) wait(ctx workflow.Context) error {
	if t.ended() {
		return nil
	}
	by := enclosing(ctx)
	if by != nil {
		if err := t.ring(by); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return Cause(ctx)
	}
	w := &awaiter{by, t.g.lend(ctx)}
	t.waiters = append(t.waiters, w)
	defer func() {
		if i := slices.Index(t.waiters, w); i >= 0 {
			t.waiters = slices.Delete(t.waiters, i, i+1)
		}
	}()
	died := false
	for !t.ended() && !died {
		sel := workflow.NewNamedSelector(ctx, "wait for "+t.path())
		sel.AddFuture(t.ends(), func(workflow.Future) {})
		sel.AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) { died = true })
		if t.state == braid.Queued && t.g.ctx.Err() == nil {
			sel.AddReceive(t.g.ctx.Done(), func(workflow.ReceiveChannel, bool) { t.g.drain() })
		}
		sel.Select(ctx)
	}
	w.lent.back(ctx)
	if t.ended() {
		return nil
	}
	return Cause(ctx)
}

// enclosing gives the task that ctx is of, or in whose groups' bodies it is.
func enclosing(ctx workflow.Context) *task {
	s := scopeOf(ctx)
	if s == nil {
		return nil
	}
	if s.task != nil {
		return s.task
	}
	return s.group.inside()
}

// inside gives the task in which the group was opened, however deep in bodies.
func (g *Group) inside() *task {
	for g != nil && g.upTask == nil {
		g = g.upGroup
	}
	if g == nil {
		return nil
	}
	return g.upTask
}

// ring reports a deadlock if t, for which by is about to wait, depends on by in
// turn. What depends on a task are the task it is part of and the tasks that
// wait for it; the search follows both upwards from by.
func (t *task) ring(by *task) error {
	type way struct {
		of   *task
		back int
	}
	ways := []way{{by, -1}}
	seen := map[*task]bool{by: true}
	for i := 0; i < len(ways); i++ {
		at := ways[i].of
		if at == t {
			text := t.path()
			for j := i; j >= 0; j = ways[j].back {
				if ways[j].of != t || j != i {
					text += " depends on " + ways[j].of.path()
				}
			}
			return fmt.Errorf("%w: %s waits for %s", braid.ErrDeadlock, by.path(), text)
		}
		up := []*task{at.g.inside()}
		for _, w := range at.waiters {
			up = append(up, w.by)
		}
		for _, u := range up {
			if u != nil && !seen[u] {
				seen[u] = true
				ways = append(ways, way{u, i})
			}
		}
	}
	return nil
}
