package braid

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/braid-go/braid/internal/seam"
)

// This file waits for tasks. A waiter is known to the task it waits for, with
// the task on whose behalf it waits, so that a ring of waits is seen by
// whoever closes it.

type waiter struct {
	done chan *task // has room: who finishes the task never blocks on it
	by   *task      // the task that waits, or nil
	addr uintptr    // that of a task that waits with a context that is not its own, if anybody may look

	// lends says that a slot of that task is lent for this wait just now. A loop
	// over AsCompleted is told of ends while it does something else.
	lends atomic.Bool
}

// newWaiter makes a waiter for n tasks. That the task of ctx waits is marked
// before it is registered anywhere; see ring.
func newWaiter(ctx context.Context, n int) *waiter {
	w := &waiter{done: make(chan *task, n), by: enclosing(ctx)}
	if w.by != nil {
		w.by.flags.Or(hasWaited)
	} else if seam.Watch {
		w.addr = taskHere()
	}
	return w
}

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
// that matches [ErrDeadlock] and names the ring. Wait panics if ctx is nil.
func (t *Task[T]) Wait(ctx context.Context) (T, error) {
	if ctx == nil {
		panic("braid: Wait called with a nil context")
	}
	if err := t.task.wait(ctx); err != nil {
		var zero T
		return zero, err
	}
	return t.value, t.task.failure()
}

// Done gives a channel that is closed when the task has ended, for select. A task
// that waits for it keeps its slot: under a [Limit] the task that it waits for may
// never get one. [Task.Wait] and [AsCompleted] lend the slot meanwhile.
func (t *Task[T]) Done() <-chan struct{} {
	g := t.task.g
	g.mu.Lock()
	defer g.mu.Unlock()
	m := t.task.ext()
	if m.done == nil {
		done := make(chan struct{})
		if t.task.ended() {
			close(done) // not kept: who finishes the task closes what it finds
			return done
		}
		m.done = done
		g.shows(waiterAdded)
	}
	return m.done
}

func (t *task) wait(ctx context.Context) error {
	if t.ended() || soon(t.ended) {
		return nil
	}
	w := newWaiter(ctx, 1)
	if !t.addWaiter(w) {
		return nil
	}
	if err := t.ring(w.by); err != nil {
		t.dropWaiter(w)
		return err
	}
	defer t.g.lend(ctx, t, w)()
	var dying <-chan struct{}
	if State(t.phase.Load()) == Queued {
		dying = t.g.ctx().Done() // a queued task is skipped then
	}
	for {
		select {
		case <-w.done:
			t.g.passes(seam.Woken)
			return nil
		case <-dying:
			dying = nil
			t.g.notice()
		case <-ctx.Done():
			t.dropWaiter(w)
			if t.ended() {
				return nil
			}
			return context.Cause(ctx)
		}
	}
}

// soon steps aside, and reports whether what is waited for has come meanwhile. Of
// a short task the end has as a rule: then neither a channel nor a registration is
// needed, and nobody has to be woken. Once is for its goroutine to begin, and once
// for it to end, on this processor or another.
func soon(come func() bool) bool {
	for range 2 {
		runtime.Gosched()
		if come() {
			return true
		}
	}
	return false
}

// addWaiter registers w, unless the task has ended.
func (t *task) addWaiter(w *waiter) bool {
	t.g.mu.Lock()
	defer t.g.mu.Unlock()
	if t.ended() {
		return false
	}
	m := t.ext()
	m.waiters = append(m.waiters, w)
	t.g.shows(waiterAdded)
	return true
}

func (t *task) dropWaiter(w *waiter) {
	t.g.mu.Lock()
	defer t.g.mu.Unlock()
	if m := t.more; m != nil {
		m.waiters = slices.DeleteFunc(m.waiters, func(x *waiter) bool { return x == w })
		t.g.shows(waiterAdded)
	}
}

// ring reports a deadlock if t, for which by is about to wait, depends on by
// in turn. What depends on a task are the tasks it is part of and the tasks
// that wait for it; the search follows both upwards from by. The wait is
// registered before the search, so that of two that close a ring together at
// least one sees it.
//
// Mostly there is nothing to search: t has never waited, and no group was
// opened in it, so it depends on nobody. A long chain of tasks that each wait
// for the next would otherwise be searched from end to end by each.
func (t *task) ring(by *task) error {
	if by == nil || t != by && t.flags.Load()&(hasGroups|hasWaited) == 0 {
		return nil
	}
	type link struct {
		of  *task
		how string
	}
	why := map[*task]link{by: {}}
	todo := []*task{by}
	for len(todo) > 0 {
		x := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if x == t {
			text := t.path()
			for x := t; x != by; {
				l := why[x]
				text += l.how + l.of.path()
				x = l.of
			}
			return fmt.Errorf("%w: %s would wait for %s", ErrDeadlock, by.path(), text)
		}
		visit := func(up *task, how string) {
			if _, ok := why[up]; up != nil && !ok {
				why[up] = link{x, how}
				todo = append(todo, up)
			}
		}
		visit(x.g.upper(), ", which ends after its task ")
		x.g.mu.Lock()
		if x.more != nil {
			for _, w := range x.more.waiters {
				visit(w.by, ", which waits for ")
			}
		}
		x.g.mu.Unlock()
	}
	return nil
}

// AsCompleted yields the tasks in the order in which they end, each once; those
// that have ended before come first, in the order given. If the loop is left
// early, the tasks that are left are cancelled and waited for before the next
// statement runs. If ctx dies, they are cancelled too, and come out as they
// end. It panics if ctx or a task is nil, or if one of the tasks cannot end
// before the caller does.
func AsCompleted[T any](ctx context.Context, tasks ...*Task[T]) iter.Seq[*Task[T]] {
	if ctx == nil {
		panic("braid: AsCompleted called with a nil context")
	}
	if slices.Contains(tasks, nil) {
		panic("braid: AsCompleted called with a nil task")
	}
	pc := callerPC()
	return func(yield func(*Task[T]) bool) {
		left := make(map[*task]*Task[T], len(tasks))
		groups := make(map[*Group]int, 1) // how many are left of each
		w := newWaiter(ctx, len(tasks))
		for _, t := range tasks {
			if _, twice := left[&t.task]; twice {
				continue
			}
			left[&t.task] = t
			groups[t.task.g]++
			if !t.task.addWaiter(w) {
				w.done <- &t.task
			} else if err := t.task.ring(w.by); err != nil {
				for t := range left {
					t.dropWaiter(w)
				}
				panic(err)
			}
		}
		dying := ctx.Done()
		cancel := func() {
			dying = nil // once is enough
			for t := range left {
				t.cancelOne(nil, pc)
			}
		}
		next := func() (h *Task[T]) {
			defer func() {
				delete(left, &h.task)
				if groups[h.task.g]--; groups[h.task.g] == 0 {
					delete(groups, h.task.g)
				}
			}()
			select {
			case t := <-w.done:
				return left[t]
			default:
			}
			for g := range groups {
				defer g.lend(ctx, nil, w)()
			}
			for {
				select {
				case t := <-w.done:
					return left[t]
				default:
				}
				select {
				case t := <-w.done:
					return left[t]
				case <-dying:
					cancel()
				}
			}
		}
		defer func() {
			cancel()
			for len(left) > 0 {
				next()
			}
		}()
		for len(left) > 0 {
			if !yield(next()) {
				return
			}
		}
	}
}
