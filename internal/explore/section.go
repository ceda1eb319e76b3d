package explore

// This file is what the sections under the group's mutex do to a modelled group.
// Functions bear the names that they have in the engine: add, enqueue, claim,
// runnable, take, next, finish and retire in engine.go, follow in bundle.go, notice
// in cancel.go, lend, serve and giveBack in limit.go.

// add hands task k over, and says what has to be launched.
func (m *Group) add(s *state, k int) (flags uint8) {
	if s.closed && m.Break != AddBlind {
		s.refused |= bit(k)
		return 0
	}
	if s.actor[0].at == atReturned {
		s.wrong |= addedLate
	}
	late := m.enqueue(s, k)
	flags = m.next(s)
	if late && m.Break != LateUntold {
		flags |= doKill // quiesce
	}
	return flags
}

func (m *Group) enqueue(s *state, k int) (late bool) {
	n := s.queueLen()
	if m.background(k) && m.Limit > 0 && m.Break != BackQueued {
		copy(s.queue[1:], s.queue[:n])
		n = 0
	}
	s.queue[n] = int8(k + 1)
	s.live |= bit(k)
	s.pending++
	if m.background(k) {
		s.back++
		return s.fore == 0
	}
	s.fore++
	return false
}

func (m *Group) claim(s *state, k int) {
	if m.Limit > 0 {
		s.used += m.weight(k)
	}
	n := 0
	for _, q := range s.queue {
		if int(q) != k+1 {
			s.queue[n] = q
			n++
		}
	}
	clear(s.queue[n:])
}

func (m *Group) fits(s *state, weight int8) bool {
	return s.used == 0 || s.used+weight <= int8(m.Limit)
}

func (m *Group) runnable(s *state) bool {
	k := int(s.queue[0]) - 1
	return k >= 0 && (m.Limit == 0 || m.background(k) || s.noticed && !m.always(k) || !s.regaining() && m.fits(s, m.weight(k)))
}

func (s *state) regaining() bool { return s.owed != 0 || s.regain[0] != 0 }

func (m *Group) take(s *state) int {
	if s.queue[0] == 0 {
		return m.steal(s)
	}
	if !m.runnable(s) {
		return -1
	}
	k := int(s.queue[0]) - 1
	m.claim(s, k)
	return k
}

// mayFollow reports whether the first queued task may follow task k, which has
// ended: in its place and in its slot.
func (m *Group) mayFollow(s *state, k int) bool {
	return m.Follow && (m.plain(k) || m.Break == FollowWaited) && s.queue[0] != 0 && m.plain(int(s.queue[0])-1) &&
		!s.claimed() && (m.Limit == 0 || !s.regaining() && s.used <= int8(m.Limit))
}

// plain reports whether nobody can mean task k: it has no options, nobody waits
// for it, and nobody cancels it alone.
func (m *Group) plain(k int) bool {
	if m.background(k) || m.always(k) || m.Weights != nil {
		return false
	}
	for a := range m.firstOutsider() + len(m.Outside) {
		for _, act := range m.script(a) {
			if act.Of == k && (act.Do == Wait || act.Do == CancelTask || act.Do == GoWait) {
				return false
			}
		}
	}
	return true
}

// follow has the first queued task follow task k, and gives it. What is behind it
// may run no more than before, so that nobody has to be started.
func (m *Group) follow(s *state, me *worker, k int) int {
	j := int(s.queue[0]) - 1
	m.claim(s, j)
	if m.Limit > 0 {
		s.used -= m.weight(k)
	}
	s.live &^= bit(k)
	s.pending--
	s.fore--
	me.task, me.at = int8(j), asksGroup
	return j
}

// claimBatch claims several tasks for the worker and gives the first, or -1.
func (m *Group) claimBatch(s *state, me *worker) int {
	n := 0
	for n < min(m.Batch, maxTasks) && s.queue[n] != 0 && (!m.background(int(s.queue[n])-1) || m.Break == ClaimServing) {
		n++
	}
	if n < 2 {
		return -1
	}
	for i := range n {
		me.batch[i] = s.queue[0]
		m.claim(s, int(s.queue[0])-1)
	}
	me.taken, me.ran = 1, 0
	return int(me.batch[0]) - 1
}

// finishBatch finishes what the worker has run of its batch.
func (m *Group) finishBatch(s *state, me *worker) (t todo) {
	for k := range m.Tasks {
		if me.ran&bit(k) != 0 {
			one := m.finish(s, k, 0)
			t.flags |= one.flags
		}
	}
	me.batch, me.taken, me.ran = [maxTasks]int8{}, 0, 0
	return t
}

// steal gives a task of any batch, or -1. The engine takes the oldest batch; the
// model does not know which that is.
func (m *Group) steal(s *state) int {
	for w := range s.worker {
		if me := &s.worker[w]; me.left() && m.Break != NoSteal {
			me.taken++
			return int(me.batch[me.taken-1]) - 1
		}
	}
	return -1
}

