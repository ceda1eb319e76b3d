package inspect

import (
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file finds out what tasks wait for, and whether that is a ring.

// waits notes what the group's waiters wait for.
func (l *gathering) waits(g *seam.Group) {
	for _, w := range g.Waits {
		by := l.byID[refID(w.By)]
		if w.ByAddr != 0 {
			by = l.byAddr[w.ByAddr]
		}
		switch {
		case by == nil:
		case by.Waits != nil:
			by.Waits.More++
		case w.Slot:
			by.Waits = &Waits{For: "slot", ID: groupID(g.ID), Path: cut(g.Path, maxText)}
		default:
			by.waitFor("task", l.byID[refID(w.For)], refID(w.For))
		}
	}
}

func (it *item) waitFor(what string, of *item, id string) {
	it.Waits = &Waits{For: what, ID: id}
	if of != nil {
		it.Waits.Path = of.Path
	}
}

// sleeps notes that the item waits for a timer.
func (it *item) sleeps(until time.Time) {
	if !until.IsZero() {
		it.Waits = &Waits{For: "timer", Until: until}
	}
}

// joins notes which tasks and bodies are in the join of a group that they have
// opened.
func (l *gathering) joins() {
	for _, it := range l.byID {
		if it.Type == "group" && it.up != nil && it.State != "open" && !it.owned && it.up.Type != "group" && it.up.Waits == nil {
			it.up.waitFor("join", it, it.ID)
		}
	}
}

// rings marks those that wait for what depends on them. A task depends on what
// it waits for and on the group that it has opened, a group on its tasks and its
// body.
func (l *gathering) rings() {
	const ( // how far the search has come with an item
		unseen = iota
		open
		done
	)
	type frame struct {
		it   *item
		next int
	}
	state := map[*item]int{}
	for _, start := range l.byID {
		if start.Waits == nil || state[start] != unseen {
			continue
		}
		stack := []frame{{it: start}}
		state[start] = open
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			to, ok := l.dependency(f.it, f.next)
			f.next++
			switch {
			case !ok:
				state[f.it] = done
				stack = stack[:len(stack)-1]
			case to == nil || state[to] == done:
			case state[to] == open:
				for i := len(stack) - 1; i >= 0; i-- {
					if w := stack[i].it.Waits; w != nil && w.For != "slot" && w.For != "timer" {
						w.Ring = true
					}
					if stack[i].it == to {
						break
					}
				}
			default:
				state[to] = open
				stack = append(stack, frame{it: to})
			}
		}
	}
}

// dependency gives the n-th thing that the item depends on, or nil if that is
// nothing. It is false behind the last.
func (l *gathering) dependency(it *item, n int) (*item, bool) {
	if n == 0 {
		if it.Waits == nil || it.Waits.ID == "" || it.Waits.For == "slot" {
			return nil, true
		}
		return l.byID[it.Waits.ID], true
	}
	if n > len(it.kids) {
		return nil, false
	}
	k := it.kids[n-1]
	if k.Type == "group" && k.owned || k.State == "queued" {
		return nil, true
	}
	return k, true
}
