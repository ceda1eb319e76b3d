package braid

import (
	"context"
	"runtime/trace"
	"time"
)

// This file holds what most groups have none of, so that a group is small: it is
// shared by all that have none, or made on demand.

// particulars are set before the first task. Most groups have none of their own.
type particulars struct {
	labels any    // of profiles; see labels.go
	owner  *owner // of a group made by Open
	sight  *sight // if anybody may look
}

var ordinary = new(particulars)

// own gives the particulars, to be set.
func (g *Group) own() *particulars {
	if g.particulars == ordinary {
		g.particulars = new(particulars)
	}
	return g.particulars
}

// waits is what there is of a group once its join waits, or that of a group
// below. It is made on demand.
type waits struct {
	joined chan struct{} // closed when pending is 0; made by who waits
	kin    kin
}

// waiting gives g.waits; g.mu is held.
//
//go:norace
func (g *Group) waiting() *waits {
	if g.waits == nil {
		g.waits = new(waits)
	}
	return g.waits
}

// groupMore is what most groups never need.
type groupMore struct {
	info      *groupInfo
	failures  []error
	primary   *TaskError
	bodyFail  *TaskError
	dropped   int
	panicked  *PanicError
	exited    bool
	defers    []func(context.Context) error
	children  []*Group // made by Open under the body
	handlers  map[*handler]struct{}
	regain    []*regainer             // that want their slots back
	limits    map[*timeLimit]struct{} // that can be moved
	stall     *time.Timer
	noticedAt time.Time
	diedOf    error           // the cause, for those who look: they may not ask the context
	openedAt  int64           // if there are observers
	wakes     int64           // until when the body sleeps, see nap.go
	traced    context.Context // of the trace; see trace.go
	traceTask *trace.Task
	unwatched bool // the grace ended when nobody ran
}

// ext gives g.more, made on demand; g.mu is held.
func (g *Group) ext() *groupMore {
	if g.more == nil {
		g.more = new(groupMore)
	}
	return g.more
}
