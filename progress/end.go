package progress

import "time"

// This file holds the list of children, and ends: how a node's counts move into
// its parent.
//
// Invariant: each count is in exactly one place that a look from the root
// reaches: the counters of a node that has not ended, or the sum of the nearest
// one above that has not. (A node that has ended keeps a copy in its own sum, for
// who still holds it.)

func (p *Progress) link(c *Progress) {
	c.prev = p.last
	if p.last == nil {
		p.first = c
	} else {
		p.last.next = c
	}
	p.last = c
}

func (p *Progress) unlink(c *Progress) {
	if c.prev == nil {
		p.first = c.next
	} else {
		c.prev.next = c.next
	}
	if c.next == nil {
		p.last = c.prev
	} else {
		c.next.prev = c.prev
	}
	c.prev, c.next = nil, nil
}

// End tells that no more is to come of p and of all below it. What is left of
// its total counts as skipped, its fraction is 1, and its time stands still.
// Its counts become its parent's, which no longer lists it: a node that has
// ended is let go of. A [Watch] of p makes its last report.
//
// End does not wait for anything, and a second End does nothing. It may be
// called while others still count, see [Progress.Done]; a total set later has
// no effect.
func (p *Progress) End() {
	if p == nil {
		return
	}
	p.tree.mu.Lock()
	defer p.tree.mu.Unlock()
	p.end(time.Now())
}

func (p *Progress) end(now time.Time) {
	if p.ended.Load() {
		for c := p.first; c != nil; c = p.first { // children of an ended root
			c.end(now)
		}
		return
	}
	for c := p.first; c != nil; c = p.first {
		c.end(now)
	}
	p.ended.Store(true)
	p.over = now
	own := p.take()
	total, _ := p.ownTotal()
	p.leftover = max(0, total-own.finished())
	own.skipped = plus(own.skipped, p.leftover)
	p.sum.add(own)
	if p.watched != nil {
		close(p.watched)
	}
	if p.parent == nil {
		return
	}
	p.parent.unlink(p)
	p.parent.made += int64(p.weight)
	if !p.detail {
		p.parent.sum.add(p.sum)
	}
}

// take empties the counters.
func (p *Progress) take() counts {
	return counts{done: load(p.own[done].Swap(0)), failed: load(p.own[failed].Swap(0)), skipped: load(p.own[skipped].Swap(0))}
}

// late moves what was counted on p after its end to where it can be seen.
func (p *Progress) late() {
	p.tree.mu.Lock()
	defer p.tree.mu.Unlock()
	own := p.take()
	made := min(p.leftover, own.finished()) // had been taken for skipped
	p.leftover -= made
	own.skipped -= made
	for n := p; ; n = n.parent {
		n.sum.add(own)
		if n.parent == nil || n.detail || !n.ended.Load() {
			return
		}
	}
}

// overChan gives a channel that is closed when p ends.
func (p *Progress) overChan() <-chan struct{} {
	p.tree.mu.Lock()
	defer p.tree.mu.Unlock()
	if p.watched == nil {
		p.watched = make(chan struct{})
		if p.ended.Load() {
			close(p.watched)
		}
	}
	return p.watched
}
