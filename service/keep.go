package service

import (
	"context"
	"slices"
	"time"

	"github.com/braid-go/braid"
)

// This file keeps failures for the error of Run. What is kept: before the stop,
// those within the window; from then on, all; never more than DefaultKeep.

// A failure is what a part failed with, kept for the error of the service.
type failure struct {
	part  string
	err   error
	after bool // its context was dead by then
	shown any  // the user's function
}

// kept is a failure with the time when it happened.
type kept struct {
	failure
	at time.Time
}

// keep remembers a failure for the error of Run, of the newest ones.
func (r *run) keep(k kept) {
	r.forget()
	if len(r.kept) == braid.DefaultKeep {
		r.kept = slices.Delete(r.kept, 0, 1)
		r.dropped++
	}
	r.kept = append(r.kept, k)
}

// forget lets go of what was overcome longer ago than the window. Nothing is
// forgotten once the service is being stopped.
func (r *run) forget() {
	if r.phase >= PhaseStopping {
		return
	}
	since := time.Now().Add(-r.cfg.window)
	old := 0
	for old < len(r.restarts) && !r.restarts[old].After(since) {
		old++
	}
	r.restarts = slices.Delete(r.restarts, 0, old)
	old = 0
	for old < len(r.kept) && !r.kept[old].at.After(since) {
		old++
	}
	if old > 0 {
		r.kept = slices.Delete(r.kept, 0, old)
		r.dropped = 0 // those were older still
	}
}

// replay makes of the failures the error of the group, which alone can make one
// with the paths in it.
func (r *run) replay(ctx context.Context, g *braid.Group) {
	for _, k := range r.kept {
		t := braid.Fork(g, func(ctx context.Context) (none struct{}, err error) {
			if k.after {
				<-ctx.Done()
			}
			return none, k.err
		}, braid.Name(k.part), siteOf(k.shown), braid.Always)
		if k.after {
			t.Cancel()
		}
		_, _ = t.Wait(ctx) // it is the group's now
	}
}
