package explore

import "fmt"

// This file is the model of a group: those who add, cancel, wait and join, and
// the workers, each with the steps that it takes. What a section under the
// group's mutex does is in section.go, under the name that it has in the
// engine; what must hold is in invariant.go.

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

// A thread is where somebody is in a script, and what is left to do since the
// last section under the lock.
type thread struct {
	act  uint8 // of the script
	at   uint8 // in the act
	todo todo
}

// A worker is a goroutine of the group.
type worker struct {
	at   uint8
	task int8
	todo todo

	batch [maxTasks]int8 // what it has claimed, numbers from 1
	taken int8           // of these, how many have been
	ran   uint8          // of these, those that it has run: one bit a task
}

// left reports whether there is a task in the worker's batch that nobody has taken.
func (w *worker) left() bool { return int(w.taken) < len(w.batch) && w.batch[w.taken] != 0 }

// Where a worker is.
const (
	noWorker  = iota
	looks     // was started, and has not looked yet
	looksOn   // has to look again, having done what was left to do
	asksGroup // has a task, and is about to ask whether the group is dead
	asksTask  // … whether the task is
	runs
	skips
	finishes
	settles   // has run the last of its batch, and has to finish them
	publishes // only if the model is broken: says late that its task has ended
	exits     // has to finish its task, and is lost
	gone      // has no hold on the join any more
)

// Where somebody is who waits, joins, or cancels one task.
const (
	atStart = iota
	atRegister
	atLend
	atPeek
	atQueued // waits for a task that was queued
	atWaits  // waits for a task that was not, or knows that the group is dead
	atDrop
	atTakeBack
	atRegain
	atAnyway
	atWithdraw
	atStarted
	atSkip
	atRetire
	atAside // has stepped aside, and will look for queued tasks
	atAwait
	atWatch
	atBlock
	atReturned
)

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

// worker takes the step of a worker, or of the task that it runs.
func (v *move) worker(me *worker) {
	m, s, k := v.m, &v.s, int(me.task)
	if me.todo.any() {
		v.step(-1, m.do(s, &me.todo))
		return
	}
	switch me.at {
	case looks:
		if m.Break != CountLate {
			s.starters--
		}
		m.look(s, me)
		v.step(-1, "looks for the first time")
	case looksOn:
		m.look(s, me)
		v.step(-1, "looks again")
	case asksGroup:
		switch {
		case !s.dead:
			me.at = asksTask
		case m.always(k):
			me.todo.flags |= doNotice
			me.at = asksTask
		default:
			me.todo.flags |= doNotice
			me.at = skips
		}
		v.step(-1, "asks whether the group is dead, with "+m.name(1+k))
	case asksTask:
		if s.killed&bit(k) != 0 && !m.always(k) {
			me.at = skips
			v.step(-1, "sees that it is cancelled: "+m.name(1+k))
			return
		}
		me.at = runs
		if s.started&bit(k) != 0 {
			s.wrong |= calledTwice
		}
		s.started |= bit(k)
		v.step(-1, "calls "+m.name(1+k))
	case skips:
		s.started |= bit(k) // who waits for the start is told
		s.over |= bit(k)
		me.at = finishes
		v.step(-1, "skips "+m.name(1+k))
	case runs:
		t, script := &s.actor[1+k], m.Tasks[k]
		if int(t.act) < len(script) || t.todo.any() {
			v.actor(1 + k)
			return
		}
		me.at = finishes
		if n := len(script); n > 0 && (script[n-1].Do == Exit || script[n-1].Do == Lose) {
			me.at = exits
		}
		if m.Break != PublishLate {
			s.over |= bit(k)
		}
		v.step(1+k, "ends")
	case finishes:
		if me.batch != [maxTasks]int8{} {
			me.ran |= bit(k)
			if me.left() {
				me.task, me.at = me.batch[me.taken]-1, asksGroup
				me.taken++
				v.step(-1, "takes the next of its batch after "+m.name(1+k))
				return
			}
			me.at = settles
			v.step(-1, "finds no more in its batch after "+m.name(1+k))
			return
		}
		if m.mayFollow(s, k) {
			j := m.follow(s, me, k)
			v.step(-1, "has "+m.name(1+j)+" follow "+m.name(1+k))
		}
		me.todo = m.finish(s, k, 0)
		switch me.at = looksOn; {
		case m.Break == PublishLate:
			me.at = publishes
		case !me.todo.any():
			m.look(s, me)
		}
		v.step(-1, "finishes "+m.name(1+k))
	case settles:
		me.todo = m.finishBatch(s, me)
		s.starters++ // steps aside, since then more can happen meanwhile
		me.at = looks
		v.step(-1, "finishes its batch, and steps aside")
	case publishes:
		s.over |= bit(k)
		me.at = looksOn
		v.step(-1, "says that it has ended: "+m.name(1+k))
	case exits:
		if m.Break != KeepRest {
			m.recall(s, me)
		}
		me.todo = m.finishBatch(s, me)
		t := m.finish(s, k, 1)
		me.todo.flags |= t.flags
		me.todo.tell |= t.tell
		me.todo.resume |= t.resume
		if m.Break != ExitAlone {
			me.todo.flags |= m.next(s)
		}
		me.at = gone
		v.step(-1, "finishes and is lost with "+m.name(1+k))
	case gone:
		if m.Break == CountLate && me.task < 0 {
			s.starters--
		}
		*me = worker{}
		v.step(-1, "is gone")
	}
}

