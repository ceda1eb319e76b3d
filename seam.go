package braid

import (
	"context"
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file is the other side of internal/seam: what package stream needs of a
// group beside its exported methods. Items of a stream that are short share a
// task; its name is that of the item it is at, which it is asked for.

func init() {
	seam.Open = openSeam
	seam.Go = func(g any, w *seam.Work) { g.(*Group).addWork(w) }
	seam.Again = again
	seam.Fail = func(g any, pc uintptr, item int, err error) bool { return g.(*Group).failAt(pc, item, err) }
	seam.Panicking = panicking
	seam.Join = func(g any, cancel, exit bool) error { return g.(*Group).joinSeam(cancel, exit) }
	seam.Outside = outside
	seam.Site = func(pc uintptr, item int) any { return site{pc, item} }
	seam.Live = live
	seam.Look = look
	seam.Of = refOf
	seam.Recent = recent
	seam.Abandoned = leftBehind
	seam.Frame = readFrame
	seam.StepOf = stepOf
	seam.Foreign = foreign
}

// site is the function and the number that a task goes by instead of its own.
type site struct {
	pc   uintptr
	item int
}

func (s site) at() (pc uintptr, item int) { return s.pc, s.item }

func (s site) applyToTask(c *taskConfig) { c.at = s }

// work is a task that works on items.
type work seam.Work

func (w *work) call(ctx context.Context) error { return w.Call(ctx) }
func (w *work) at() (pc uintptr, item int)     { return w.At() }

// handleless reports whether nobody has a handle to the task of r, whose node
// can be used again.
func handleless(r runner) bool {
	switch r.(type) {
	case goFunc, *work:
		return true
	}
	return false
}

// openSeam is Open without the care for a group that nobody closes.
func openSeam(ctx context.Context, pc uintptr, name string) (any, context.Context) {
	var opts []GroupOption
	if name != "" {
		opts = append(opts, Name(name))
	}
	g := newGroup(ctx, "Open", pc, opts)
	g.own().owner = &owner{settled: make(chan struct{}), inner: true}
	g.opened("Stream")
	if g.upTask == nil || !g.upTask.adopt(g) {
		if g.upGroup != nil {
			g.upGroup.adopt(g)
		}
	}
	return g, g.handedOut()
}

func (g *Group) addWork(w *seam.Work) {
	cfg, ok := w.Root.(*taskConfig)
	if !ok {
		cfg = &taskConfig{at: (*work)(w)}
		w.Root = cfg
	}
	if err := g.addFunc((*work)(w), 0, 0, cfg); err != nil {
		g.misused("a stream", err)
	}
}

func again(ctx context.Context) seam.Verdict {
	t, ours := ctx.(*sharedContext)
	if !ours { // wrapped
		return againSteered(ctx)
	}
	switch {
	case t.g.dead():
		return seam.Dead
	case t.flags.Load() != 0:
		return seam.Stale
	}
	(*task)(t).setLabels()
	return seam.Fresh
}

func (g *Group) failAt(pc uintptr, item int, err error) bool {
	rest, _, dead := g.judge(err, g.ctx())
	if rest == nil {
		g.cutShort()
		return false
	}
	te := &TaskError{Err: rest, AfterCancel: dead, name: "source", pc: pc, in: g.info()}
	if item >= 0 {
		te.name, te.item = itemName(pc, item), item+1
	}
	g.record(te)
	return true
}

func (g *Group) joinSeam(cancel, exit bool) error {
	if cancel {
		g.cancel(&Cancellation{by: g.path(), at: time.Now(), pc: g.pc})
	}
	g.settle()
	if o := g.owner; o.exit && o.raise == nil && !exit {
		g.reportLost(o.err)
		return o.err
	}
	return g.left()
}
