package explore

import "fmt"

// This file says what must hold of a modelled group: in every state, and in
// those in which nobody can go on.

// A Break is something that the model gets wrong on purpose, to see that it is
// found. The zero Break is none.
type Break uint8

const (
	NoChain       Break = 1 + iota // who takes a task does not see to the next
	CountLate                      // a worker counts as one that will look until it has gone
	ExitAlone                      // a lost worker does not see to a next one
	RetireAlone                    // nor who retires a task that was taken back
	PublishLate                    // a task says that it has ended only after its waiters were taken
	RegisterBlind                  // who registers does not look again under the lock
	WithdrawBlind                  // who takes back a task does not look whether it is queued
	AddBlind                       // who adds does not look whether the group has ended
	JoinBlind                      // who joins does not look whether it has either
	NoticeAlone                    // who notices the group's death starts nobody
	KeepSlot                       // a task keeps its slot at its end
	NoLend                         // a task keeps its slot while it waits
	LendAlone                      // who lends a slot starts nobody for it
	NoTakeAnyway                   // who gives up a wait goes on waiting for a slot
	BackQueued                     // a background task queues behind the others
	OwedAlone                      // who has its slot again starts nobody that was held up for it
	LateUntold                     // a background task is not, if all others had ended when it came
	AsideBlind                     // who joins counts as one that will look, and does not
	BatchAlone                     // what is left of a batch has nobody who will look for it
	NoSteal                        // who finds none queued takes none of a batch
	KeepRest                       // who is lost takes the rest of its batch with it
	ClaimServing                   // background tasks are claimed together with those they serve
	FollowWaited                   // a task follows another that somebody waits for
)

// Check implements [Model].
func (m *Group) Check(s state) error {
	if s.wrong&calledTwice != 0 {
		return fmt.Errorf("a task is called after it was called or given up")
	}
	if s.wrong&addedLate != 0 {
		return fmt.Errorf("a task is added after the group has returned")
	}
	promised, waiting, holds, again := 0, 0, 0, false
	count := func(t todo) {
		if t.flags&doLaunch != 0 {
			promised++
		}
	}
	for _, a := range s.actor {
		count(a.todo)
	}
	if s.actor[0].at == atAside {
		waiting++
	}
	running := int8(0)
	for _, w := range s.worker {
		count(w.todo)
		switch w.at {
		case looks:
			waiting++
		case looksOn:
			again = true
		case runs:
			if a := int(w.task) + 1; s.slotless()&bit(a) == 0 && s.anyway&bit(a) == 0 {
				running += m.weight(int(w.task))
			}
		}
		if w.at != noWorker && w.at != gone {
			holds++
		}
	}
	if (m.runnable(&s) || s.claimed()) && s.starters == 0 && !again {
		return fmt.Errorf("a task that may run is queued, and nobody will look for it")
	}
	if int(s.starters) != promised+waiting {
		return fmt.Errorf("%d starters are counted, %d were started and have not looked", s.starters, promised+waiting)
	}
	live, fore, back := 0, int8(0), int8(0)
	if !s.bodyDone {
		live, fore = 1, 1
	}
	used := int8(0)
	for k := range m.Tasks {
		if s.live&bit(k) == 0 {
			continue
		}
		live++
		if m.background(k) {
			back++
		} else {
			fore++
		}
		if !s.queued(k) && s.slotless()&bit(k+1) == 0 {
			used += m.weight(k)
		}
	}
	switch {
	case int(s.pending) != live+holds+promised:
		return fmt.Errorf("%d are pending, %d live", s.pending, live+holds+promised)
	case s.fore != fore || s.back != back:
		return fmt.Errorf("%d ordinary and %d background are counted, %d and %d live", s.fore, s.back, fore, back)
	case s.closed != (s.pending == 0):
		return fmt.Errorf("the group is closed: %v, with %d pending", s.closed, s.pending)
	case m.Limit > 0 && s.used != used:
		return fmt.Errorf("%d slots are counted, %d are held", s.used, used)
	case m.Limit > 0 && running > int8(m.Limit) && running > m.heaviest() && !s.noticed:
		return fmt.Errorf("tasks run with a weight of %d at a limit of %d", running, m.Limit)
	case s.actor[0].at == atReturned && (s.live != 0 || holds+promised > 0):
		return fmt.Errorf("the group has returned before all have ended")
	case s.dead && s.fore > 0 && m.quiet():
		return fmt.Errorf("the group is dead, and nobody had a reason to kill it")
	}
	return nil
}

// slotless gives the actors that run without a slot.
func (s *state) slotless() uint8 {
	b := s.lent &^ s.backed
	for _, r := range s.regain {
		if r != 0 {
			b |= bit(int(r))
		}
	}
	return b
}

func (m *Group) heaviest() (w int8) {
	for k := range m.Tasks {
		w = max(w, m.weight(k))
	}
	return w
}

// quiet reports whether only the end of what they serve kills background tasks.
func (m *Group) quiet() bool {
	for a := range m.firstOutsider() + len(m.Outside) {
		for _, act := range m.script(a) {
			switch act.Do {
			case Cancel, Kill, Fail, Exit:
				return false
			}
		}
	}
	return true
}

// End implements [Model].
func (m *Group) End(s state) error {
	if s.actor[0].at != atReturned {
		return fmt.Errorf("a hang: the group does not return")
	}
	for a := range m.firstOutsider() + len(m.Outside) {
		t, script := s.actor[a], m.script(a)
		switch {
		case t.todo.any():
			return fmt.Errorf("a hang: %s does not get done", m.name(a))
		case a == 0 || int(t.act) == len(script):
		case a < m.firstOutsider() && s.live&bit(a-1) == 0: // was skipped, or never added
		case t.at == atStart && m.noHandle(&s, script[t.act]): // and never will have one
		default:
			return fmt.Errorf("a hang: %s stops at act %d", m.name(a), t.act)
		}
	}
	for _, w := range s.worker {
		if w.at != noWorker {
			return fmt.Errorf("a hang: a worker is left")
		}
	}
	return nil
}

// noHandle reports whether act is done with the handle of a task that has not
// been added yet.
func (m *Group) noHandle(s *state, act Act) bool {
	return (act.Do == Wait || act.Do == CancelTask) && (s.live|s.over|s.refused)&bit(act.Of) == 0
}
