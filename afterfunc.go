package braid

import (
	"context"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
)

// This file runs functions on cancel, and waits for them.

// AfterFunc calls f on a goroutine of its own when ctx is cancelled, as
// [context.AfterFunc] does, but stays structured: stop waits for f if it has
// begun, and a group below whose context ctx is does not end before f does, which
// may hand it tasks meanwhile. If the task or group that ctx belongs to simply
// ends, or has ended, f is not called; if ctx dies before that end, it is.
//
// No stop is needed, as it is with context.AfterFunc: the handler ends with the
// task or group that ctx belongs to. A body that defers stop has no handler any
// more when it has returned, although tasks of the group may go on.
//
// Stop reports whether it kept f from being called. It may be called more than
// once and after the group has ended, but not by f, for which it would wait. A
// panic in f is one of the group; outside any group, and after its end, it is
// raised by stop. Under a ctx that has been cancelled f is called at once.
// AfterFunc panics if ctx or f is nil.
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
	h := &handler{ctx: ctx, g: g, pc: funcPC(f), done: make(chan struct{})}
	switch {
	case t == nil:
		h.body = g
	case t.flags.Load()&hasContext == 0:
		h.task = t
	}
	h.ready.Lock()
	h.unhook = context.AfterFunc(ctx, func() { h.run(f) })
	if g != nil && !h.enlist() {
		h.g = nil // it has ended
	}
	h.ready.Unlock()
	if h.task != nil && h.task.ended() {
		h.retire()
	}
	return h.stop
}

type handler struct {
	ctx    context.Context
	ready  sync.Mutex // held until the handler is in its lists, or is not going to be
	g      *Group     // that stops the handler when it ends, or nil
	body   *Group     // whose body's context the handler is for, or nil
	task   *task      // at whose end the handler is dropped, since its context is the group's, or nil
	pc     uintptr
	unhook func() bool
	begun  atomic.Bool
	done   chan struct{} // closed when f has returned or will not be called
	kept   bool          // stop kept f from being called; read after done
	raise  *PanicError   // what stop has to raise; read after done
}

// enlist makes the group stop the handler, and wait for it, when it ends. It is
// false if the group has ended.
func (h *handler) enlist() bool {
	g := h.g
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.concluded {
		return false
	}
	m := g.ext()
	if m.handlers == nil {
		m.handlers = map[*handler]struct{}{}
	}
	m.handlers[h] = struct{}{}
	if t := h.task; t != nil {
		t.ext().handlers = append(t.more.handlers, h)
		t.flags.Or(hasHandlers)
	}
	return true
}

// delist lets go of a handler that is over, long before the group ends.
func (h *handler) delist() {
	if h.g == nil {
		return
	}
	h.g.mu.Lock()
	defer h.g.mu.Unlock()
	if h.g.more != nil {
		delete(h.g.more.handlers, h)
	}
	if t := h.task; t != nil {
		t.more.handlers = slices.DeleteFunc(t.more.handlers, func(x *handler) bool { return x == h })
	}
}

// hold keeps the group of a handler that has begun from being closed, so that f
// may hand tasks to it. If it is closed already its end waits all the same.
func (h *handler) hold() bool {
	h.begun.Store(true)
	return h.g != nil && h.g.stayOpen()
}

func (h *handler) run(f func()) {
	h.ready.Lock()
	h.ready.Unlock() //lint:ignore SA2001 until AfterFunc is done
	defer close(h.done)
	if h.hold() {
		defer h.g.letGo()
	}
	defer h.delist()
	switch context.Cause(h.ctx) {
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
	callHandler([2]*handler{h}, f)
}

// callHandler puts the handler's address where a report of a stall finds it.
//
//go:noinline
func callHandler(id [2]*handler, f func()) { callBack([2]*Group{id[0].g}, f) }

// path gives the name under which reports and errors have the handler.
func (h *handler) path() string { return joinPath(h.g.path(), "AfterFunc") }

// panicked hands a panic of f to the group, or to stop if there is none.
func (h *handler) panicked(v any) {
	if h.g == nil {
		h.raise = newPanicError(v, "", debug.Stack())
		return
	}
	pe := newPanicError(v, h.path(), debug.Stack())
	te := &TaskError{Err: pe, AfterCancel: true, name: "AfterFunc", pc: h.pc, in: h.g.info()}
	if h.g.cfg.panicsAsErrors {
		h.g.record(te)
		return
	}
	h.g.recordPanic(pe, te)
}

// stop may be called by several, and after the group has ended.
func (h *handler) stop() bool {
	h.drop()
	<-h.done
	if h.raise != nil {
		panic(h.raise)
	}
	return h.kept
}

// dropHandlers retires those of a task that is about to end. The group's end waits
// for the ones that have begun, or are about to.
func (t *task) dropHandlers() {
	t.g.mu.Lock()
	handlers := slices.Clone(t.more.handlers)
	t.g.mu.Unlock()
	for _, h := range handlers {
		h.retire()
	}
}

// retire drops a handler whose task or group ends, unless its context is dead: then
// it is called, however late its goroutine comes.
func (h *handler) retire() {
	select {
	case <-h.ctx.Done():
	default:
		h.drop()
	}
}

// drop keeps f from being called, if it has not been.
func (h *handler) drop() {
	if h.unhook() {
		h.kept = true
		h.delist()
		close(h.done)
	}
}

// hasHandlers reports whether there are handlers; g.mu is held.
//
//go:norace
func (g *Group) hasHandlers() bool { return g.more != nil && len(g.more.handlers) > 0 }

// dropUncalled drops the handlers that have not been called, and waits for the others,
// if the caller's hold is all that keeps the group from being closed: they may hand it
// tasks. g.mu is held, but not meanwhile.
func (g *Group) dropUncalled() {
	for g.pending == 1 && g.hasHandlers() {
		handlers := slices.Collect(maps.Keys(g.more.handlers))
		g.mu.Unlock()
		g.dead() // or nobody might report those that are called because of it
		for _, h := range handlers {
			h.retire()
			<-h.done
		}
		g.mu.Lock()
	}
}

// stopHandlers waits for the handlers that have begun and drops the others.
func (g *Group) stopHandlers() {
	g.mu.Lock()
	handlers := slices.Collect(maps.Keys(g.more.handlers))
	g.mu.Unlock()
	for _, h := range handlers {
		h.retire()
		<-h.done
	}
}
