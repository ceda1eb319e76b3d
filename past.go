package braid

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file remembers tasks and groups that have ended lately, in a program that
// may be looked at (see sight.go). Failures and cancellations are always kept;
// of successes, which may be many, a part while somebody looks. What is kept is
// bounded, for each of the three apart, and the race detector sees none of it.

const (
	keptPast = 512 // of each kind
	keptCut  = 64  // cancelled or skipped tasks of one group
)

type pastKind uint8

const (
	pastFailed pastKind = iota
	pastCut
	pastFine
)

// ended is a task, or a group if t is nil, that has ended.
type ended struct {
	n           uint64 // counts all
	s           *sight
	ref, up     seam.Ref
	path        string // of the group
	name        string // of the group
	task        bool
	opts        *taskConfig
	pc          uintptr
	num         uint64
	began, over int64
	state       State
	err, cause  error
	afterCancel bool
}

var past struct {
	mu    sync.Mutex
	n     uint64
	rings [pastFine + 1][]ended
	next  [pastFine + 1]int
}

// Of the successes, those are noted that a look may have shown, which began
// before the last one, and some of those that came after it.
var (
	lastLook atomic.Int64 // when that was; 0 if nobody ever looked
	spare    atomic.Int64 // how many of the others may still be noted
)

const sparePerLook = 64

func looked() {
	lastLook.Store(clock())
	spare.Store(sparePerLook)
}

// attended reports whether the success of what began then is to be noted.
func attended(began int64) bool {
	last := lastLook.Load()
	return last != 0 && (began <= last || spare.Load() > 0 && spare.Add(-1) >= 0)
}

// note remembers the end of a task; te is why it did not succeed, if that is
// more than a cancellation.
func (t *task) note(te *TaskError, final State) {
	s := t.g.sight
	if s == nil {
		return
	}
	began := t.began.Load()
	if final == Succeeded && !attended(began) {
		return
	}
	e := ended{task: true, opts: t.opts, pc: t.pc, num: t.num, state: final, began: began}
	kind := pastFailed
	switch final {
	case Succeeded:
		kind = pastFine
	case Cancelled, Skipped:
		if s.cut.Add(1) > keptCut {
			return
		}
		kind = pastCut
		e.cause = context.Cause(t.ctx())
	}
	if te != nil {
		e.err, e.afterCancel = te.Err, te.AfterCancel
	}
	e.ref, e.up = refTo(t), seam.Ref{Group: s.id}
	t.g.notePast(e, kind)
}

// note remembers the end of the group.
func (g *Group) note(err error, raise *PanicError, exit bool) {
	if g.sight == nil {
		return
	}
	e := ended{name: g.cfg.name, pc: g.pc, began: g.sight.opened, ref: seam.Ref{Group: g.sight.id}}
	kind := pastFailed
	e.state, e.err = stateOf(err, raise, exit)
	switch e.state {
	case Succeeded:
		if !attended(e.began) {
			return
		}
		kind = pastFine
	case Cancelled:
		e.cause, e.err, kind = err, nil, pastCut
	}
	switch {
	case g.upTask != nil:
		e.up = refTo(g.upTask)
	case g.upGroup != nil && g.upGroup.sight != nil:
		e.up = seam.Ref{Group: g.upGroup.sight.id}
	}
	g.notePast(e, kind)
}

//go:norace
func (g *Group) notePast(e ended, kind pastKind) {
	if p := g.sight.path.Load(); p != nil {
		e.path = *p
	} else {
		e.path = safely(g.path)
		g.sight.path.Store(&e.path)
	}
	e.s, e.over = g.sight, clock()
	published(&past.mu)
	raceOff()
	past.mu.Lock()
	past.n++
	e.n = past.n
	if ring := past.rings[kind]; len(ring) < keptPast {
		past.rings[kind] = append(ring, e)
	} else {
		ring[past.next[kind]] = e
		past.next[kind] = (past.next[kind] + 1) % keptPast
	}
	past.mu.Unlock()
	raceOn()
}

// recent is seam.Recent.
func recent(since uint64) (list []seam.Past) {
	from := origin(time.Now())
	for _, e := range pastSince(since) {
		p := seam.Past{
			N: e.n, Ref: e.ref, Up: e.up, Task: e.task, Path: e.path, PC: e.pc, State: uint32(e.state),
			End: from.Add(time.Duration(e.over)), Err: e.err, Cause: e.cause, AfterCancel: e.afterCancel,
		}
		if e.began != 0 {
			p.Start = from.Add(time.Duration(e.began))
		}
		if e.task {
			t := &task{opts: e.opts, pc: e.pc, num: e.num}
			p.PC, _ = t.at()
			p.Name, p.Kind = safely(t.name), kindOf(e.opts)
			p.Path = joinPath(e.path, p.Name)
		} else {
			p.Name, p.Kind = e.name, e.s.form
		}
		list = append(list, p)
	}
	return list
}

//go:norace
func pastSince(since uint64) (list []ended) {
	raceOff()
	past.mu.Lock()
	for _, ring := range past.rings {
		for i := range ring {
			if ring[i].n > since {
				list = append(list, ring[i])
			}
		}
	}
	past.mu.Unlock()
	raceOn()
	seen(&past.mu)
	return list
}
