package model

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// This file lets virtual time pass: threads run one at a time until each waits
// for something, then the clock goes to the next point at which something is
// due. A thread waits for a condition, which is looked at again and again; that
// is slow, and plain.

type sim struct {
	now     time.Duration
	due     []time.Duration
	limits  []*scope // with a deadline
	threads []*thread
	groups  []*group
	tasks   map[int]*task
	notes   map[int][]Note
	choices []bool // what was, or is to be, chosen where the contract leaves a choice
	chosen  int
	open    string // why the contract leaves open what comes next
	back    bool   // go through the threads in the other order
}

// A Note is what happened in a script, after the act of that number.
type Note struct {
	Act  int // -1 for the script's beginning, -2 for its end
	At   time.Duration
	Err  string // of the act, or of the script
	Dead string // what the context says: - for alive, or c or d
}

// A Result is what becomes of a program.
type Result struct {
	Err    string // what the root group gives, panics or exits with
	At     time.Duration
	Notes  map[int][]Note // of each script
	States map[int]State  // of each task with a handle
	Open   string         // if not empty, what the contract leaves open
}

// A flow is how a script ends.
type flow struct {
	err   *err
	panic *err
	exit  bool
}

func (f flow) unwinds() bool { return f.panic != nil || f.exit }

func (f flow) String() string {
	switch {
	case f.panic != nil:
		return "panic " + text(f.panic)
	case f.exit:
		return "exit"
	}
	return text(f.err)
}

// maxChoices bounds how often the contract may leave open which of two things
// comes first, with all that follows from both worked out.
const maxChoices = 5

// Run tells what may become of p: mostly one thing. It looks at it with what
// happens at one time in two orders: if that makes a difference the contract
// leaves it open.
func Run(p *Program) (all []Result) {
	for choices := []bool{}; choices != nil; {
		m := &sim{choices: choices}
		one := m.run(p)
		if one.Open == "" {
			back := &sim{choices: m.choices, back: true}
			if d := one.Differs(back.run(p)); d != "" {
				one.Open = "the order of what happens at one time: " + d
			}
		}
		if len(m.choices) > maxChoices {
			one.Open = "too much"
		}
		all = append(all, one)
		if one.Open != "" {
			return all
		}
		// The next row of choices: the last that was false becomes true.
		choices = m.choices
		for len(choices) > 0 && choices[len(choices)-1] {
			choices = choices[:len(choices)-1]
		}
		if len(choices) == 0 {
			return all
		}
		choices = slices.Clone(choices)
		choices[len(choices)-1] = true
	}
	return all
}

// choose gives one of two things that may happen.
func (m *sim) choose() bool {
	if m.chosen++; m.chosen > len(m.choices) {
		m.choices = append(m.choices, false)
	}
	return m.choices[m.chosen-1]
}

func (m *sim) run(p *Program) (r Result) {
	m.tasks, m.notes = map[int]*task{}, map[int][]Note{}
	top := &scope{}
	if p.Dies > 0 {
		d := &death{plainCanceled, errWhy}
		if p.Deadline {
			d = &death{plainDeadline, plainDeadline}
		}
		m.expect(p.Dies)
		m.spawn(nil, func(t *thread) {
			t.await(func() bool { return m.now >= p.Dies })
			top.die(d)
		})
	}
	done := false
	m.spawn(nil, func(t *thread) {
		f := t.nest(p.Root, env{scope: top})
		r.Err, r.At = f.String(), m.now
		done = true
	})
	for m.settle(); !done && m.advance(); m.settle() {
	}
	if !done && m.open == "" {
		m.open = "a hang"
	}
	for _, t := range m.threads {
		t.stop()
	}
	r.Notes, r.States, r.Open = m.notes, map[int]State{}, m.open
	for id, t := range m.tasks {
		if t.spec.Handle {
			r.States[id] = t.state
		}
	}
	return r
}

// expect says that something is due at a time, which nothing else should be.
func (m *sim) expect(at time.Duration) {
	i, tie := slices.BinarySearch(m.due, at)
	if tie {
		m.open = "two things at one time"
	}
	m.due = slices.Insert(m.due, i, at)
}

