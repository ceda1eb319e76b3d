package braid

import "context"

// This file lets a group whose join waits hear of the death of a group above,
// so that it acts upon that (see cancel.go) without a look at a clock, a
// goroutine or a standard context of its own: those are dear, and most groups
// are short. A group that waits is in a list of the one above, which is in that
// of the next, up to the topmost of ours. What is above that one is not ours; it
// is heard of through the topmost one's context.
//
// Invariant: a group that is in a list hears of every death above it that is
// brought about by a group or a task in between. Who is listed sees that a
// death has been noticed before, or is found by whoever notices it.

// kin is a list of groups and a place in one, guarded by the mutex of the group above.
type kin struct {
	first      *Group
	next, prev *Group
}

// straight reports whether a group opened with ctx hears of all that can end
// ctx from the group above.
func straight(ctx context.Context) bool {
	switch ctx.(type) {
	case *groupContext, *sharedContext, *task:
		return true
	}
	return false
}

// top gives the group, this or the nearest above, whose death may come from
// what is not ours.
func (g *Group) top() *Group {
	if g.highest != nil {
		return g.highest
	}
	return g
}

// heardFrom gives the list that the group belongs in: that of a task that may
// be cancelled on its own, or that of the group above. The lock is that group's.
//
//go:norace
func (g *Group) heardFrom() *kin {
	if t := g.upTask; t != nil && t.flags.Load()&hasContext != 0 {
		return &t.ext().below
	}
	return &g.above().waiting().kin
}

// listen puts the group into the list above, and those above likewise. It
// reports whether the group may be dead because of one of them already.
//
//go:norace
func (g *Group) listen() (late bool) {
	for ; g.highest != nil && g.flags.Load()&isListed == 0; g = g.above() {
		g.lockUnseen()
		g.waiting()
		g.unlockUnseen()
		up := g.above()
		up.shows(taskAdded)
		up.lockUnseen()
		if g.flags.Load()&isListed != 0 {
			up.unlockUnseen()
			return late
		}
		g.flags.Or(isListed)
		late = late || up.noticed || g.upTask != nil && g.upTask.std.Load() != nil
		k := g.heardFrom()
		if g.kin.next = k.first; k.first != nil {
			k.first.kin.prev = g
		}
		k.first = g
		up.unlockUnseen()
	}
	return late
}

// unlist takes a group that has ended out of the list above.
//
//go:norace
func (g *Group) unlist() {
	if g.flags.Load()&isListed == 0 {
		return
	}
	up := g.above()
	up.lockUnseen()
	if g.kin.prev != nil {
		g.kin.prev.kin.next = g.kin.next
	} else {
		g.heardFrom().first = g.kin.next
	}
	if g.kin.next != nil {
		g.kin.next.kin.prev = g.kin.prev
	}
	g.kin.next, g.kin.prev = nil, nil
	up.unlockUnseen()
}

// all appends the groups of the list to those given.
func (k *kin) all(to []*Group) []*Group {
	for g := k.first; g != nil; g = g.kin.next {
		to = append(to, g)
	}
	return to
}

// listeners gives those that hear of the group's death; g.mu is held.
func (g *Group) listeners() []*Group {
	var to []*Group
	if g.waits != nil {
		to = g.kin.all(nil)
	}
	for t := g.first; t != nil && t != g.queue; t = t.next {
		if t.more != nil {
			to = t.more.below.all(to)
		}
	}
	return to
}
