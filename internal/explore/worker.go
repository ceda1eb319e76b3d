package explore

// This file is the workers of a modelled group, each with the steps that it takes.

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
