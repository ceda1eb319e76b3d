package braid

import (
	"context"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file tells observers what happens in groups: what adapters for traces and
// metrics are made of. A group without one pays a look at its configuration.

// EventKind says what has happened.
type EventKind uint8

const (
	EventOpened    EventKind = iota // a group was opened
	EventSpawned                    // a task was handed to its group
	EventStarted                    // a task's function is about to be called
	EventEnded                      // a task has ended
	EventCancelled                  // a group has noticed that its context is dead
	EventStalled                    // a cancelled group has not ended within its Grace
	EventJoined                     // a group has ended
)

var eventNames = [...]string{"opened", "spawned", "started", "ended", "cancelled", "stalled", "joined"}

// String gives the kind's name in lower case.
func (k EventKind) String() string {
	if int(k) < len(eventNames) {
		return eventNames[k]
	}
	return "event " + strconv.Itoa(int(k))
}

// An Event is something that has happened to a group or a task. It is good while
// the function that is given it runs.
type Event struct {
	Kind EventKind
	Time time.Time
	// ID is the number of the task, or of the group if the event is one of a
	// group. No two that there are at one time have the same. Up is that of what
	// it is in: of the task's group; or of the task in which the group was
	// opened, or else of the group whose body did that. It is 0 if there is none.
	ID, Up uint64
	// Ended and Joined tell how: the State, why if it did not succeed, and how
	// long it took since the task started, or the group was opened; 0 if it was
	// never called. A group that was cut short from outside is Cancelled. Err of
	// Cancelled is the cause. Where a task is Cancelled or Skipped, Err is that.
	State State
	Err   error
	Took  time.Duration
	Stall *Stall // of Stalled

	task *task
	g    *Group
}

// Name gives the name of the task, or that of the group, which may be empty.
func (e *Event) Name() string {
	if e.task != nil {
		return e.task.name()
	}
	return e.g.cfg.name
}

// Path gives the names down to the task or group, separated by slashes.
func (e *Event) Path() string {
	if e.task != nil {
		return e.task.path()
	}
	return e.g.path()
}

// Site tells where the function of the task or of the group's body stands, or
// where [Open] was called.
func (e *Event) Site() Site {
	if e.task != nil {
		pc, _ := e.task.at()
		return siteOf(pc)
	}
	return siteOf(e.g.pc)
}

// Context gives the context of the task, or of the group's body. Its values are
// those that were handed down; it may be dead.
func (e *Event) Context() context.Context {
	if e.task != nil {
		return e.task.ctx()
	}
	return e.g.ctx()
}

// Background reports whether the event is one of a task that is [Background].
func (e *Event) Background() bool { return e.task != nil && e.task.background() }

type observeOption func(Event)

// Observe calls fn for each [Event] of the group and of the groups opened below
// it. Groups below may have observers of their own: all are called, those from
// above first. Of a task, the events come one after the other, in the order of
// their kinds, and so do those of a group: it is opened before and joined after
// all that happens in it. Otherwise fn is called by many goroutines at once.
//
// It is called in the middle of the work, while no lock is held, and what it is
// told of waits until it returns: fn must be quick. If it blocks, so do the call
// that spawns, the task, or the join. A panic in it is logged and changes
// nothing; it must not call [runtime.Goexit]. Observe panics if fn is nil.
func Observe(fn func(Event)) GroupOption {
	if fn == nil {
		panic("braid: Observe called with a nil function")
	}
	return observeOption(fn)
}

func (o observeOption) applyToGroup(c *groupConfig) { c.observers = append(c.observers, o) }

// opened makes the group known to those who look and to its observers.
func (g *Group) opened(form string) {
	if seam.Watch {
		g.enlist(form)
	}
	c := g.cfg
	if g.plain = g.sight == nil && (c == defaultConfig || c.unheard()); g.plain {
		return
	}
	if len(c.observers) > 0 {
		g.ext().openedAt = clock()
		g.happens(Event{Kind: EventOpened})
	}
	g.traceOpened()
}

// unheard reports whether nobody is told of single tasks.
func (c *groupConfig) unheard() bool {
	return len(c.observers) == 0 && c.track == nil && c.feed == nil && c.shows == 0
}

// happens tells of an event of the group.
func (g *Group) happens(e Event) {
	e.g, e.ID = g, uint64(address(g))
	switch {
	case g.upTask != nil:
		e.Up = uint64(address(g.upTask))
	case g.upGroup != nil:
		e.Up = uint64(address(g.upGroup))
	}
	g.tell(e)
}

// happens tells of an event of the task, if anybody wants to know.
func (t *task) happens(kind EventKind) {
	if len(t.g.cfg.observers) == 0 {
		return
	}
	e := Event{Kind: kind, g: t.g, task: t, ID: uint64(address(t)), Up: uint64(address(t.g))}
	if kind == EventEnded {
		e.State = State(t.phase.Load())
		e.Err = t.failure()
		if began := t.began.Load(); began != 0 && e.State != Skipped {
			e.Took = time.Duration(clock() - began)
		}
	}
	t.g.tell(e)
}

func (g *Group) tell(e Event) {
	e.Time = time.Now()
	for _, fn := range g.cfg.observers {
		callBack([2]*Group{g}, func() { call(fn, e) }) // so that a Close in it is told
	}
}

func call(fn func(Event), e Event) {
	defer func() {
		if v := recover(); v != nil {
			slog.LogAttrs(context.Background(), slog.LevelError, "braid: an observer panicked",
				slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
		}
	}()
	fn(e)
}

// happensCancelled tells of the death of the context, and gives up the hold that
// kept the group from ending meanwhile. It stands alone since what it has on its
// stack is large, and whoever cancels may have a small one.
//
//go:noinline
func (g *Group) happensCancelled() {
	g.happens(Event{Kind: EventCancelled, Err: context.Cause(g.ctx())})
	g.letGo()
}

// happensJoined tells of the group's end.
func (g *Group) happensJoined(err error, raise *PanicError, exit bool) {
	if len(g.cfg.observers) == 0 {
		return
	}
	state, why := stateOf(err, raise, exit)
	g.happens(Event{Kind: EventJoined, State: state, Err: why, Took: time.Duration(clock() - g.ext().openedAt)})
}

// stateOf tells how a group has ended, from what it returns, raises or exits with.
func stateOf(err error, raise *PanicError, exit bool) (State, error) {
	_, failed := err.(*GroupError)
	switch {
	case raise != nil:
		return Panicked, raise
	case exit:
		return Exited, err
	case failed:
		return Failed, err
	case err != nil:
		return Cancelled, err
	}
	return Succeeded, nil
}
