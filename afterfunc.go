package braid

import (
	"context"
	"runtime/debug"
	"sync"
)

// AfterFunc calls f on a goroutine of its own when ctx is cancelled, as
// [context.AfterFunc] does, but stays structured: stop waits for f if it has
// begun, and a group below whose context ctx is does not end before f does. If
// the task or group that ctx belongs to simply ends, f is not called.
//
// Stop reports whether it kept f from being called. A panic in f is one of the
// group; outside any group it is raised by stop. AfterFunc panics if ctx or f
// is nil.
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
	h := &handler{g: g, done: make(chan struct{})}
	if g != nil {
		g.mu.Lock()
		if m := g.ext(); m.handlers == nil {
			m.handlers = map[*handler]struct{}{}
		}
		g.more.handlers[h] = struct{}{}
		g.mu.Unlock()
	}
	h.unhook = context.AfterFunc(ctx, func() { h.run(ctx, f) })
	return sync.OnceValue(h.stop)
}

type handler struct {
	g      *Group
	unhook func() bool
	done   chan struct{}
	raise  *PanicError
}

func (h *handler) run(ctx context.Context, f func()) {
	defer close(h.done)
	if context.Cause(ctx) == errScopeEnded {
		return
	}
	defer func() {
		v := recover()
		switch {
		case v == nil:
		case h.g == nil:
			h.raise = newPanicError(v, "", debug.Stack())
		default:
			pe := newPanicError(v, joinPath(h.g.path(), "AfterFunc"), debug.Stack())
			h.g.recordPanic(pe, &TaskError{Err: pe, AfterCancel: true, name: "AfterFunc", in: h.g.info()})
		}
	}()
	f()
}

func (h *handler) stop() bool {
	stopped := h.unhook()
	if !stopped {
		<-h.done
	}
	if h.g != nil {
		h.g.mu.Lock()
		if h.g.more != nil {
			delete(h.g.more.handlers, h)
		}
		h.g.mu.Unlock()
	}
	if h.raise != nil {
		panic(h.raise)
	}
	return stopped
}

// stopHandlers waits for the handlers that have begun and drops the others.
func (g *Group) stopHandlers() {
	g.mu.Lock()
	handlers := g.more.handlers
	g.more.handlers = nil
	g.mu.Unlock()
	for h := range handlers {
		h.stop()
	}
}
