package braid

import (
	"context"
	"runtime/pprof"
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file keeps profiler labels from leaking: a goroutine that runs several
// tasks has the labels of the group's context at the start of each.

// setLabels gives the goroutine those labels.
func (g *Group) setLabels() { pprof.SetGoroutineLabels((*labelled)(g)) }

// labelled is what package pprof asks for the labels: a context with nothing else.
type labelled Group

func (l *labelled) Value(any) any                   { return l.labels }
func (l *labelled) Deadline() (_ time.Time, _ bool) { return }
func (l *labelled) Done() <-chan struct{}           { return nil }
func (l *labelled) Err() error                      { return nil }

// labelsOf gives the labels of a context. A group looks once, and asks the group
// above if it is straight below it: the way up through all contexts is long.
func labelsOf(ctx context.Context) any {
	for limit, ok := ctx.(*timeLimit); ok; limit, ok = ctx.(*timeLimit) {
		ctx = limit.parent
	}
	switch c := ctx.(type) {
	case *sharedContext:
		return c.g.labels
	case *task:
		return c.g.labels
	case *groupContext:
		return c.labels
	}
	if seam.Inherit != nil {
		ctx = seam.Inherit(ctx)
	}
	return ctx.Value(labelKey)
}

// labelKey gives the key under which package pprof keeps labels in a context,
// which is what it asks a context for.
var labelKey = func() any {
	asked := new(asked)
	pprof.ForLabels(asked, func(string, string) bool { return false })
	return asked.key
}()

// asked is a context that remembers what it was last asked for.
type asked struct {
	context.Context
	key any
}

func (a *asked) Value(key any) any {
	a.key = key
	return nil
}
