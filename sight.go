package braid

import (
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
	"weak"
)

// This file keeps the groups that are open where those can find them who look:
// package inspect, and tests that look for leftovers. Only a program that has
// either (see seam.Watch) pays for it. The race detector hears nothing of it, or
// the locks would order tasks of all groups.
//
// Invariant: a group is in a list from before its first task until after its
// last. That holds no group of Open, which nobody may close: it is kept weakly.

// A sight is what is kept of a group for those who look.
type sight struct {
	next, prev *sight // guarded by the stripe
	group      *Group // nil for what is kept weakly
	weak       weak.Pointer[Group]

	id     uint64 // never used again
	form   string // the function that opened it
	opened int64  // see clock
	bubble bool   // see inBubble

	cut  atomic.Int64           // tasks that were cancelled or skipped, see past.go
	path atomic.Pointer[string] // once somebody has asked for it there

	// What follows is guarded by the group's mutex.

	seq   uint64 // of the last task
	ended [Skipped + 1]int64
}

// The list is cut into stripes, which the group's address chooses between.
const stripes = 64

type stripe struct {
	mu          sync.Mutex
	first, last *sight // the oldest first
	n           int
	made        uint64
	ended       [Skipped + 1]int64 // tasks of groups that have been dropped
	_           [64]byte
}

var sights [stripes]stripe

func (s *sight) stripe() *stripe { return &sights[s.id%stripes] }

// epoch is what the engine's stamps are counted from.
var epoch = time.Now()

func clock() int64 { return int64(time.Since(epoch)) }

// inBubble reports whether now is the time of a bubble of testing/synctest, which
// begins with the year 2000. There is no other way to know.
func inBubble(now time.Time) bool { return now.Year() < 2020 }

// enlist makes the group one that is seen.
//
//go:norace
func (g *Group) enlist(form string) {
	now := time.Now()
	s := &sight{form: form, opened: int64(now.Sub(epoch)), bubble: inBubble(now)}
	if g.owner != nil {
		s.weak = weak.Make(g)
	} else {
		s.group = g
	}
	i := address(g) / unsafe.Sizeof(*g) % stripes
	at := &sights[i]
	g.own().sight = s
	published(&at.mu)
	raceOff()
	at.mu.Lock()
	at.made++
	at.n++
	s.id = at.made*stripes + uint64(i)
	if s.prev = at.last; s.prev != nil {
		s.prev.next = s
	} else {
		at.first = s
	}
	at.last = s
	at.mu.Unlock()
	raceOn()
}

// drop takes out what is seen of a group that has ended, or is gone. A second
// drop does nothing.
//
//go:norace
func (s *sight) drop() {
	if s == nil {
		return
	}
	at := s.stripe()
	raceOff()
	at.mu.Lock()
	if s.prev != nil || at.first == s {
		at.n--
		for state, n := range s.ended {
			at.ended[state] += n
		}
		if s.prev != nil {
			s.prev.next = s.next
		} else {
			at.first = s.next
		}
		if s.next != nil {
			s.next.prev = s.prev
		} else {
			at.last = s.prev
		}
		s.next, s.prev, s.group = nil, nil, nil
	}
	at.mu.Unlock()
	raceOn()
}

// listed gives the groups that are open: the oldest of them, at most so many
// of each stripe, and the rest; and how many tasks have ended in groups that are not
// there any more.
//
//go:norace
func listed(most int) (groups, rest []*Group, ended [Skipped + 1]int64) {
	for i := range sights {
		at := &sights[i]
		raceOff()
		at.mu.Lock()
		n := 0
		for s := at.first; s != nil; s = s.next {
			g := s.group
			if g == nil {
				g = s.weak.Value()
			}
			n++
			switch {
			case g == nil:
			case n <= most:
				groups = append(groups, g)
			default:
				rest = append(rest, g)
			}
		}
		for state, n := range at.ended {
			ended[state] += n
		}
		at.mu.Unlock()
		raceOn()
		seen(&at.mu)
	}
	return groups, rest, ended
}

// numbered gives a task its number in the group; g.mu is held.
//
//go:norace
func (s *sight) numbered(t *task) {
	s.seq++
	t.num = t.num&(1<<itemBits-1) | s.seq<<itemBits
	t.began.Store(0)
}