// look takes a task, or gives up the worker's hold on the join.
func (m *Group) look(s *state, me *worker) {
	k := m.claimBatch(s, me)
	if k < 0 {
		k = m.take(s)
	}
	if k < 0 {
		me.todo = m.finish(s, -1, 1)
		late := m.Break == CountLate && me.at == looks
		if me.at, me.task = gone, 0; late {
			me.task = -1 // has still to be counted out
		}
		return
	}
	if m.Break == CountLate && me.at == looks {
		s.starters--
	}
	me.at, me.task = asksGroup, int8(k)
	if m.Break != NoChain {
		me.todo.flags |= m.next(s)
	}
}

// do does one of the things that are left to do without the lock.
func (m *Group) do(s *state, t *todo) string {
	switch {
	case t.flags&doLaunch != 0:
		t.flags &^= doLaunch
		s.launch()
		return "starts a worker"
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
	case t.flags&doKill != 0:
		t.flags ^= doKill | doNotice
		s.dead = true
		return "kills the group's context"
	case t.flags&doNotice != 0:
		t.flags &^= doNotice
		t.flags |= m.notice(s)
		return "notices that the group is dead"
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

// actor takes the step, or one of the steps, of a body, task or outsider.
func (v *move) actor(a int) {
	m, s := v.m, &v.s
	me := &s.actor[a]
	script := m.script(a)
	switch {
	case me.todo.any():
		v.step(a, m.do(s, &me.todo))
		return
	case int(me.act) == len(script):
		if a == 0 {
			v.join(me)
		}
		return
	}
	if me.at == atStart && m.noHandle(s, script[me.act]) {
		return
	}
	k := script[me.act].Of
	switch script[me.act].Do {
	case Spawn:
		me.todo.flags = m.add(s, k)
		v.next(a, "adds "+m.name(1+k))
	case Cancel:
		me.todo.flags = doKill
		v.next(a, "cancels the group")
	case Kill:
		s.dead = true
		v.next(a, "kills the context above")
	case Fail, Exit:
		me.todo.flags = doKill
		v.next(a, "records its failure")
	case Lose:
		v.next(a, "calls Goexit")
	case UntilDead:
		if m.dead(s, a) {
			v.next(a, "sees that its context is dead")
		}
	case GiveUp:
		s.gaveUp |= bit(m.firstOutsider() + k)
		v.next(a, "kills the context of "+m.name(m.firstOutsider()+k))
	case Hear:
		if s.started&bit(k) != 0 {
			v.next(a, "hears of the start of "+m.name(1+k))
		}
	case CancelTask:
		v.cancelOne(a, k)
	case Wait:
		v.wait(a, k)
	case GoWait:
		v.goWait(a, k)
	}
}

// next is step for the last one of an act.
func (v *move) next(a int, what string) {
	me := &v.s.actor[a]
	me.act++
	me.at = atStart
	v.step(a, what)
}

// to is step with a place to go to.
func (v *move) to(a int, at uint8, what string) {
	v.s.actor[a].at = at
	v.step(a, what)
}

// wait is task.wait.
func (v *move) wait(a, k int) {
	m, s := v.m, &v.s
	me := &s.actor[a]
	over := s.over&bit(k) != 0
	switch me.at {
	case atStart:
		if over || s.refused&bit(k) != 0 {
			v.next(a, "finds at once the end of "+m.name(1+k))
			return
		}
		v.to(a, atRegister, "looks at "+m.name(1+k))
	case atRegister:
		if over && m.Break != RegisterBlind {
			v.next(a, "finds, under the lock, the end of "+m.name(1+k))
			return
		}
		s.waits[k] |= bit(a)
		v.to(a, atLend, "registers with "+m.name(1+k))
	case atLend:
		me.todo = m.lend(s, a, over)
		v.to(a, atPeek, "lends its slot, if it has one")
	case atPeek:
		me.at = atWaits
		if s.queued(k) {
			me.at = atQueued
		}
		v.step(a, "looks whether it is queued: "+m.name(1+k))
	case atQueued, atWaits:
		if s.told&bit(a) != 0 {
			v.to(a, atTakeBack, "hears of the end")
		}
		if me.at == atQueued && s.dead {
			me.todo.flags = doNotice
			v.to(a, atWaits, "sees the group dead")
		}
		if m.dead(s, a) {
			v.to(a, atDrop, "gives up")
		}
	case atDrop:
		s.waits[k] &^= bit(a)
		v.to(a, atTakeBack, "unregisters")
	default:
		v.takeBack(a)
	}
}

// goWait is Group.goWait.
func (v *move) goWait(a, k int) {
	m, s := v.m, &v.s
	me := &s.actor[a]
	started := s.started&bit(k) != 0
	switch me.at {
	case atStart:
		if m.dead(s, a) {
			s.refused |= bit(k)
			v.next(a, "finds its context dead")
			return
		}
		v.to(a, atRegister, "looks at its context")
	case atRegister:
		me.todo.flags = m.add(s, k)
		if s.refused&bit(k) != 0 {
			v.next(a, "is refused")
			return
		}
		v.to(a, atLend, "adds "+m.name(1+k))
	case atLend:
		if started {
			v.next(a, "sees the start")
			return
		}
		me.todo = m.lend(s, a, false)
		v.to(a, atQueued, "lends its slot, if it has one")
	case atQueued:
		if started {
			v.to(a, atTakeBack, "hears of the start")
		}
		if m.dead(s, a) {
			v.to(a, atWithdraw, "gives up")
		}
		if s.dead && !m.always(k) {
			me.todo.flags = doNotice
			v.to(a, atWithdraw, "sees the group dead")
		}
	case atWithdraw:
		if m.Break == WithdrawBlind && s.over&bit(k) == 0 || s.queued(k) {
			m.claim(s, k)
			v.to(a, atSkip, "takes back "+m.name(1+k))
			return
		}
		v.to(a, atStarted, "is too late to take back "+m.name(1+k))
	case atSkip:
		s.over |= bit(k)
		s.started |= bit(k)
		v.to(a, atRetire, "skips "+m.name(1+k))
	case atRetire:
		me.todo = m.retire(s, k)
		v.to(a, atTakeBack, "retires "+m.name(1+k))
	case atStarted:
		if started {
			v.to(a, atTakeBack, "hears of the start")
		}
	default:
		v.takeBack(a)
	}
}

// takeBack is what lend returns.
func (v *move) takeBack(a int) {
	m, s := v.m, &v.s
	switch me := &s.actor[a]; me.at {
	case atTakeBack:
		has, flags := m.takeBack(s, a)
		me.todo.flags |= flags
		if has {
			v.next(a, "has its slot again, if it had one")
			return
		}
		v.to(a, atRegain, "queues for its slot")
	case atRegain:
		if s.slot&bit(a) != 0 {
			v.next(a, "is handed its slot")
		}
		if m.dead(s, a) && m.Break != NoTakeAnyway {
			v.to(a, atAnyway, "gives up waiting for a slot")
		}
	case atAnyway:
		m.takeAnyway(s, a)
		v.next(a, "takes a slot anyway")
	}
}

// cancelOne is task.cancelOne.
func (v *move) cancelOne(a, k int) {
	m, s := v.m, &v.s
	me := &s.actor[a]
	switch me.at {
	case atStart:
		if (s.over|s.refused)&bit(k) != 0 {
			v.next(a, "finds the end of "+m.name(1+k))
			return
		}
		s.killed |= bit(k)
		v.to(a, atWithdraw, "kills the context of "+m.name(1+k))
	case atWithdraw:
		if !s.queued(k) || m.always(k) {
			v.next(a, "finds that it is not queued: "+m.name(1+k))
			return
		}
		m.claim(s, k)
		v.to(a, atSkip, "takes off the queue "+m.name(1+k))
	case atSkip:
		s.over |= bit(k)
		s.started |= bit(k)
		v.to(a, atRetire, "skips "+m.name(1+k))
	case atRetire:
		me.todo = m.retire(s, k)
		v.next(a, "retires "+m.name(1+k))
	}
}

// join is Group.join with await and, as far as it matters here, conclude.
func (v *move) join(me *thread) {
	m, s := v.m, &v.s
	switch me.at {
	case atStart:
		s.bodyDone = true
		s.fore--
		s.pending--
		switch {
		case s.pending == 0:
			s.closed = true
			me.at = atReturned
		case s.fore == 0 && s.back > 0:
			me.todo.flags = doKill // quiesce
			me.at = atAwait
		default:
			s.starters++
			me.at = atAside
		}
		v.step(0, "has ended, and joins")
	case atAside, atAwait:
		aside := me.at == atAside
		if aside {
			s.starters--
		}
		switch {
		case s.closed && m.Break != JoinBlind:
			v.to(0, atReturned, "finds all ended")
			return
		case s.joined == joinNone:
			s.joined = joinWaits
		}
		if aside && m.Break != AsideBlind {
			me.todo.flags = m.next(s)
		}
		me.at = atWatch
		if s.noticed {
			me.at = atBlock
		}
		v.step(0, "waits for the others")
	case atWatch, atBlock:
		if s.joined == joinTold {
			v.to(0, atReturned, "hears that all have ended")
		}
		if me.at == atWatch && s.dead {
			me.todo.flags = doNotice
			v.to(0, atBlock, "sees the group dead")
		}
	}
}
