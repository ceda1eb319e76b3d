package model

import (
	"slices"
	"time"
)

// This file makes programs of bytes, so that a fuzzer can look for them. No
// bytes make the smallest program.

const (
	maxDepth  = 4
	maxTasks  = 12
	maxGroups = 6
)

type decoder struct {
	data    []byte
	seq     uint64 // of times
	tasks   int
	groups  int
	scripts int
	levels  []*Group // those that are around what is being made
}

// Decode makes a program of data.
func Decode(data []byte) *Program {
	d := &decoder{data: data}
	p := &Program{}
	if d.next(4) == 1 {
		p.Dies = d.time(40)
		p.Deadline = d.next(2) == 1
	}
	p.Root = d.group(0)
	return p
}

func (d *decoder) next(n int) int {
	if len(d.data) == 0 {
		return 0
	}
	b := d.data[0]
	d.data = d.data[1:]
	return int(b) % n
}

// time gives some milliseconds, and a fraction of one that no other time has.
func (d *decoder) time(most int) time.Duration {
	d.seq++
	x := d.seq * 0x9e3779b97f4a7c15 // its high bits are all over the place
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	return time.Duration(1+d.next(most))*time.Millisecond + time.Duration(x>>44)%999_983
}

// pause gives a short time.
func (d *decoder) pause() time.Duration {
	d.seq++
	x := d.seq * 0x9e3779b97f4a7c15
	x ^= x >> 32
	x *= 0x94d049bb133111eb
	return 1 + time.Duration(x>>44)%99_991
}

func (d *decoder) group(depth int) *Group {
	d.groups++
	g := &Group{ID: d.groups}
	if d.next(3) == 1 {
		g.Limit = 1 + d.next(3)
	}
	g.Supervised = d.next(5) == 1
	g.PanicsAsErrors = d.next(4) == 1
	d.levels = append(d.levels, g)
	g.Body = d.script(depth)
	d.levels = d.levels[:len(d.levels)-1]
	return g
}

func (d *decoder) script(depth int) *Script {
	d.scripts++
	s := &Script{ID: d.scripts, Pause: d.pause()}
	n := 5
	if depth == 0 {
		n = 8
	}
	for range d.next(n) {
		s.Acts = append(s.Acts, d.act(depth))
	}
	if e := d.next(24); e < int(ends) {
		s.End = End(e)
	} else if e < 12 {
		s.End = Kept
	}
	return s
}

var often = [...]Kind{Sleep, Sleep, Sleep, Spawn, Spawn, Spawn, Spawn, Spawn, Wait, Wait, Nest, Timeout, GoWait}

func (d *decoder) act(depth int) Act {
	a := Act{Kind: Kind(d.next(int(kinds) + len(often)))}
	if a.Kind >= kinds {
		a.Kind = often[a.Kind-kinds]
	}
	if depth >= maxDepth && a.Kind > Cancel ||
		d.tasks >= maxTasks && (a.Kind == Spawn || a.Kind == GoWait) ||
		d.groups >= maxGroups && (a.Kind == Nest || a.Kind >= OpenClose) {
		a.Kind = Sleep
	}
	a.Pause, a.Clean = d.pause(), d.pause()
	if a.Kind.fails() {
		a.Err = Policy(d.next(int(policies)))
	}
	switch a.Kind {
	case Sleep, Stubborn:
		a.Time = d.time(16)
	case Spawn, GoWait:
		a.Level = d.level()
		a.Task = d.task(depth, d.levels[:len(d.levels)-a.Level], a.Kind == GoWait)
	case Wait, CancelTask:
		a.Ref = 1 + d.next(maxTasks)
	case Cancel:
		a.Level = d.level()
	case Nest, OpenClose, OpenWait, OpenLeave:
		a.Group = d.group(depth + 1)
	case Timeout, MoveOn, Shield:
		a.Time = d.time(16)
		a.Body = d.script(depth + 1)
	}
	return a
}

// level gives 0 most of the time.
func (d *decoder) level() int {
	return max(0, d.next(2+len(d.levels))-2) % len(d.levels)
}

func (d *decoder) task(depth int, levels []*Group, wait bool) *Task {
	defer func(around []*Group) { d.levels = around }(d.levels)
	d.levels = slices.Clone(levels)
	d.tasks++
	t := &Task{ID: d.tasks}
	t.Handle = d.next(4) != 3 && !wait
	switch d.next(8) {
	case 1:
		t.Background = true
	case 2:
		t.Always = true
	case 3:
		t.Weight = 1 + d.next(3)
	}
	t.Body = d.script(depth + 1)
	return t
}
