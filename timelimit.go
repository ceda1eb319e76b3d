package braid

import (
	"context"
	"sync/atomic"
	"time"
)

// This file is the context of a time limit. It is a scope like a task's:
// nothing is armed until somebody asks for Done, and Err looks at the clock.

// timeLimit is the context of one Timeout, MoveOn, Reserve or Shield.
type timeLimit struct {
	scope
	parent context.Context
	at     time.Time // the deadline; zero for none. Guarded by move if that is set
	move   *Deadline // the handle that moves the deadline, or nil
	name   string
	pc     uintptr // of the function
	cause  atomic.Pointer[Cancellation]
}

// diesOf gives the cause of the limit's own death, the same to everybody. Most
// limits never need it.
func (s *timeLimit) diesOf() *Cancellation {
	if c := s.cause.Load(); c != nil {
		return c
	}
	s.cause.CompareAndSwap(nil, &Cancellation{kind: byDeadline, by: s.name, pc: s.pc})
	return s.cause.Load()
}

func (s *timeLimit) Deadline() (time.Time, bool) {
	at := s.deadline()
	outer, ok := s.parent.Deadline()
	if at.IsZero() || ok && outer.Before(at) {
		return outer, ok
	}
	return at, true
}

func (s *timeLimit) deadline() time.Time {
	if s.move == nil {
		return s.at
	}
	s.move.mu.Lock()
	defer s.move.mu.Unlock()
	return s.at
}

func (s *timeLimit) Done() <-chan struct{} { return s.materialize().Done() }

func (s *timeLimit) Err() error {
	n := s.std.Load()
	if n == nil {
		if !s.ended() && !s.expired() && s.parent.Err() == nil {
			return nil
		}
		n = s.materialize()
	}
	if err := n.Err(); err != nil || s.move == nil {
		return err
	}
	return s.move.look(s, n)
}

// Value has to look whether the limit is dead before it asks the parent: the
// cause may be what is asked for.
func (s *timeLimit) Value(key any) any {
	switch key.(type) {
	case nodeKey:
		return s.parent.Value(key)
	case limitKey:
		if s.move != nil {
			return s
		}
		return s.parent.Value(key)
	}
	if n := s.std.Load(); n != nil {
		return n.Value(key)
	}
	if s.ended() || s.expired() {
		return s.materialize().Value(key)
	}
	return s.parent.Value(key)
}

func (s *timeLimit) expired() bool {
	at := s.deadline()
	return !at.IsZero() && time.Until(at) <= 0
}

// undated keeps quiet about a deadline. Below an earlier one package context arms no
// timer, and that one may be moved.
type undated struct{ context.Context }

func (undated) Deadline() (_ time.Time, _ bool) { return }

func (s *timeLimit) materialize() *native {
	if n := s.std.Load(); n != nil {
		return n
	}
	switch {
	case s.move != nil:
		return s.move.materialize(s)
	case s.at.IsZero():
		return s.scope.materialize(s.parent)
	}
	above := s.parent
	if outer, ok := above.Deadline(); ok && outer.Before(s.at) {
		above = undated{above}
	}
	ctx, stop := context.WithDeadlineCause(above, s.at, s.diesOf())
	ctx, cancel := context.WithCancelCause(ctx)
	return s.adopt(&native{ctx, func(cause error) {
		cancel(cause)
		stop()
	}})
}
