package braid

import (
	"context"
	"sync"
	"weak"

	"github.com/braid-go/braid/internal/seam"
)

// This file tells tests that look for leftovers which tasks there are. Groups
// are remembered only in a program that has such tests, and weakly: to be
// remembered keeps none of them. The race detector hears nothing of it, or the
// lock would order tasks of all groups.

// remembered lists the groups that were opened, the last first.
var remembered struct {
	mu    sync.Mutex
	first *memory
	n     int
	sweep int // how many there may be until those that are gone are dropped
}

type memory struct {
	group weak.Pointer[Group]
	next  *memory
}

// remember notes a group.
//
//go:norace
func remember(g *Group) {
	m := &memory{group: weak.Make(g)}
	r := &remembered
	raceOff()
	r.mu.Lock()
	if r.n >= r.sweep {
		r.n = 0
		for at := &r.first; *at != nil; {
			if g := (*at).group.Value(); g == nil || g.ended() {
				*at = (*at).next
				continue
			}
			r.n++
			at = &(*at).next
		}
		r.sweep = max(2*r.n, 64)
	}
	m.next, r.first = r.first, m
	r.n++
	r.mu.Unlock()
	raceOn()
}

// live is seam.Live.
//
//go:norace
func live() (tasks []seam.Task) {
	raceOff()
	remembered.mu.Lock()
	var groups []*Group
	for m := remembered.first; m != nil; m = m.next {
		if g := m.group.Value(); g != nil {
			groups = append(groups, g)
		}
	}
	remembered.mu.Unlock()
	raceOn()
	for _, g := range groups {
		tasks = append(tasks, g.live()...)
	}
	return tasks
}

func (g *Group) live() []seam.Task {
	tasks := g.liveTasks()
	if len(tasks) > 0 && g.ctx().Err() != nil {
		cause := context.Cause(g.ctx())
		for i := range tasks {
			tasks[i].Cause = cause
		}
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
