package braid

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// This file reports tasks that go on although their group was cancelled a
// grace ago. Where they are blocked is found in a dump; see dump.go.

// maxStalled is how many tasks a report names.
const maxStalled = 20

// A Stall says that a group was cancelled and has not ended within its grace.
// The group goes on waiting; it reports once.
type Stall struct {
	Group  string        // its path, or where it was opened
	Cause  error         // why it was cancelled, as context.Cause gives it
	Since  time.Duration // how long ago
	Tasks  []StalledTask // those that run still, the oldest first, functions of AfterFunc last
	More   int           // how many more there are
	Queued int           // how many are queued and will be skipped
	// Panic is a task's panic that waits for the join to be raised, or nil.
	Panic *PanicError
	// Abandoned lists the calls that were left behind in this process.
	Abandoned []AbandonedCall
}

// A StalledTask is one task, the body, or a function of [AfterFunc], that goes on in
// a cancelled group.
type StalledTask struct {
	Path    string // ends in "(body)" for the group's body, and in "AfterFunc" for such a function
	Spawned Site   // where its function stands
	Blocked string // where it is, and what it waits for or that it runs; empty if that is not known
	Stack   string // of its goroutine
}

// String gives the report as text, one line for each task.
func (s Stall) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "group %s was cancelled %v ago (%v) and waits for:", s.Group, s.Since.Round(time.Millisecond), s.Cause)
	for _, t := range s.Tasks {
		fmt.Fprintf(&b, "\n  %s, spawned at %v", t.Path, t.Spawned)
		switch {
		case t.Blocked == "":
		case strings.Contains(t.Blocked, ": runn"): // running or runnable
			b.WriteString(", busy in " + t.Blocked)
		default:
			b.WriteString(", blocked in " + t.Blocked)
		}
	}
	if s.More > 0 {
		fmt.Fprintf(&b, "\n  and %d more", s.More)
	}
	if s.Queued > 0 {
		fmt.Fprintf(&b, "\n  %d queued tasks will be skipped", s.Queued)
	}
	for _, c := range s.Abandoned {
		fmt.Fprintf(&b, "\n  and not for %s at %v, abandoned %v ago", c.Name, c.Site, time.Since(c.Since).Round(time.Millisecond))
	}
	if s.Panic != nil {
		fmt.Fprintf(&b, "\n  this panic waits for them: %v", s.Panic)
	}
	return b.String()
}

// watch gives a task that starts in a group cancelled long ago a grace of its
// own, if the report found nobody to name.
func (g *Group) watch() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if m := g.more; m.unwatched {
		m.unwatched = false
		m.stall.Reset(g.cfg.grace)
	}
}

// watchStall has a report made once the grace is over; g.mu is held.
func (g *Group) watchStall() {
	if m := g.ext(); m.stall == nil && g.cfg.grace != Forever {
		m.stall = time.AfterFunc(g.cfg.grace, g.reportStall)
	}
}

// expectEnd is watchStall for a join that has heard of the death of the context.
// Most tasks obey at once, and end while it steps aside: no timer is needed then.
func (g *Group) expectEnd() {
	runtime.Gosched()
	g.mu.Lock()
	if !g.closed {
		g.watchStall()
	}
	g.mu.Unlock()
}

// reportStall is called when the grace is over.
func (g *Group) reportStall() {
	g.lockAll()
	if g.closed {
		g.mu.Unlock()
		return
	}
	g.pending++ // the join waits for the report
	s := Stall{Since: time.Since(g.more.noticedAt), Queued: int(g.queued), Panic: g.more.panicked}
	var ids []uintptr
	if !g.bodyDone && g.owner == nil {
		s.Tasks = append(s.Tasks, StalledTask{Path: joinPath(g.path(), "(body)"), Spawned: siteOf(g.pc)})
		ids = append(ids, address(g))
	}
	list := func(path func() string, pc, id uintptr) {
		if len(s.Tasks) == maxStalled {
			s.More++
			return
		}
		s.Tasks = append(s.Tasks, StalledTask{Path: path(), Spawned: siteOf(pc)})
		ids = append(ids, id)
	}
	for t := g.first; t != nil && t != g.queue; t = t.next {
		if pc, _ := t.at(); !t.ended() {
			list(t.path, pc, address(t))
		}
	}
	for h := range g.more.handlers {
		if h.begun.Load() {
			list(h.path, h.pc, address(h))
		}
	}
	g.more.unwatched = len(s.Tasks) == 0
	g.mu.Unlock()
	defer g.letGo() // OnStall may call Goexit
	if len(s.Tasks) > 0 {
		s.Group, s.Cause, s.Abandoned = g.label(), context.Cause(g.ctx()), Abandoned()
		stacks := stacksByID(allStacks(), execFrame, bodyFrame, handlerFrame)
		for i, id := range ids {
			s.Tasks[i].Stack = stacks[id]
			s.Tasks[i].Blocked = blockedIn(stacks[id])
		}
		g.happens(Event{Kind: EventStalled, Err: s.Cause, Stall: &s})
		g.deliver(s)
	}
}

func (g *Group) deliver(s Stall) {
	if g.cfg.crashOnStall && s.Panic != nil {
		panic(s.Panic) // on a goroutine where nothing recovers
	}
	defer func() {
		if v := recover(); v != nil {
			slog.LogAttrs(context.Background(), slog.LevelError, "braid: OnStall panicked",
				slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
		}
	}()
	if g.cfg.onStall != nil {
		callBack([2]*Group{g}, func() { g.cfg.onStall(s) })
		return
	}
	slog.LogAttrs(context.Background(), slog.LevelWarn, "braid: cancelled tasks still running", slog.Any("stall", s))
}

// LogValue gives the report to slog with the tasks as attributes.
func (s Stall) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("group", s.Group),
		slog.Any("cause", s.Cause),
		slog.Duration("cancelled_ago", s.Since),
		slog.Int("running", len(s.Tasks)+s.More),
	}
	for i, t := range s.Tasks {
		attrs = append(attrs, slog.Group("task"+strconv.Itoa(i+1),
			slog.String("path", t.Path), slog.String("spawned", t.Spawned.String()), slog.String("blocked", t.Blocked)))
	}
	if s.Panic != nil {
		attrs = append(attrs, slog.Any("panic", s.Panic))
	}
	for i, c := range s.Abandoned {
		attrs = append(attrs, slog.Group("abandoned"+strconv.Itoa(i+1),
			slog.String("name", c.Name), slog.String("site", c.Site.String()), slog.Time("since", c.Since)))
	}
	return slog.GroupValue(attrs...)
}
