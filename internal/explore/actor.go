package explore

// This file is those who add, cancel, wait and join: the body, the tasks and the
// outsiders, each with the steps that it takes.

// A thread is where somebody is in a script, and what is left to do since the
// last section under the lock.
type thread struct {
	act  uint8 // of the script
	at   uint8 // in the act
	todo todo
}

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
		v.skip(a, k)
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

// skip is task.skip, by who has taken the task off the queue.
func (v *move) skip(a, k int) {
	v.s.over |= bit(k)
	v.s.started |= bit(k)
	v.to(a, atRetire, "skips "+v.m.name(1+k))
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
		v.skip(a, k)
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
