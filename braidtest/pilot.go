package braidtest

import (
	"context"
	"runtime"
	"sync"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file steers the groups of one run of a function, in a bubble. Tasks are
// held before they start and when their functions have returned, and groups
// before a failure cancels them. When nothing else in the bubble can go on, one
// that is held may: so at most one does at a time, and what comes first is a
// choice. Without any chance in it the order is that in which they came, and the
// same in every run.
//
// Where a user's function is on the stack nobody is held, since it may hold
// locks. There one who is held elsewhere may go on at the same time, and who asks
// steps aside.
//
// The race detector hears nothing of all this: what is marked norace runs unseen
// by it.

// A pilot is a seam.Steer.
type pilot struct {
	chance *chance                               // that takes the choices; nil for none
	call   func(s seam.Step, n int) func() error // see seam.Steer; n counts calls from 1
	point  int                                   // at which the context is cancelled, from 1; 0 for none
	until  time.Time                             // the first point after which is the one too, unless zero
	fire   func(what string, looked bool)        // does that

	mu          sync.Mutex
	first, last *held
	n           int // how many those are
	round       int // counts those that went on
	points      int // at which it could have been cancelled until now
	calls       int
	moved       bool // something has happened since all were at rest
	over        bool
	wake, done  chan struct{}
}

// held is one who waits for a turn.
type held struct {
	seam.Step
	round      int // in which it came
	turn       chan struct{}
	prev, next *held
}

// fly begins to steer, in the bubble of who calls it.
func (p *pilot) fly() {
	p.wake, p.done = make(chan struct{}, 1), make(chan struct{}, 1)
	go p.steer()
}

// land lets go of all who are held, for good.
//
//go:norace
func (p *pilot) land() {
	unseen()
	p.mu.Lock()
	p.over = true
	p.mu.Unlock()
	p.poke()
	<-p.done
	seen()
}

//go:norace
func (p *pilot) isOver() bool {
	unseen()
	defer seen()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.over
}

//go:norace
func (p *pilot) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// steer gives turns.
//
//go:norace
func (p *pilot) steer() {
	unseen()
	defer seen()
	for {
		synctest.Wait()
		p.mu.Lock()
		switch {
		case p.over:
			for p.first != nil {
				p.take(0).turn <- struct{}{}
			}
			p.mu.Unlock()
			p.done <- struct{}{}
			return
		case p.n > 0:
			i := p.chance.choose(p)
			h := p.take(i)
			at := h.Moment == seam.Start && p.isPoint()
			p.mu.Unlock()
			if at {
				seen()
				p.fire("task "+h.Path+", of the function at "+h.Site+", was about to start", false)
				unseen()
			}
			h.turn <- struct{}{}
			continue
		}
		at := p.moved && p.isPoint()
		p.moved = false
		p.mu.Unlock()
		if at {
			seen()
			p.fire("", false)
			unseen()
			continue
		}
		<-p.wake
	}
}

// isPoint counts a point and reports whether it is the one; p.mu is held.
//
//go:norace
func (p *pilot) isPoint() bool {
	p.points++
	if !p.until.IsZero() && time.Now().After(p.until) {
		p.until = time.Time{}
		return true
	}
	return p.points == p.point
}

// take takes the i-th out of those who are held; p.mu is held.
//
//go:norace
func (p *pilot) take(i int) *held {
	h := p.at(i)
	if h.prev != nil {
		h.prev.next = h.next
	} else {
		p.first = h.next
	}
	if h.next != nil {
		h.next.prev = h.prev
	} else {
		p.last = h.prev
	}
	p.n--
	p.round++
	p.moved = true
	return h
}

//go:norace
func (p *pilot) at(i int) *held {
	h := p.first
	for ; i > 0; i-- {
		h = h.next
	}
	return h
}

// Hold is of seam.Steer. Of those who come while one has its turn the order is
// that of their names, whoever was quicker.
//
//go:norace
func (p *pilot) Hold(s seam.Step) {
	unseen()
	defer seen()
	p.mu.Lock()
	if p.over {
		p.mu.Unlock()
		return
	}
	h := &held{Step: s, round: p.round, turn: make(chan struct{}, 1), prev: p.last}
	for h.prev != nil && h.before(h.prev) {
		h.prev = h.prev.prev
	}
	if h.prev != nil {
		h.next, h.prev.next = h.prev.next, h
	} else {
		h.next, p.first = p.first, h
	}
	if h.next != nil {
		h.next.prev = h
	} else {
		p.last = h
	}
	p.n++
	p.mu.Unlock()
	p.poke()
	<-h.turn
}

//go:norace
func (h *held) before(o *held) bool {
	if h.round != o.round {
		return false
	}
	if h.Group != o.Group {
		return h.Group < o.Group
	}
	return h.Num < o.Num
}

// Pass is of seam.Steer.
//
//go:norace
func (p *pilot) Pass(s seam.Step) {
	unseen()
	defer seen()
	p.mu.Lock()
	p.moved = true
	if p.over {
		p.mu.Unlock()
		return
	}
	release, aside := p.chance.chooseAt(p, s)
	var h *held
	if release >= 0 {
		h = p.take(release)
	}
	p.mu.Unlock()
	p.poke()
	if h != nil {
		h.turn <- struct{}{}
	}
	if aside {
		for range stepsAside {
			runtime.Gosched()
		}
	}
}

// stepsAside is how often who steps aside lets others run.
const stepsAside = 20

// Call is of seam.Steer.
func (p *pilot) Call(s seam.Step) func() error {
	n := p.counted()
	if n == 0 || p.call == nil {
		return nil
	}
	return p.call(s, n)
}

//go:norace
func (p *pilot) counted() int {
	unseen()
	defer seen()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return 0
	}
	p.calls++
	return p.calls
}

// Inside is of seam.Steer.
func (p *pilot) Inside(ctx context.Context) context.Context { return &tap{ctx, p} }

// look is called by whoever looks at a context.
func (p *pilot) look(what string) {
	if p.looked() {
		p.fire(what, true)
	}
	p.Pass(seam.Step{Moment: look})
}

// look is the moment at which a context is looked at.
const look = seam.Moment(255)

//go:norace
func (p *pilot) looked() bool {
	unseen()
	defer seen()
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.over && p.isPoint()
}