// recall puts what nobody has taken of a batch back to the front of the queue.
func (m *Group) recall(s *state, me *worker) {
	for i := maxTasks - 1; i >= int(me.taken); i-- {
		if me.batch[i] != 0 {
			copy(s.queue[1:], s.queue[:maxTasks-1])
			s.queue[0] = me.batch[i]
			me.batch[i] = 0
		}
	}
}

// claimed reports whether a batch has a task that nobody has taken.
func (s *state) claimed() bool {
	for w := range s.worker {
		if s.worker[w].left() {
			return true
		}
	}
	return false
}

func (m *Group) next(s *state) (flags uint8) {
	if !m.runnable(s) && (m.Break == BatchAlone || !s.claimed()) {
		return 0
	}
	if s.starters > 0 && (s.queueLen() <= m.PerStarter*int(s.starters) || int(s.starters) >= m.Procs) {
		return 0
	}
	s.starters++
	s.pending++
	return doLaunch
}

func (m *Group) finish(s *state, k, holds int) (t todo) {
	s.pending -= int8(holds)
	if k >= 0 {
		s.live &^= bit(k)
		s.pending--
		if m.background(k) {
			s.back--
		} else if s.fore--; s.fore == 0 && s.bodyDone && s.back > 0 {
			t.flags |= doKill // quiesce
		}
		t.tell = s.waits[k]
		s.waits[k] = 0
		if m.Limit > 0 && (s.lent&bit(1+k) == 0 || s.backed&bit(1+k) != 0) && m.Break != KeepSlot {
			t.resume = m.release(s, m.weight(k))
		}
		m.giveBack(s, t.tell)
	}
	if s.pending == 0 {
		s.closed = true
		if s.joined == joinWaits {
			t.flags |= doJoined
		}
	}
	return t
}

func (m *Group) retire(s *state, k int) todo {
	t := m.finish(s, k, 0)
	if m.Break != RetireAlone {
		t.flags |= m.next(s)
	}
	return t
}

func (m *Group) notice(s *state) (flags uint8) {
	if s.noticed || s.closed {
		return 0
	}
	s.noticed = true
	if m.Break == NoticeAlone {
		return 0
	}
	return m.next(s)
}

func (m *Group) release(s *state, weight int8) (resume uint8) {
	s.used -= weight
	return m.serve(s)
}

func (m *Group) serve(s *state) (resume uint8) {
	for s.regain[0] != 0 && m.fits(s, m.weight(int(s.regain[0])-1)) {
		a := int(s.regain[0])
		s.used += m.weight(a - 1)
		resume |= bit(a)
		copy(s.regain[:], s.regain[1:])
		s.regain[maxTasks-1] = 0
	}
	return resume
}

// giveBack takes the slots for the tasks among the actors whose wait is over.
func (m *Group) giveBack(s *state, over uint8) {
	for a := 1; a < m.firstOutsider(); a++ {
		k := a - 1
		if over&bit(a) == 0 || m.Limit == 0 || m.background(k) || s.lent&bit(a) == 0 || s.backed&bit(a) != 0 {
			continue
		}
		if !s.regaining() && m.fits(s, m.weight(k)) {
			s.used += m.weight(k)
			s.backed |= bit(a)
		} else {
			s.owed |= bit(a)
		}
	}
}

// lend gives up the slot of actor a, if that is a task. It does not if what it
// waits for is over.
func (m *Group) lend(s *state, a int, over bool) (t todo) {
	if a == 0 || a >= m.firstOutsider() || m.Limit == 0 || over || m.Break == NoLend {
		return todo{}
	}
	s.lent |= bit(a)
	t.resume = m.release(s, m.weight(a-1))
	if m.Break != LendAlone {
		t.flags = m.next(s)
	}
	return t
}

// takeBack reports whether actor a has its slot again, and says what has to be
// launched.
func (m *Group) takeBack(s *state, a int) (has bool, flags uint8) {
	if s.lent&bit(a) == 0 {
		return true, 0
	}
	s.lent &^= bit(a)
	owed := s.owed&bit(a) != 0
	s.owed &^= bit(a)
	switch k := a - 1; {
	case s.backed&bit(a) != 0:
		s.backed &^= bit(a)
		return true, 0
	case m.background(k):
		return true, 0
	case s.regain[0] == 0 && m.fits(s, m.weight(k)):
		s.used += m.weight(k)
		if owed && m.Break != OwedAlone {
			flags = m.next(s)
		}
		return true, flags
	}
	for i := range s.regain {
		if s.regain[i] == 0 {
			s.regain[i] = int8(a)
			break
		}
	}
	return false, 0
}

func (m *Group) takeAnyway(s *state, a int) {
	for i, r := range s.regain {
		if int(r) == a {
			copy(s.regain[i:], s.regain[i+1:])
			s.regain[maxTasks-1] = 0
			s.used += m.weight(a - 1)
			s.anyway |= bit(a)
			return
		}
	}
}
