package braid

import (
	"context"
	"maps"
	"runtime/debug"
	"slices"
)

// This file runs functions on cancel, and waits for them.

// AfterFunc calls f on a goroutine of its own when ctx is cancelled, as
// [context.AfterFunc] does, but stays structured: stop waits for f if it has
// begun, and a group below whose context ctx is does not end before f does. If
// the task or group that ctx belongs to simply ends, f is not called.
//
// Stop reports whether it kept f from being called. It may be called more than
// once and after the group has ended, but not by f, for which it would wait. A
// panic in f is one of the group; outside any group, and after its end, it is
// raised by stop. Under a dead ctx f is called at once. AfterFunc panics if ctx
// or f is nil.
func AfterFunc(ctx context.Context, f func()) (stop func() bool) {
	switch {
	case ctx == nil:
		panic("braid: AfterFunc called with a nil context")
	case f == nil:
		panic("braid: AfterFunc called with a nil function")
	}
	t, g := current(ctx)
	if t != nil {
		g = t.g
	}
	h := &handler{g: g, pc: funcPC(f), done: make(chan struct{})}
	if t == nil {
		h.body = g
	}
	if g != nil && !h.hold() {
		h.g = nil // it has ended
	}
	h.unhook = context.AfterFunc(ctx, func() { h.run(ctx, f) })
	if h.g != nil {
		h.enlist()
	}
	return h.stop
}

type handler struct {
	g      *Group // that stops the handler when it ends, or nil
	body   *Group // whose body's context the handler is for, or nil
	pc     uintptr
	unhook func() bool
	done   chan struct{} // closed when f has returned or will not be called
	kept   bool          // stop kept f from being called; read after done
	over   bool          // f has returned; guarded by g.mu
	raise  *PanicError   // what stop has to raise; read after done
}

// hold keeps the group from ending until enlist. It is false if it has ended.
func (h *handler) hold() bool {
	h.g.mu.Lock()
	defer h.g.mu.Unlock()
	if h.g.closed {
		return false
	}
	h.g.pending++
	return true
}

// enlist makes the group stop the handler, and wait for it, when it ends. What
// is over already is not kept.
func (h *handler) enlist() {
	g := h.g
	g.mu.Lock()
	if !h.over {
		m := g.ext()
		if m.handlers == nil {
			m.handlers = map[*handler]struct{}{}
		}
		m.handlers[h] = struct{}{}
	}
	g.mu.Unlock()
	g.letGo()
}

// delist lets go of a handler that is over, long before the group ends.
func (h *handler) delist() {
	if h.g == nil {
		return
	}
	h.g.mu.Lock()
	defer h.g.mu.Unlock()
	h.over = true
	if h.g.more != nil {
		delete(h.g.more.handlers, h)
	}
}

func (h *handler) run(ctx context.Context, f func()) {
	defer close(h.done)
	defer h.delist()
	switch context.Cause(ctx) {
	case errScopeEnded:
		return
	case errServedEnded: // an end for the body, a cancellation for what served it
		if h.body != nil && h.body.flags.Load()&hasQuiesced != 0 {
			return
		}
	}
	defer func() {
		if h.g != nil && h.g.cfg.crashOnPanic && panicking() {
			return
		}
		if v := recover(); v != nil {
			h.panicked(v)
		}
	}()
	callBack([2]*Group{h.g}, f)
}

// panicked hands a panic of f to the group, or to stop if there is none.
func (h *handler) panicked(v any) {
	if h.g == nil {
		h.raise = newPanicError(v, "", debug.Stack())
		return
	}
	pe := newPanicError(v, joinPath(h.g.path(), "AfterFunc"), debug.Stack())
	te := &TaskError{Err: pe, AfterCancel: true, name: "AfterFunc", pc: h.pc, in: h.g.info()}
	if h.g.cfg.panicsAsErrors {
		h.g.record(te)
		return
	}
	h.g.recordPanic(pe, te)
}

// stop may be called by several, and after the group has ended.
func (h *handler) stop() bool {
	if h.unhook() {
		h.kept = true
		h.delist()
		close(h.done)
	}
	<-h.done
	if h.raise != nil {
		panic(h.raise)
	}
	return h.kept
}

// stopHandlers waits for the handlers that have begun and drops the others.
func (g *Group) stopHandlers() {
	g.mu.Lock()
	handlers := slices.Collect(maps.Keys(g.more.handlers))
	g.mu.Unlock()
	for _, h := range handlers {
		h.stop()
	}
}
