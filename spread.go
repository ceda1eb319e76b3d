package braid

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// This file deals the items of a slice out to tasks. Functions of nanoseconds
// are to cost no more than they do in a loop over chunks, and yet a function
// that blocks may keep no other item from starting: they might wait for each
// other. So a task, a share of the whole, claims a run of items whose length
// follows from how long the last ones took, takes them from it one by one, and
// anybody may steal what it has not taken yet. As in engine.go one invariant
// does the rest:
//
//	while there are items that have not started, a share that will look for
//	them, the scout, has been handed to the group and has not looked yet.
//
// A share serves one item after the other with the same task, as long as an
// item leaves no trace on it: no error, no Done asked for, nothing opened below.
// At the first trace the task ends like any other, and a new one goes on.
//
// Under the race detector, which is to see no order between items, where each
// item is paced, and where somebody is told of each task, every item is one.

const (
	shortClaim = 20 * time.Microsecond // a claim that took less may be longer
	longClaim  = 80 * time.Microsecond // one that took more may be shorter
	maxClaim   = 1 << 20
	overdue    = 4 // claims for each share after which the oldest one is helped out
)

// spread is the work on one slice.
type spread struct {
	g     *Group
	n     int
	pc    uintptr
	call  func(ctx context.Context, i int) error
	epoch time.Time
	procs int

	mu          sync.Mutex
	next        int     // the first item that nobody has claimed
	size        int     // how many to claim at once
	claims      int     // how many claims there were
	left        []stint // claimed by shares that have ended, and not started
	first, last *share  // those whose claims have items to steal, the oldest first
	active      int     // shares that have looked
	scouting    bool    // a share has been handed over that has not looked

	told atomic.Int64 // items that the tracker knows the end of, if there is one
}

// A stint is a run of items, [from, to).
type stint struct{ from, to int }

// A share is one task of a spread.
type share struct {
	task
	s          *spread
	cfg        taskConfig
	claim      claim
	prev, next *share
	listed     bool
	number     int           // of the claim
	size       int           // of the claim, when it was made
	began      time.Duration // when it was
	done       int           // items that have succeeded, not yet told
	busy       bool          // with an item; as the task ends, so does that
}

// deal runs a group whose work is to call the function for each of n items.
func deal(ctx context.Context, caller string, n int, pc uintptr, call func(ctx context.Context, i int) error, opts []GroupOption) error {
	var s *spread
	defer func() {
		if s != nil { // items that were never started
			s.tell(Skipped, n-int(s.told.Load()))
		}
	}()
	return run(ctx, caller, pc, func(ctx context.Context, g *Group) error {
		if n == 0 && g.cfg.track != nil {
			g.cfg.track.Added(0) // or who counts would wait for the first
		}
		if !reuse || g.cfg.rate != nil || len(g.cfg.observers) > 0 || g.cfg.shows != 0 {
			g.addItems(n, func(int) uintptr { return pc }, call)
			return nil
		}
		if n > 0 {
			if g.cfg.track != nil {
				g.cfg.track.Added(n)
			}
			s = &spread{g: g, n: n, pc: pc, call: call, size: 1, epoch: time.Now(), procs: int(g.maxStarters()), scouting: true}
			s.scout()
		}
		return nil
	}, opts)
}

// scout hands the group a share that will look for items. The body or a task
// that has not ended is behind every call, so the group is open.
func (s *spread) scout() {
	sh := &share{s: s}
	sh.cfg.at = sh
	sh.task = task{g: s.g, run: sh, pc: s.pc, opts: &sh.cfg}
	_ = s.g.add(&sh.task)
}

