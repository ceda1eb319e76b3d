package explore

import "fmt"

// This file is the model of a group: the programs that are explored, and how a
// step is made. Those who take steps are in worker.go and actor.go, what a section
// under the group's mutex does is in section.go, under the name that it has in the
// engine, and what must hold is in invariant.go.

const (
	maxTasks   = 4
	maxOthers  = 3
	maxActors  = 1 + maxTasks + maxOthers
	maxWorkers = maxTasks + 2
)

// A Verb is something that a body, a task or an outsider does with the group.
type Verb uint8

const (
	Spawn      Verb = iota // hand task Of to the group
	GoWait                 // hand task Of to the group and wait for its start
	Wait                   // wait for task Of
	CancelTask             // cancel task Of alone
	Cancel                 // cancel the group
	Kill                   // the context above dies, and nobody tells the group
	Fail                   // record a failure, which cancels the group
	Exit                   // the same; the worker is lost at the task's end
	Lose                   // that alone, as in a supervised group
	UntilDead              // wait until the context of who does this is dead
	GiveUp                 // kill the context with which outsider Of waits
	Hear                   // wait, without a handle, until task Of has been called
)

// An Act is one act of a script.
type Act struct {
	Do Verb
	Of int
}

// A Group is a program for the model. Nobody in it waits more than once.
type Group struct {
	Body       []Act
	Tasks      [][]Act
	Outside    [][]Act // goroutines that are no tasks
	Limit      int     // 0: none
	Weights    []int   // of the tasks; 1 each if nil
	Background uint8   // which tasks are, one bit each
	Always     uint8
	PerStarter int  // queued tasks for which one more starter pays
	Procs      int  // how many starters there may be
	Batch      int  // tasks that a worker claims at once; 1 if 0. None of them is waited for or cancelled alone
	Follow     bool // a queued task may follow the one that has ended, if nobody means either

	Break Break // what to get wrong on purpose
}

func (m *Group) firstOutsider() int { return 1 + len(m.Tasks) }

func (m *Group) script(a int) []Act {
	switch {
	case a == 0:
		return m.Body
	case a < m.firstOutsider():
		return m.Tasks[a-1]
	}
	return m.Outside[a-m.firstOutsider()]
}

func (m *Group) name(a int) string {
	switch {
	case a == 0:
		return "body"
	case a < m.firstOutsider():
		return fmt.Sprint("task ", a-1)
	}
	return fmt.Sprint("outsider ", a-m.firstOutsider())
}

// Start gives a group that was opened, with its body at the beginning.
func (m *Group) Start() (s state) {
	s.pending, s.fore = 1, 1
	return s
}

// Steps implements [Model].
func (m *Group) Steps(s state, yield func(who, what string, next state)) {
	for a := range m.firstOutsider() + len(m.Outside) {
		if a == 0 || a >= m.firstOutsider() {
			v := &move{m: m, s: s, was: s, yield: yield}
			v.actor(a)
		}
	}
	for w := range s.worker {
		if s.worker[w].at == noWorker || w > 0 && s.worker[w] == s.worker[w-1] {
			continue // the same as what the one before does
		}
		v := &move{m: m, s: s, was: s, yield: yield}
		v.worker(&v.s.worker[w])
	}
}

// A move makes the steps of one of them, each from the same state.
type move struct {
	m     *Group
	s     state // to be changed
	was   state
	yield func(who, what string, next state)
}

// step yields the state as it has been made, and goes back to what it was.
func (v *move) step(a int, what string) {
	next := v.s
	next.settle()
	who := "a worker"
	if a >= 0 {
		who = v.m.name(a)
	}
	v.yield(who, what, next)
	v.s = v.was
}

// do does one of the things that are left to do without the lock.
func (m *Group) do(s *state, t *todo) string {
	switch {
	case t.flags&doLaunch != 0:
		t.flags &^= doLaunch
		s.launch()
		return "starts a worker"
	case t.flags&doKill != 0:
		t.flags ^= doKill | doNotice
		s.dead = true
		return "kills the group's context"
	case t.flags&doNotice != 0:
		t.flags &^= doNotice
		t.flags |= m.notice(s)
		return "notices that the group is dead"
	case t.tell != 0:
		b := t.tell & -t.tell
		t.tell &^= b
		s.told |= b
		return "tells who waited for its task"
	case t.resume != 0:
		b := t.resume & -t.resume
		t.resume &^= b
		s.slot |= b
		return "hands a slot to who had lent one"
	default:
		t.flags &^= doJoined
		s.joined = joinTold
		return "tells who joins"
	}
}

// dead reports whether the context of actor a is.
func (m *Group) dead(s *state, a int) bool {
	switch {
	case a == 0:
		return s.dead
	case a < m.firstOutsider():
		return s.dead || s.killed&bit(a-1) != 0
	}
	return s.gaveUp&bit(a) != 0
}
