package braidtest

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file holds the contexts that functions under a sweep are given: those of
// package braid, but for that they tell of every look.

func init() {
	seam.Steering = func(ctx context.Context) seam.Steer {
		if p, ok := ctx.Value(pilotKey{}).(*pilot); ok && !p.isOver() {
			return p
		}
		return nil
	}
	seam.Bare = func(ctx context.Context) context.Context {
		if t, ok := ctx.(*tap); ok {
			return t.Context
		}
		return ctx
	}
}

// pilotKey is the key under which a context has its pilot.
type pilotKey struct{}

type tap struct {
	context.Context
	p *pilot
}

func (c *tap) Done() <-chan struct{} {
	// Who derives a context asks twice, and once more when that is over.
	if !calledBy("context.parentCancelCtx") {
		c.p.look("Done")
	}
	return c.Context.Done()
}

func (c *tap) Err() error {
	c.p.look("Err")
	return c.Context.Err()
}

func (c *tap) Deadline() (time.Time, bool) {
	c.p.look("Deadline")
	return c.Context.Deadline()
}

func (c *tap) Value(key any) any {
	if key == causeKey() && calledBy("context.Cause") { // who derives one has the same question
		c.p.look("Cause")
	}
	return c.Context.Value(key)
}

// causeKey gives the key by which package context finds its own, as it does to
// tell the cause.
var causeKey = sync.OnceValue(func() any {
	a := &asked{Context: context.Background()}
	context.Cause(a)
	return a.key
})

// asked is a context that remembers what it was last asked for.
type asked struct {
	context.Context
	key any
}

func (a *asked) Value(key any) any {
	a.key = key
	return nil
}

// calledBy reports whether that function has called the method that asks.
func calledBy(function string) bool {
	var pcs [4]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	f, _ := frames.Next()
	return f.Function == function
}