func (m *sim) advance() bool {
	if len(m.due) == 0 || m.open != "" {
		return false
	}
	m.now = m.due[0]
	m.due = m.due[1:]
	for _, s := range m.limits {
		if s.at == m.now {
			s.die(s.limit)
		}
	}
	return true
}

// settle lets all go on who can. Those who wait come before tasks that are
// queued (rule 7.3).
func (m *sim) settle() {
	for again := true; again; {
		again = false
		for i := range m.threads {
			if m.back {
				i = len(m.threads) - 1 - i
			}
			if t := m.threads[i]; t.wants != nil && t.wants() {
				t.wants = nil
				t.resume()
				again = true
			}
		}
		for _, g := range m.groups {
			if !again && g.schedule() {
				again = true
			}
		}
	}
}

// A thread is somebody who runs a script.
type thread struct {
	m       *sim
	task    *task // or nil for the root's body
	wants   func() bool
	yield   func(struct{}) bool
	resume  func() (struct{}, bool)
	stop    func()
	exiting bool // has called Goexit, from which nothing leads back
}

func (m *sim) spawn(of *task, f func(*thread)) *thread {
	t := &thread{m: m, task: of, wants: func() bool { return true }}
	t.resume, t.stop = iter.Pull(func(yield func(struct{}) bool) {
		t.yield = yield
		defer func() {
			if v := recover(); v != nil && v != errStopped {
				panic(v)
			}
		}()
		f(t)
	})
	m.threads = append(m.threads, t)
	return t
}

var errStopped = fmt.Errorf("stopped")

// await waits until is gives true.
func (t *thread) await(is func() bool) {
	if is() {
		return
	}
	t.wants = is
	if !t.yield(struct{}{}) {
		panic(errStopped)
	}
}

func (t *thread) pause(d time.Duration) {
	at := t.m.now + d
	t.m.expect(at)
	t.await(func() bool { return t.m.now >= at })
}

// Differs says how two results differ, in a line.
func (r Result) Differs(other Result) string {
	for _, id := range keys(r.Notes, other.Notes) {
		a, b := r.Notes[id], other.Notes[id]
		for i := range max(len(a), len(b)) {
			if x, y := at(a, i), at(b, i); x != y {
				return fmt.Sprintf("script %d: %v or %v", id, x, y)
			}
		}
	}
	for _, id := range keys(r.States, other.States) {
		if r.States[id] != other.States[id] {
			return fmt.Sprintf("task %d: %s or %s", id, r.States[id], other.States[id])
		}
	}
	if r.Err != other.Err || r.At != other.At {
		return fmt.Sprintf("the end: %s at %d or %s at %d", r.Err, r.At, other.Err, other.At)
	}
	return ""
}

func at(notes []Note, i int) string {
	if i >= len(notes) {
		return "nothing"
	}
	return notes[i].String()
}

func (n Note) String() string {
	what := fmt.Sprintf("act %d", n.Act)
	switch n.Act {
	case -1:
		what = "the start"
	case -2:
		what = "the end"
	}
	return fmt.Sprintf("%s: %s at %d, context %s", what, n.Err, n.At, n.Dead)
}

// history tells all that happened, in the order of time.
func (r Result) history() string {
	type line struct {
		at   time.Duration
		text string
	}
	var all []line
	for id, notes := range r.Notes {
		for _, n := range notes {
			all = append(all, line{n.At, fmt.Sprintf("\n\tscript %d: %v", id, n)})
		}
	}
	slices.SortFunc(all, func(a, b line) int { return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.text, b.text)) })
	text := ""
	for _, l := range all {
		text += l.text
	}
	return fmt.Sprintf("%s\n\tthe end: %s at %d %s", text, r.Err, r.At, r.Open)
}

func keys[V any](a, b map[int]V) (all []int) {
	for id := range a {
		all = append(all, id)
	}
	for id := range b {
		if _, ok := a[id]; !ok {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}
