package service

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/braid-go/braid"
)

// This file says what observers are told. Nearly everything that happens in a
// service is a change of phase, of a part or of the whole.

// Phase is where a part, or a service, is in its life.
type Phase uint8

const (
	PhaseWaiting    Phase = iota // for the parts that it needs; of parts only
	PhaseStarting                // it has been called and is not ready; of a service: some part has never been ready
	PhaseRunning                 // it is ready
	PhaseRestarting              // it has ended and will start again; of parts only
	PhaseStopping                // it was asked to stop: the soft half
	PhaseKilling                 // its context is dead: the hard half
	PhaseStopped                 // it has ended for good
)

// String gives the name in lower case.
func (p Phase) String() string {
	return nameOf(p, "waiting", "starting", "running", "restarting", "stopping", "killing", "stopped")
}

// An Event is a change of phase; or, if Stall is set, the report of a part that
// does not obey; or, if Phase is [PhaseRunning] and Err is set, a failure in a part
// that goes on (see [Report]).
type Event struct {
	At      time.Time
	Service string // its Name; of one without that runs as a part, the part and what is above it
	Part    string // empty for the service as a whole
	Phase   Phase
	// Attempt is the number of the part's start, from 1; while it is Restarting or
	// Waiting, of the next one.
	Attempt int
	// Delay is how long the part waits at least before it starts again.
	Delay time.Duration
	// Err is what the part failed with, when it is Restarting or Stopped; why
	// it is Killing; of the service, when it is Stopped, what Run returns.
	Err error
	// Reason says who began the stop, from then on.
	Reason *Reason
	// Stall tells where a part is blocked that goes on after its context died.
	Stall *braid.Stall
}

// String gives the event as one line, without the time: "db: restarting in 1s
// (attempt 2): connection lost". The report of a slow part has a line for each
// of its tasks.
func (e Event) String() string {
	var b strings.Builder
	b.WriteString(e.headline())
	switch {
	case e.Stall != nil:
		for _, t := range e.Stall.Tasks {
			fmt.Fprintf(&b, "\n  %s is in %s", t.Path, t.Blocked)
		}
		return b.String()
	case e.Phase == PhaseRestarting && e.Delay > 0:
		fmt.Fprintf(&b, " in %v (attempt %d)", e.Delay, e.Attempt)
	case e.Attempt > 1:
		fmt.Fprintf(&b, " (attempt %d)", e.Attempt)
	case e.Part == "" && e.Phase == PhaseStopping:
		b.WriteString(", " + e.Reason.Error())
	}
	if e.Err != nil {
		b.WriteString(": " + oneLine(e.Err))
	}
	return b.String()
}

// headline says who does what.
func (e Event) headline() string {
	switch {
	case e.Stall != nil:
		return e.who() + ": does not stop"
	case e.Phase == PhaseRunning && e.Err != nil:
		return e.who() + ": goes on after a failure"
	}
	return e.who() + ": " + e.Phase.String()
}

func (e Event) who() string {
	switch {
	case e.Part != "" && e.Service != "":
		return e.Service + "/" + e.Part
	case e.Part != "":
		return e.Part
	case e.Service != "":
		return e.Service
	}
	return "service"
}

// level is how loud the event is in a log.
func (e Event) level() slog.Level {
	switch {
	case e.Part == "" && e.Phase == PhaseStopping && e.Reason.By == ByFailure:
		return slog.LevelError
	case e.Err != nil, e.Stall != nil, e.Phase == PhaseRestarting, e.Phase == PhaseKilling:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// attrs gives the event to slog; what is empty is left out.
func (e Event) attrs() []slog.Attr {
	attrs := []slog.Attr{}
	add := func(there bool, a slog.Attr) {
		if there {
			attrs = append(attrs, a)
		}
	}
	add(e.Service != "", slog.String("service", e.Service))
	add(e.Part != "", slog.String("part", e.Part))
	attrs = append(attrs, slog.String("phase", e.Phase.String()))
	add(e.Attempt > 0, slog.Int("attempt", e.Attempt))
	add(e.Delay > 0, slog.Duration("delay", e.Delay))
	add(e.Part == "" && e.Reason != nil, slog.String("reason", fmt.Sprint(e.Reason)))
	add(e.Err != nil, slog.Any("error", e.Err))
	if e.Stall != nil {
		add(true, slog.Any("stall", *e.Stall))
	}
	return attrs
}

// tell hands the event to whoever wants it.
func (c *config) tell(e Event) {
	logger := c.log
	if logger == nil && c.observe == nil && e.level() > slog.LevelInfo {
		logger = slog.Default()
	}
	if logger != nil && logger.Enabled(context.Background(), e.level()) {
		logger.LogAttrs(context.Background(), e.level(), "service: "+strings.TrimPrefix(e.headline(), "service: "), e.attrs()...)
	}
	if c.observe != nil {
		c.observe(e)
	}
}
