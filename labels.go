package braid

import (
	"context"
	"runtime/pprof"
	"sync"

	"github.com/braid-go/braid/internal/seam"
)

// This file keeps profiler labels from leaking: a goroutine that runs several
// tasks has the labels of the group's context at the start of each.

// labelled sets the goroutine's profiler labels to those of the group's
// context, so that a worker does not carry a task's labels into the next. It
// finds them once and then answers for the context.
type labelled struct {
	context.Context
	once  sync.Once
	value any
}

func (l *labelled) set(ctx context.Context) {
	l.find(ctx)
	pprof.SetGoroutineLabels(l)
}

// find asks the group above, if ctx is straight below it: the way up through
// all contexts is long in a deep tree, and would be gone anew in each group.
func (l *labelled) find(ctx context.Context) any {
	l.once.Do(func() {
		if seam.Inherit != nil {
			remember(l)
		}
		for limit, ok := ctx.(*timeLimit); ok; limit, ok = ctx.(*timeLimit) {
			ctx = limit.parent
		}
		switch c := ctx.(type) {
		case *task:
			l.value = c.g.labels.find(c.g.parent)
		case *groupContext:
			l.value = c.labels.find(c.parent)
		default:
			if seam.Inherit != nil {
				ctx = seam.Inherit(ctx)
			}
			pprof.SetGoroutineLabels(&labelFinder{ctx, l})
		}
	})
	return l.value
}

func (l *labelled) Value(any) any { return l.value }

type labelFinder struct {
	context.Context
	l *labelled
}

func (f *labelFinder) Value(key any) any {
	f.l.value = f.Context.Value(key)
	return f.l.value
}
