package stream

// This file is where the consumer of a parallel stage looks for results.
//
// Invariant: every block that may still get a result is behind the cursor's in
// the chain of an ordered stage. In an unordered one it is among those the
// cursor has or is about to be told of; a block for one item is listed when that
// is finished, so that nobody looks through those of thousands that take long.

type cursor[T, R any] struct {
	block     *block[T, R]   // the one at hand, or nil
	ready     int            // so many of its results may be delivered
	delivered int64          // results, of all blocks
	shown     int64          // of these, what the feeder has been told
	open      []*block[T, R] // others that get results; of an unordered stage
	full      []*block[T, R] // others that have all of theirs,
	next      int            // from this on
	spent     []*block[T, R] // to be given back
}

// isReady reports whether the next result is there.
func (f *flow[T, R]) isReady() bool {
	c := &f.cursor
	if b := c.block; b != nil && b.given < c.ready {
		return true
	}
	if f.cfg.Unordered {
		return f.find()
	}
	for {
		n, all := c.block.finished()
		if c.ready = n; c.block.given < n {
			return true
		}
		if !all || !f.follow() {
			return false
		}
	}
}

// follow goes on to the next block of an ordered stage. It gives false if there
// is none yet.
func (f *flow[T, R]) follow() bool {
	c := &f.cursor
	f.mu.Lock() // a thief that has just shortened the block may be about to link the rest to it
	defer f.mu.Unlock()
	next := c.block.following
	if next == nil {
		return false
	}
	f.free = append(f.free, c.block)
	c.block = next
	return true
}

// find finds a block with a result.
func (f *flow[T, R]) find() bool {
	c := &f.cursor
	if b := c.block; b != nil {
		n, all := b.finished()
		switch {
		case b.given < n:
			c.ready = n
			return true
		case all:
			c.spent = append(c.spent, b)
		default:
			c.open = append(c.open, b)
		}
		c.block = nil
	}
	if c.next == len(c.full) {
		f.mu.Lock()
		c.open = append(c.open, f.opened...)
		clear(f.opened)
		f.opened = f.opened[:0]
		c.full, c.next, f.filled = f.filled, 0, c.full[:0]
		f.free = append(f.free, c.spent...)
		f.mu.Unlock()
		clear(c.spent)
		c.spent = c.spent[:0]
		for i := 0; i < len(c.open); i++ {
			b := c.open[i]
			n, all := b.finished()
			if b.given == n && !all {
				continue
			}
			last := len(c.open) - 1
			c.open[i], c.open[last] = c.open[last], nil
			c.open = c.open[:last]
			if b.given < n {
				c.block, c.ready = b, n
				return true
			}
			c.spent = append(c.spent, b)
			i--
		}
	}
	for c.next < len(c.full) {
		b := c.full[c.next]
		c.full[c.next] = nil
		c.next++
		if n, _ := b.finished(); n > 0 {
			c.block, c.ready = b, n
			return true
		}
		c.spent = append(c.spent, b)
	}
	return false
}

// deliver takes the result that is ready out of its block. The source is told of
// the room, at once if it waits for it.
func (f *flow[T, R]) deliver() R {
	c := &f.cursor
	slot := &c.block.out[c.block.given]
	v := *slot
	if f.pointers.out {
		var none R
		*slot = none
	}
	c.block.given++
	c.delivered++
	if w := f.feeder.wants.Load(); w != 0 && c.delivered >= w {
		f.show()
		f.feeder.wake(w)
	} else if c.delivered-c.shown >= f.slack.Load() {
		f.show()
	}
	return v
}

// show tells the feeder how many results have been delivered.
func (f *flow[T, R]) show() {
	if c := &f.cursor; c.shown != c.delivered {
		c.shown = c.delivered
		f.head.Store(c.delivered)
	}
}
