package braid

import (
	"context"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file looks at groups for package inspect. A look holds one group's lock
// at a time, for a bounded number of tasks; what may run foreign code, such as
// the names that keys give and the texts of errors, is asked for without it.

// look is seam.Look.
func look(q seam.Query) *seam.View {
	looked()
	now := time.Now()
	v := &seam.View{Now: now}
	from := origin(now)
	groups, rest, ended := listed(max(1, (q.Groups+stripes-1)/stripes))
	v.More = len(rest)
	for _, g := range groups {
		v.Groups = append(v.Groups, g.look(q, from))
	}
	for _, g := range rest {
		running, queued, e := g.tally()
		v.MoreRunning += running
		v.MoreQueued += queued
		for state, n := range e {
			ended[state] += n
		}
	}
	v.Ended = ended[:]
	return v
}

// tally counts the tasks of a group that nothing else is asked of.
//
//go:norace
func (g *Group) tally() (running, queued int, ended [Skipped + 1]int64) {
	g.lockAll()
	defer g.mu.Unlock()
	return g.atWork(), int(g.queued), g.sight.ended
}

// atWork counts the tasks that run, without the body; g.mu is held.
//
//go:norace
func (g *Group) atWork() int {
	n := int(g.fore + g.back - g.queued)
	if !g.bodyDone {
		n--
	}
	return n
}

var lookedFrom struct {
	mu sync.Mutex
	at time.Time
}

// origin gives the time that stamps are counted from. It is the epoch, but for a
// wall clock that was set and for a synctest bubble. It stays the same as long
// as it is about right, or the same task would seem to have begun at another
// time at each look.
func origin(now time.Time) time.Time {
	fresh := now.Round(0).Add(-now.Sub(epoch))
	lookedFrom.mu.Lock()
	defer lookedFrom.mu.Unlock()
	if d := fresh.Sub(lookedFrom.at).Abs(); d > 100*time.Millisecond {
		lookedFrom.at = fresh
	}
	return lookedFrom.at
}

// A sample is what is copied of a task under the lock.
type sample struct {
	t      *task
	opts   *taskConfig
	pc     uintptr
	num    uint64
	phase  State
	began  int64
	lent   bool
	wakes  int64
	cut    *Cancellation
	waited []*task
	addrs  []uintptr
}

//go:norace
func (t *task) sample() sample {
	s := sample{t: t, opts: t.opts, pc: t.pc, num: t.num, phase: State(t.phase.Load()), began: t.began.Load()}
	if m := t.more; m != nil {
		s.lent, s.wakes, s.cut = m.lent > 0, m.wakes, m.cut
		for _, w := range m.waiters {
			if w.by != nil {
				s.waited = append(s.waited, w.by)
			} else if w.addr != 0 {
				s.addrs = append(s.addrs, w.addr)
			}
		}
	}
	return s
}

// seq gives the number of the task in its group. It keeps it as long as it is
// somewhere known to wait.
//
//go:norace
func (t *task) seq() uint64 { return t.num >> itemBits }

func refTo(t *task) seam.Ref {
	if t == nil || t.g.sight == nil {
		return seam.Ref{}
	}
	return seam.Ref{Group: t.g.sight.id, Task: t.ref()}
}

// ref gives a number that no other task of the group has. The number that it
// keeps begins again some time, but not at the same address at the same time.
func (t *task) ref() uint64 { return taskRef(t, t.seq()) }

func taskRef(t *task, seq uint64) uint64 {
	return uint64(address(t))>>3<<(64-itemBits) ^ seq
}

// refOf is seam.Of.
func refOf(ctx context.Context) seam.Ref {
	t, g := current(ctx)
	if t == nil && g != nil && g.sight != nil {
		return seam.Ref{Group: g.sight.id}
	}
	return refTo(t)
}

func (g *Group) look(q seam.Query, from time.Time) seam.Group {
	v := seam.Group{
		ID: g.sight.id, Addr: address(g), Name: g.cfg.name, Form: g.sight.form, PC: g.pc,
		Opened: from.Add(time.Duration(g.sight.opened)), Owned: g.owner != nil, Tracker: g.cfg.track,
	}
	switch {
	case g.upTask != nil:
		v.Up = refTo(g.upTask)
	case g.upGroup != nil && g.upGroup.sight != nil:
		v.Up.Group = g.upGroup.sight.id
	}
	samples, wakes := g.samples(q, &v)
	if wakes != 0 {
		v.Wakes = from.Add(time.Duration(wakes))
	}
	v.Path = g.path()
	g.lookAbove(&v)
	for _, s := range samples {
		v.Tasks = append(v.Tasks, s.node(from))
		for _, by := range s.addrs {
			v.Waits = append(v.Waits, seam.Wait{ByAddr: by, For: seam.Ref{Group: v.ID, Task: taskRef(s.t, s.num>>itemBits)}})
		}
		for _, by := range s.waited {
			v.Waits = append(v.Waits, seam.Wait{By: refTo(by), For: seam.Ref{Group: v.ID, Task: taskRef(s.t, s.num>>itemBits)}})
		}
	}
	return v
}

// samples copies what the lock guards.
//
//go:norace
func (g *Group) samples(q seam.Query, v *seam.Group) (samples []sample, wakes int64) {
	g.lockAll()
	defer g.mu.Unlock()
	v.Body = !g.bodyDone && g.owner == nil
	v.Joining, v.Closed = g.bodyDone, g.closed
	v.Limit, v.Used, v.Queued = g.limit, g.used, int(g.queued)
	v.Running = g.atWork()
	v.Ended = append(v.Ended, g.sight.ended[:]...)
	if g.noticed && !g.ended() {
		v.Dead, v.Cause, v.NoticedAt = true, g.more.diedOf, g.more.noticedAt.Round(0)
	}
	if g.more != nil {
		wakes = g.more.wakes
		for _, r := range g.more.regain {
			v.Waits = append(v.Waits, seam.Wait{By: refTo(r.by), Slot: true})
		}
	}
	n := 0
	for t := g.first; t != nil && t != g.queue && n < q.Tasks; t = t.next {
		n++
		if !t.ended() {
			samples = append(samples, t.sample())
		}
	}
	n = 0
	for t := g.queue; t != nil && n < q.Queued; t = t.next {
		n++
		samples = append(samples, t.sample())
	}
	return samples, wakes
}

func (s sample) node(from time.Time) seam.Node {
	// A copy that is only asked for its name.
	t := &task{g: s.t.g, opts: s.opts, pc: s.pc, num: s.num}
	pc, item := t.at()
	n := seam.Node{ID: taskRef(s.t, s.num>>itemBits), Addr: address(s.t), PC: pc, Queued: s.phase == Queued,
		Kind: kindOf(s.opts), Weight: t.weight(), Lending: s.lent}
	n.Name = safely(t.name)
	switch {
	case s.opts == nil || s.opts.name == "":
		n.Alike = funcName(pc)
	default: // package engine names its items itself
		n.Alike = strings.TrimSuffix(n.Name, "["+strconv.Itoa(item-1)+"]")
	}
	if s.began != 0 {
		n.Began = from.Add(time.Duration(s.began))
	}
	if s.wakes != 0 {
		n.Wakes = from.Add(time.Duration(s.wakes))
	}
	if s.cut != nil {
		n.Cause = s.cut
	}
	return n
}

func kindOf(opts *taskConfig) string {
	if opts == nil {
		return "ordinary"
	}
	if s, ok := opts.at.(site); ok && s.item < 0 { // one with a number is an engine's
		return "service"
	}
	switch {
	case opts.background:
		return "background"
	case opts.always:
		return "always"
	}
	return "ordinary"
}

// safely gives the text that foreign code makes, also if that panics.
func safely(text func() string) (s string) {
	defer func() {
		if recover() != nil {
			s = "(its text panics)"
		}
	}()
	return text()
}

// lookAbove finds what the contexts around the group do to it. They are not asked
// whether they are dead where somebody is in a bubble of synctest: from outside of
// theirs that would end the program.
func (g *Group) lookAbove(v *seam.Group) {
	defer func() { _ = recover() }() // foreign contexts are asked
	if !v.Dead && !g.sight.bubble && !inBubble(time.Now()) && g.ctx().Err() != nil && !g.ended() {
		v.Dead, v.Cause = true, context.Cause(g.ctx())
	}
	at, ok := g.parent.Deadline()
	if ok {
		v.Deadline = at.Round(0)
	}
	for a := g; a != nil; a = a.above() {
		ctx := a.parent
		for s, limited := ctx.(*timeLimit); limited; s, limited = ctx.(*timeLimit) {
			if own := s.deadline(); ok && v.DeadlinePC == 0 && own.Equal(at) {
				v.DeadlineBy, v.DeadlinePC = s.name, s.pc
			}
			if a == g && shields(s.parent) {
				v.Shielded = true
			}
			ctx = s.parent
		}
	}
}

// shields reports whether ctx is what Shield makes of a context. Its Done would
// tell as well, and might have to be made for that.
func shields(ctx context.Context) bool {
	return reflect.TypeOf(ctx) == withoutCancel
}

var withoutCancel = reflect.TypeOf(context.WithoutCancel(context.Background()))
