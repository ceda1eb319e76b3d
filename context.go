package braid

import (
	"context"
	"sync/atomic"
	"time"
)

// This file makes tasks and groups their own contexts.
//
// A task with a handle can be cancelled alone, so it has a context of its own,
// which dies with it. One without has the group's, under its own name: nothing
// but the group's death could end it early, and waiting on it costs nothing
// beside the one channel of the group.
//
// A scope is the part of a context that is made on demand. As long as nobody
// asks for Done, a context of ours is a pointer into its task or group: Err
// asks the parent, nothing is registered anywhere and no channel exists. The
// first Done (or the first cancellation) makes a standard cancel context
// inside, and from then on that one answers for everything, Value included.
// So contexts derived from ours attach to it natively, without a goroutine,
// and context.Cause works for ours and for all that is derived from ours,
// without our knowing how package context finds its own.
//
// Invariant: once any goroutine has seen the context dead, every goroutine
// does. Death is therefore always latched in the standard context; and both
// that context's making and the scope's end look at the other after having
// made themselves visible, so that neither is missed.

// native is the standard context inside a scope.
type native struct {
	context.Context
	cancel context.CancelCauseFunc
}

// scope is the lazy context of a task, a group or a time limit. Its phase is
// the State of a task; that of the others only tells whether they have ended.
type scope struct {
	std   atomic.Pointer[native]
	phase atomic.Uint32
	flags atomic.Uint32
}

const (
	hasChildren uint32 = 1 << iota // groups were opened below that must be closed
	hasGroups                      // groups were opened below, and name the task in their paths
	hasLimits                      // movable time limits run below
	hasWaited                      // the task has waited for others
	hasContext                     // the task has a context of its own
	hasDone                        // Done of the task's context, which is the group's, was asked for
	isListed                       // the group is in the list of who it hears from
	wasNoticed                     // the group has acted upon the death of its context
	hasQuiesced                    // the group's context died because body and ordinary tasks had ended
	hearsItself                    // the group's join waits for the death of its context, and watches for stalls then
	wasCut                         // a cancellation cut a task of the group, or its body, short
	hasHandlers                    // AfterFunc was called with the context of the task, which is the group's
	isCancelled                    // the group's context is dead, and its Err is context.Canceled
)

func (s *scope) ended() bool { return State(s.phase.Load()) >= Succeeded }

// end marks the scope as over and kills its context.
func (s *scope) end(final State) {
	s.phase.Store(uint32(final))
	if n := s.std.Load(); n != nil {
		n.cancel(errScopeEnded)
	}
}

func (s *scope) materialize(parent context.Context) *native {
	if n := s.std.Load(); n != nil {
		return n
	}
	ctx, cancel := context.WithCancelCause(parent)
	return s.adopt(&native{ctx, cancel})
}

// adopt installs n unless another goroutine was first, and gives what stands.
func (s *scope) adopt(n *native) *native {
	if !s.std.CompareAndSwap(nil, n) {
		n.cancel(errScopeEnded)
		n = s.std.Load()
	}
	if s.ended() {
		n.cancel(errScopeEnded)
	}
	return n
}

// alive reports whether neither the group nor anything above is dead. It asks
// one after the other what errUnder asks one below the other: in a deep tree
// tasks would outgrow their small stacks with it.
func (g *Group) alive() bool {
	for {
		if n := g.std.Load(); n != nil {
			return n.Err() == nil
		}
		switch {
		case g.ended():
			return false
		case g.highest == nil:
			return g.parent.Err() == nil
		}
		if t := g.upTask; t != nil && t.flags.Load()&hasContext != 0 {
			if n := t.std.Load(); n != nil {
				return n.Err() == nil
			}
			if t.ended() {
				return false
			}
		}
		g = g.above()
	}
}

func (s *scope) errUnder(parent context.Context) error {
	n := s.std.Load()
	if n == nil {
		if !s.ended() && parent.Err() == nil {
			return nil
		}
		n = s.materialize(parent)
	}
	return n.Err()
}

func (s *scope) valueUnder(parent context.Context, key any) any {
	if n := s.std.Load(); n != nil {
		return n.Value(key)
	}
	if s.ended() {
		return s.materialize(parent).Value(key)
	}
	return parent.Value(key)
}

// nodeKey is the key under which a context names the task or the group that it
// belongs to.
type nodeKey struct{}

// current gives the task ctx belongs to, or the group if it is the context of
// a body, or neither.
func current(ctx context.Context) (*task, *Group) {
	switch c := ctx.(type) {
	case *sharedContext:
		return (*task)(c), nil
	case *task:
		return c, nil
	case *groupContext:
		return nil, (*Group)(c)
	}
	switch c := ctx.Value(nodeKey{}).(type) {
	case *sharedContext:
		return (*task)(c), nil
	case *task:
		return c, nil
	case *groupContext:
		return nil, (*Group)(c)
	}
	return nil, nil
}

// ctx is what the task's function is given.
func (t *task) ctx() context.Context {
	if t.flags.Load()&hasContext != 0 {
		return t
	}
	return (*sharedContext)(t)
}

// sharedContext is the context of a task without a handle: that of the group,
// but for the task that it names.
type sharedContext task

func (c *sharedContext) Deadline() (time.Time, bool) { return c.g.parent.Deadline() }
func (c *sharedContext) Err() error                  { return c.g.ctx().Err() }
func (c *sharedContext) Done() <-chan struct{} {
	if c.flags.Load()&hasDone == 0 {
		c.flags.Or(hasDone)
	}
	return c.g.ctx().Done()
}
func (c *sharedContext) Value(key any) any {
	if _, ok := key.(nodeKey); ok {
		return c
	}
	return c.g.ctx().Value(key)
}
func (c *sharedContext) String() string { return "braid.Task(" + (*task)(c).path() + ")" }

// A task with a handle is its own context.

func (t *task) Deadline() (time.Time, bool) { return t.g.parent.Deadline() }
func (t *task) Done() <-chan struct{}       { return t.materialize(t.g.ctx()).Done() }
func (t *task) Err() error                  { return t.errUnder(t.g.ctx()) }
func (t *task) Value(key any) any {
	if _, ok := key.(nodeKey); ok {
		return t
	}
	return t.valueUnder(t.g.ctx(), key)
}
func (t *task) String() string { return "braid.Task(" + t.path() + ")" }

// groupContext is a group as a context: the body's, and the parent of those of
// the tasks. It is a type of its own so that Group shows no Done and no Err,
// which one would take for the group's end.
type groupContext Group

func (g *Group) ctx() context.Context { return (*groupContext)(g) }

func (c *groupContext) Deadline() (time.Time, bool) { return c.parent.Deadline() }
func (c *groupContext) Done() <-chan struct{}       { return c.materialize(c.parent).Done() }
func (c *groupContext) Err() error {
	switch {
	case c.flags.Load()&isCancelled != 0:
		return context.Canceled
	case (*Group)(c).alive():
		return nil
	}
	err := c.errUnder(c.parent)
	if err == context.Canceled { // those who are woken by the hundred thousand all ask
		c.flags.Or(isCancelled)
	}
	return err
}
func (c *groupContext) Value(key any) any {
	if _, ok := key.(nodeKey); ok {
		return c
	}
	return c.valueUnder(c.parent, key)
}
func (c *groupContext) String() string { return "braid.Group(" + (*Group)(c).label() + ")" }
