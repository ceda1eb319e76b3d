package temporal

import (
	"fmt"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file reports tasks that go on although their group was cancelled a grace ago.
// What is kept: only who asks for the report has its timer in the history.

// maxStalled is how many tasks a report names.
const maxStalled = 20

type onStallOption func(braid.Stall)

// OnStall sets who is told of tasks that do not obey a cancel within the [Grace]: which
// still run, what each waits for, who cancelled them and how long ago. The group goes on
// waiting, and is reported once; groups opened below inherit it. The function must not
// block; a panic in it is logged.
//
// There is no report without it, since it costs a timer in the history for each group that
// is cancelled and does not end at once. [Look] shows the same to who looks, as do the
// server's pages.
func OnStall(fn func(braid.Stall)) GroupOption {
	if fn == nil {
		panic("braid: OnStall called with a nil function")
	}
	return onStallOption(fn)
}

func (o onStallOption) applyToGroup(c *groupConfig) {
	once(&c.seen, seenOnStall, "OnStall")
	c.onStall = o
}

// watch has the group reported if it is cancelled and does not end within its grace.
func (g *Group) watch() {
	if g.cfg.onStall == nil || g.cfg.grace == braid.Forever {
		return
	}
	patient, _ := workflow.NewDisconnectedContext(g.parent)
	patient, g.unwatch = workflow.WithCancel(patient)
	workflow.GoNamed(patient, "stall", func(ctx workflow.Context) {
		g.ctx.Done().Receive(ctx, nil)
		if g.closed {
			return
		}
		since := workflow.Now(ctx)
		timer := workflow.NewTimerWithOptions(ctx, g.cfg.grace, workflow.TimerOptions{Summary: shortened("grace of "+g.path(), maxSummary)})
		if timer.Get(ctx, nil) == nil && !g.closed {
			g.report(ctx, braid.Stall{
				Group: g.label(), Cause: Cause(g.ctx), Since: workflow.Now(ctx).Sub(since), Queued: len(g.queue), Panic: g.panicked,
			})
		}
	})
}

// report names those that still run, if there are any.
func (g *Group) report(ctx workflow.Context, s braid.Stall) {
	defer func() {
		if v := recover(); v != nil && !passes(v) {
			workflow.GetLogger(ctx).Error("braid: OnStall panicked", "value", fmt.Sprint(v), "stack", string(stack()))
		} else if v != nil {
			panic(v)
		}
	}()
	add := func(path string, te *braid.TaskError, errands []*errand) {
		if len(s.Tasks) == maxStalled {
			s.More++
			return
		}
		t := braid.StalledTask{Path: path, Spawned: te.Spawned()}
		if n := len(errands); n > 0 {
			t.Blocked = errands[n-1].String()
		}
		s.Tasks = append(s.Tasks, t)
	}
	if !g.bodyDone {
		add(seam.Path(g.place, "(body)"), g.failedBody(nil, false), g.doing)
	}
	for t := g.live.first; t != nil; t = t.list.next {
		if t.state == braid.Running {
			add(t.path(), t.failedWith(nil, false), t.doing)
		}
	}
	if len(s.Tasks) > 0 {
		g.cfg.onStall(s)
	}
}

// label gives the group's path, or where its body stands.
func (g *Group) label() string {
	if path := g.path(); path != "" {
		return path
	}
	return "of " + g.failedBody(nil, false).Spawned().String()
}
