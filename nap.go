package braid

import (
	"context"
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file tells those who look which tasks sleep, and until when. Only a
// program that may be looked at pays for it (see sight.go). The race detector
// hears nothing of the lock, which would order tasks that have nothing to do with
// each other.

// nap notes that the task or the body that ctx belongs to sleeps for d, until the
// function it gives is called.
func nap(ctx context.Context, d time.Duration) (over func()) {
	if !seam.Watch {
		return func() {}
	}
	t, g := current(ctx)
	if t != nil {
		g = t.g
	}
	if g == nil || g.sight == nil {
		return func() {}
	}
	wakes := clock() + int64(d)
	g.sleeps(t, 0, wakes)
	return func() { g.sleeps(t, wakes, 0) }
}

// sleeps changes until when the task sleeps, or the body if t is nil. That it
// wakes is noted only by the sleep that was noted last.
//
//go:norace
func (g *Group) sleeps(t *task, from, to int64) {
	raceOff()
	defer raceOn()
	g.mu.Lock()
	defer g.mu.Unlock()
	if t == nil {
		if g.more == nil {
			if to == 0 {
				return
			}
			g.more = new(groupMore)
		}
		if to != 0 || g.more.wakes == from {
			g.more.wakes = to
		}
		return
	}
	if t.more == nil {
		if to == 0 {
			return
		}
		t.more = new(taskMore)
	}
	if to != 0 || t.more.wakes == from {
		t.more.wakes = to
	}
}