// call is the share's function. It returns when there is nothing left to do, or
// with the task's last item.
func (sh *share) call(ctx context.Context) (err error) {
	s, t := sh.s, &sh.task
	s.mu.Lock()
	s.scouting = false
	s.active++
	if !s.more(sh) {
		return nil
	}
	left := false
	defer func() {
		if !left { // by a panic or a Goexit
			s.leave(sh)
		}
	}()
	for {
		i, ok := sh.claim.take()
		if !ok {
			s.tell(Succeeded, sh.done)
			sh.done = 0
			s.mu.Lock()
			if !s.again(sh) {
				left = true
				return nil
			}
			continue
		}
		if !s.lives() && t.g.dead() { // item i and those behind it never start
			err = context.Cause(ctx)
			break
		}
		sh.busy = true
		if err = s.call(ctx, i); err != nil || t.flags.Load() != 0 {
			break
		}
		sh.busy = false
		sh.done++
		t.g.setLabels()
	}
	left = true
	s.leave(sh)
	return err
}

// lives reports whether the group is alive and has none above it: what dead would
// find out in two calls, which functions of nanoseconds feel.
func (s *spread) lives() bool {
	g := s.g
	return g.highest == nil && g.std.Load() == nil && !g.ended() && g.parent.Err() == nil
}

func (sh *share) at() (pc uintptr, item int) { return sh.s.pc, sh.claim.item() }

// ended is called when the task has ended, before the join.
func (sh *share) ended(final State) {
	sh.s.tell(Succeeded, sh.done)
	if sh.busy {
		sh.s.tell(final, 1)
	}
	sh.done, sh.busy = 0, false
}

// tell tells the tracker, if there is one, how n items ended.
func (s *spread) tell(final State, n int) {
	if t := s.g.cfg.track; t != nil && n > 0 {
		s.told.Add(int64(n))
		t.Ended(final, n)
	}
}

// again finds a share that has done its claim a new one. With too many shares
// about, as happens when functions take long and the scheduler shares the
// processors out between them, it ends instead: the scout will look.
func (s *spread) again(sh *share) bool {
	s.unlist(sh)
	if took := time.Since(s.epoch) - sh.began; took > 0 { // else the clock stands still, as in a synctest bubble
		switch stolen := sh.claim.size() < sh.size; {
		case stolen || took > longClaim:
			s.size = max(1, min(s.size, sh.size/2))
		case took < shortClaim && sh.size == s.size:
			s.size = min(2*s.size, maxClaim)
		}
	}
	if s.scouting && s.active > max(s.g.limit, s.procs) {
		s.active--
		s.mu.Unlock()
		return false
	}
	return s.more(sh)
}

// more finds items for sh, unlocks s, and sees to it that somebody looks for
// those that are left. What has been claimed before comes first, if it seems to
// be stuck.
func (s *spread) more(sh *share) bool {
	todo := s.find()
	if todo.from == todo.to {
		s.active--
		s.mu.Unlock()
		return false
	}
	sh.number, sh.size = s.claims, todo.to-todo.from
	s.claims++
	sh.claim.set(todo)
	if sh.size > 1 {
		s.list(sh)
	}
	send := s.send()
	s.mu.Unlock()
	if send {
		s.scout()
	}
	sh.began = time.Since(s.epoch)
	return true
}

// find takes items that have not started; there are none if it gives nothing.
// What it was about to steal the owner may take meanwhile: it looks again then,
// since there may be more elsewhere, and nobody else is looking. s.mu is held.
func (s *spread) find() (todo stint) {
	for todo.from == todo.to {
		oldest := s.oldest()
		switch {
		case len(s.left) > 0:
			todo = s.left[0]
			s.left = s.left[1:]
		case oldest != nil && s.claims-oldest.number > overdue*s.active:
			todo = oldest.claim.steal()
		case s.next < s.n:
			size := max(1, min(s.size, (s.n-s.next)/(2*s.procs)))
			todo = stint{s.next, s.next + size}
			s.next += size
		case oldest != nil:
			todo = oldest.claim.steal()
		default:
			return todo
		}
	}
	return todo
}

// send reports whether a scout is needed and there is none. s.mu is held.
func (s *spread) send() bool {
	if s.scouting || s.allStarted() {
		return false
	}
	s.scouting = true
	return true
}

