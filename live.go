package braid

import (
	"context"
	"fmt"

	"github.com/braid-go/braid/internal/seam"
)

// This file tells tests that look for leftovers which tasks there are.

// live is seam.Live.
func live() (tasks []seam.Task) {
	groups, _, _ := listed(maxListed)
	for _, g := range groups {
		tasks = append(tasks, g.live()...)
	}
	return tasks
}

// maxListed is how many groups of a stripe there is any use in telling of.
const maxListed = 1 << 20

func (g *Group) live() []seam.Task {
	tasks := g.liveTasks()
	for i := range tasks {
		tasks[i].Cause = func() error { return context.Cause(g.ctx()) }
	}
	return tasks
}

func (g *Group) liveTasks() (tasks []seam.Task) {
	g.lockAll()
	defer g.mu.Unlock()
	if g.closed {
		return nil
	}
	about := seam.Task{Group: address(g)}
	if g.upTask != nil {
		about.Up = address(g.upTask)
	} else if g.upGroup != nil {
		about.Up = address(g.upGroup)
	}
	if o := g.owner; o != nil && !o.left && !o.inner {
		about.Open = siteOf(g.pc).String()
	}
	if g.limited && g.queued > 0 {
		about.Full = fmt.Sprintf("%d of %d slots taken, %d queued", g.used, g.limit, g.queued)
	}
	path := g.path()
	if !g.bodyDone && g.owner == nil {
		body := about
		body.Addr, body.Path, body.Site = address(g), joinPath(path, "(body)"), siteOf(g.pc).String()
		tasks = append(tasks, body)
	}
	for t := g.first; t != nil && t != g.queue; t = t.next {
		if !t.ended() {
			task := about
			pc, _ := t.at()
			task.Addr, task.Path, task.Site = address(t), joinPath(path, t.name()), siteOf(pc).String()
			tasks = append(tasks, task)
		}
	}
	return tasks
}
