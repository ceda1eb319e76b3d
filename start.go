package braid

import (
	"context"
	"runtime"
	"sync"
)

// This file starts tasks that have to become ready first.

// Start runs fn as a task of g and waits until it is ready, which fn says by
// calling ready with a value; Start returns that value and fn goes on as a
// task like others. It is Trio's nursery.start.
//
// Until ready is called the task is the caller's: an error of fn is returned by
// Start and leaves the group alone, a panic or Goexit is that of the caller of
// Start, and if ctx dies the task is cancelled and Start returns the cause once
// it has ended. From then on failures are the group's. If fn returns nil
// without having called ready the error is [ErrNotReady]; if it calls ready
// twice, [ErrReadyTwice] becomes part of the task's error. While Start waits
// the group cannot end.
//
// Under a dead ctx fn is not called and Start returns the cause; in a cancelled
// group the task is [Skipped], and that is the error.
//
// Under a [Limit] a task that calls Start with its own context lends its slot.
// Start panics if ctx or fn is nil or the group has ended.
func Start[T any](ctx context.Context, g *Group, fn func(ctx context.Context, ready func(T)) error, opts ...TaskOption) (T, error) {
	var zero T
	switch {
	case ctx == nil:
		panic("braid: Start called with a nil context")
	case fn == nil:
		panic("braid: Start called with a nil function")
	}
	g.checkMade()
	if ctx.Err() != nil {
		g.mustBeOpen("Start")
		return zero, context.Cause(ctx)
	}
	s := &starting[T]{fn: fn, ready: make(chan struct{})}
	t := &task{g: g, run: s, pc: funcPC(fn), opts: taskConfigOf(opts)}
	g.checkWeight(t.opts)
	t.flags.Store(hasContext)
	w := newWaiter(ctx, 1)
	t.more = &taskMore{waiters: []*waiter{w}}
	if err := g.add(t); err != nil {
		g.misused("Start", err)
	}
	defer g.lend(ctx, nil, w)()
	dying := g.ctx().Done()
	for {
		select {
		case <-s.ready:
			t.dropWaiter(w)
			return s.value, nil
		case <-w.done:
			return s.ended(ctx, t)
		case <-dying:
			dying = nil
			g.notice() // a queued task is skipped
		case <-ctx.Done():
			if s.giveUp() {
				t.cancelOne(context.Cause(ctx), 0)
				<-w.done
				return s.ended(ctx, t)
			}
		}
	}
}

// starting is a task that is, or was, handed to Start.
type starting[T any] struct {
	fn    func(context.Context, func(T)) error
	ready chan struct{} // closed when the task becomes the group's

	mu     sync.Mutex
	value  T
	calls  int
	gaveUp bool // the caller of Start has been cancelled: ready changes nothing
	ours   bool // the group answers for the task
}

func (s *starting[T]) call(ctx context.Context) error {
	err := s.fn(ctx, s.isReady)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.calls > 1:
		return join(err, ErrReadyTwice)
	case s.calls == 0 && err == nil && ctx.Err() != nil:
		return context.Cause(ctx)
	case s.calls == 0 && err == nil:
		return ErrNotReady
	}
	return err
}

func (s *starting[T]) isReady(v T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls++; s.calls > 1 {
		return
	}
	s.value = v
	if !s.gaveUp {
		s.ours = true
		close(s.ready)
	}
}

// giveUp leaves the task to the caller of Start for good, unless it is ready.
func (s *starting[T]) giveUp() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gaveUp = !s.ours
	return s.gaveUp
}

// absorb reports whether a failure is the caller's of Start.
func (s *starting[T]) absorb() bool { return s.giveUp() }

// ended gives what Start returns for a task that ended as the caller's.
func (s *starting[T]) ended(ctx context.Context, t *task) (T, error) {
	select {
	case <-s.ready: // it became ready and ended at once
		return s.value, nil
	default:
	}
	var zero T
	switch State(t.phase.Load()) {
	case Succeeded:
		return s.value, nil // it was ready after all, if late
	case Panicked:
		if pe, ok := t.failed().Err.(*PanicError); ok && !t.g.cfg.panicsAsErrors {
			panic(pe)
		}
	case Exited:
		runtime.Goexit()
	case Cancelled, Skipped:
		if ctx.Err() != nil {
			return zero, context.Cause(ctx)
		}
	}
	return zero, t.failure()
}