// leave ends a share whose task has ended with an item. What it had claimed
// beyond that is left to others.
func (s *spread) leave(sh *share) {
	s.mu.Lock()
	s.unlist(sh)
	s.active--
	if todo := sh.claim.close(); todo.from < todo.to {
		i := 0
		for i < len(s.left) && s.left[i].from < todo.from {
			i++
		}
		s.left = append(s.left[:i:i], append([]stint{todo}, s.left[i:]...)...)
	}
	send := s.send()
	s.mu.Unlock()
	if send {
		s.scout()
	}
}

// allStarted reports whether every item has started. s.mu is held.
func (s *spread) allStarted() bool {
	return s.next == s.n && len(s.left) == 0 && s.oldest() == nil
}

// idle tells of a scout that all items have started.
func (sh *share) idle() bool {
	sh.s.mu.Lock()
	defer sh.s.mu.Unlock()
	return sh.s.allStarted()
}

// oldest gives the oldest claim that has something to steal.
func (s *spread) oldest() *share {
	for s.first != nil && s.first.claim.rest() == 0 {
		s.unlist(s.first)
	}
	return s.first
}

func (s *spread) list(sh *share) {
	sh.prev, sh.next, sh.listed = s.last, nil, true
	if s.last != nil {
		s.last.next = sh
	} else {
		s.first = sh
	}
	s.last = sh
}

func (s *spread) unlist(sh *share) {
	if !sh.listed {
		return
	}
	if sh.prev != nil {
		sh.prev.next = sh.next
	} else {
		s.first = sh.next
	}
	if sh.next != nil {
		sh.next.prev = sh.prev
	} else {
		s.last = sh.prev
	}
	sh.prev, sh.next, sh.listed = nil, nil, false
}

// A claim is a stint that its owner takes items from while others may steal the
// end of it. Both happen in one word: how many have been taken, and how many
// there are. Owner and thieves agree without a lock because the owner takes by
// adding to the one and thieves, who hold s.mu, take by lowering the other, each
// seeing both.
type claim struct {
	base atomic.Int64  // the first item; set under s.mu
	word atomic.Uint64 // size<<32 | taken; taken may be one too many
}

func (c *claim) set(todo stint) {
	c.word.Store(0)
	c.base.Store(int64(todo.from))
	c.word.Store(uint64(todo.to-todo.from) << 32)
}

// take gives the owner the next item.
func (c *claim) take() (i int, ok bool) {
	w := c.word.Add(1)
	taken, size := uint32(w), uint32(w>>32)
	return int(c.base.Load()) + int(taken) - 1, taken <= size
}

// steal takes the later half of what is left, or nothing.
func (c *claim) steal() stint {
	for {
		w := c.word.Load()
		taken, size := uint32(w), uint32(w>>32)
		if taken >= size {
			return stint{}
		}
		keep := taken + (size-taken)/2
		if c.word.CompareAndSwap(w, uint64(keep)<<32|uint64(taken)) {
			base := int(c.base.Load())
			return stint{base + int(keep), base + int(size)}
		}
	}
}

// close takes all that is left.
func (c *claim) close() stint {
	for {
		w := c.word.Load()
		taken, size := uint32(w), uint32(w>>32)
		if taken >= size {
			return stint{}
		}
		if c.word.CompareAndSwap(w, uint64(taken)<<32|uint64(taken)) {
			base := int(c.base.Load())
			return stint{base + int(taken), base + int(size)}
		}
	}
}

func (c *claim) rest() int {
	w := c.word.Load()
	return max(0, int(uint32(w>>32))-int(uint32(w)))
}

func (c *claim) size() int { return int(c.word.Load() >> 32) }

// item gives the item taken last.
func (c *claim) item() int {
	w := c.word.Load()
	return int(c.base.Load()) + int(min(uint32(w), uint32(w>>32))) - 1
}
