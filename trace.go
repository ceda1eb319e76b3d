package braid

import (
	"context"
	"runtime/pprof"
	"runtime/trace"
)

// This file names tasks in profiles and in execution traces, where that is asked
// for: it makes texts for each task, which is dear beside a short one.

// LabelKey is the profiler label under which [Labels] puts a task's path.
const LabelKey = "braid"

type lookOption uint8

const (
	// Labels gives the goroutine of each task of the group, and of groups opened
	// below, the profiler label "braid" with the task's path, beside the labels of
	// the group's context. So CPU and goroutine profiles can be read by task:
	// go tool pprof -tagfocus braid=path.
	Labels lookOption = 1 << iota
	// Trace has [runtime/trace] show the group, and groups opened below, as a task
	// of the trace, and each of its tasks as a region in it. It does nothing for a
	// group that is opened while no trace is being taken.
	Trace
	// steered tasks are called in another way, see steer.go.
	steered
)

func (o lookOption) applyToGroup(c *groupConfig) {
	if o == Labels {
		once(&c.seen, seenLabels, "Labels")
	} else {
		once(&c.seen, seenTrace, "Trace")
	}
	c.shows |= o
}

// traceOpened begins the group's task of the trace.
func (g *Group) traceOpened() {
	if g.cfg.shows&Trace == 0 || !trace.IsEnabled() {
		return
	}
	up := context.Background()
	if a := g.above(); a != nil {
		a.mu.Lock()
		if a.more != nil && a.more.traced != nil {
			up = a.more.traced
		}
		a.mu.Unlock()
	}
	ctx, t := trace.NewTask(up, g.label())
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ext().traced, g.more.traceTask = ctx, t
}

// callTold calls the task's function when observers have been told, and under
// its name where that is to show.
func (t *task) callTold() error {
	g := t.g
	t.happens(EventStarted)
	if g.cfg.shows&Labels != 0 {
		t.setLabels()
	}
	if g.cfg.shows&Trace != 0 {
		g.mu.Lock()
		m := g.more
		g.mu.Unlock()
		if m != nil && m.traced != nil {
			defer trace.StartRegion(m.traced, t.name()).End()
		}
	}
	if g.cfg.steer != nil {
		return t.callSteered()
	}
	return t.run.call(t.ctx())
}

// setLabels gives the goroutine the labels of the group, and the task's if they
// are asked for.
func (t *task) setLabels() {
	if t.g.cfg.shows&Labels == 0 {
		t.g.setLabels()
		return
	}
	pprof.SetGoroutineLabels(pprof.WithLabels((*labelled)(t.g), pprof.Labels(LabelKey, t.path())))
}
