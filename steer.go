package braid

import (
	"context"
	"runtime"

	"github.com/braid-go/braid/internal/seam"
)

// This file lets package braidtest steer groups: see seam.Steer. The engine asks
// at a few places, and only where it goes a longer way for other reasons too
// (callShown, addNew), so that groups nobody steers pay nothing for it.
//
// Contexts of steered groups are handed out wrapped, and come back unwrapped:
// inside, nothing is different.

// steering gives who steers what is opened with ctx, or nil.
func steering(ctx context.Context) seam.Steer {
	if seam.Steering == nil {
		return nil
	}
	return seam.Steering(ctx)
}

// bare gives the context that is behind one that was handed out.
func bare(ctx context.Context) context.Context {
	if seam.Bare == nil {
		return ctx
	}
	return seam.Bare(ctx)
}

// handedOut gives the group's context as others see it.
func (g *Group) handedOut() context.Context {
	if g.cfg.steer == nil {
		return g.ctx()
	}
	return g.cfg.steer.Inside(g.ctx())
}

func (t *task) step(m seam.Moment) seam.Step {
	pc, _ := t.at()
	return seam.Step{Moment: m, Path: t.path(), Group: t.g.path(), Site: siteOf(pc).String(), Num: t.num >> itemBits}
}

// hold waits until the task may be taken up.
func (t *task) hold() {
	if s := t.g.cfg.steer; s != nil {
		s.Hold(t.step(seam.Start))
	}
}

// passes tells of a moment in a user's function.
func (g *Group) passes(m seam.Moment) {
	if s := g.cfg.steer; s != nil {
		s.Pass(g.step(m))
	}
}

func (g *Group) step(m seam.Moment) seam.Step {
	return seam.Step{Moment: m, Path: g.path(), Group: g.path(), Site: siteOf(g.pc).String()}
}

// stepOf is seam.StepOf.
func stepOf(ctx context.Context, m seam.Moment) seam.Step {
	switch t, g := current(ctx); {
	case t != nil:
		return t.step(m)
	case g != nil:
		return g.step(m)
	}
	return seam.Step{Moment: m}
}

// aboutToFail waits until the group may be cancelled because of a failure.
func (g *Group) aboutToFail() {
	if s := g.cfg.steer; s != nil {
		s.Hold(g.step(seam.Cancel))
	}
}

// callSteered calls the task's function, or what a test wants called instead.
func (t *task) callSteered() error {
	s := t.g.cfg.steer
	defer s.Hold(t.step(seam.End))
	ctx := s.Inside(t.ctx())
	if t.isUsers() {
		if instead := s.Call(t.step(seam.Called)); instead != nil {
			t.replace(instead)
		}
	}
	return t.run.call(ctx)
}

// isUsers reports whether the task's function is what a user has written, and
// nothing that works for it: package stream asks for each item, the loop around a
// part of package service restarts it, and cleanup has to be done.
func (t *task) isUsers() bool {
	if t.opts == deferConfig || t.opts != nil && t.opts.at != nil {
		return false
	}
	f := runtime.FuncForPC(t.pc)
	return f == nil || !foreign(f.Name())
}

// againSteered is again for who has a wrapped context: each item has a task of
// its own.
func againSteered(ctx context.Context) seam.Verdict {
	t, _ := current(ctx)
	switch {
	case t.g.dead():
		return seam.Dead
	case t.flags.Load() != 0:
		return seam.Stale
	}
	t.flags.Or(hasDone)
	return seam.Fresh
}

// replacer is a runner that does more than to call a function.
type replacer interface{ replace(fn func() error) }

func (t *task) replace(fn func() error) {
	if r, ok := t.run.(replacer); ok {
		r.replace(fn)
		return
	}
	t.run = goFunc(func(context.Context) error { return fn() })
}

func (t *Task[T]) replace(fn func() error) {
	t.fn = func(context.Context) (v T, err error) { return v, fn() }
}

func (w *withCloser[C]) replace(fn func() error) {
	w.fn = func(context.Context, C) error { return fn() }
}

func (w *waitedFor) replace(fn func() error) {
	if r, ok := w.runner.(interface{ replace(func() error) }); ok {
		r.replace(fn)
		return
	}
	w.runner = goFunc(func(context.Context) error { return fn() })
}

func (s *starting[T]) replace(fn func() error) {
	s.fn = func(context.Context, func(T)) error { return fn() }
}
