package braid

import (
	"context"
	"runtime"
	"strings"
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file cancels groups, and makes a group act upon the death of its
// context, whoever brought it about.

// Cancel ends the group early: its context and those of its tasks are dead
// when Cancel returns, queued tasks are skipped, and the join follows as always.
//
// It is a normal way out: with no failure, [Run] returns nil. It hides neither
// a failure that comes later nor a cancellation from outside. It may be called
// from the body, a task or elsewhere, more than once, and after the end.
func (g *Group) Cancel() {
	g.checkMade()
	if g.ended() {
		return
	}
	g.passes(seam.Cancel)
	g.cancel(&Cancellation{by: g.path(), at: time.Now(), pc: byUser(callerPC())})
}

// CancelCause is [Group.Cancel] with a reason, which [Cancellation.Reason]
// gives to who asks for the cause. The first cause wins.
func (g *Group) CancelCause(reason error) {
	g.checkMade()
	if g.ended() {
		return
	}
	g.passes(seam.Cancel)
	g.cancel(&Cancellation{by: g.path(), reason: reason, at: time.Now(), pc: byUser(callerPC())})
}

func (g *Group) cancel(cause *Cancellation) {
	g.materialize(g.parent).cancel(cause)
	g.lookAtLimits()
	g.notice()
}

// quiesce cancels what serves the body and the ordinary tasks, which have ended.
func (g *Group) quiesce() {
	if g.ctx().Err() == nil {
		g.flags.Or(hasQuiesced)
	}
	g.cancel(errServedEnded)
}

// dead reports whether the group's context is dead, and if so sees to it that
// the group has acted upon that.
func (g *Group) dead() bool {
	if g.alive() || g.ctx().Err() == nil {
		return false
	}
	g.notice()
	return true
}

// notice acts upon the death of the context, once: queued tasks are let through
// to be skipped, and whoever does not obey will be reported.
func (g *Group) notice() {
	if g.flags.Load()&wasNoticed != 0 {
		return
	}
	var cause error
	if g.sight != nil {
		cause = context.Cause(g.ctx())
	}
	g.lockAll()
	if g.noticed || g.closed {
		g.mu.Unlock()
		return
	}
	g.noticed = true
	g.flags.Or(wasNoticed)
	m := g.ext()
	m.noticedAt, m.diedOf = time.Now(), cause
	if g.flags.Load()&hearsItself == 0 {
		g.watchStall()
	}
	l := g.next()
	below := g.listeners()
	tells := len(g.cfg.observers) > 0
	if tells {
		g.pending++ // the join waits for the observers
	}
	g.mu.Unlock()
	g.launch(l)
	if tells {
		g.happensCancelled()
	}
	for _, h := range below {
		h.noticeAbove()
	}
}

// noticeAbove acts upon the death of a group or task above. A standard context kills those below it one after the
// other, and who has heard of a death may look in between: what is queued here is to be skipped only when
// this context is dead too, which takes no longer than that.
func (g *Group) noticeAbove() {
	if ctx := g.ctx(); ctx.Err() == nil {
		<-ctx.Done()
	}
	g.notice()
}

// byUser gives a place that a method was called from, or 0 if it was handed to
// [AfterFunc] or its like and the place is ours.
func byUser(pc uintptr) uintptr {
	if f := runtime.FuncForPC(pc); f != nil && strings.HasPrefix(callbackFrame, f.Name()+"(") {
		return 0
	}
	return pc
}

// callerPC gives the place from which the exported function that asks was called.
func callerPC() uintptr {
	var pc [1]uintptr
	runtime.Callers(3, pc[:])
	return pc[0] - 1
}
