package explore

// This file is the state of a modelled group: what there is to know of it, and
// which states count as the same.

// state is all there is to know of a group and of those who use it. The masks
// have one bit a task, or one an actor: the body, the tasks, the outsiders.
type state struct {
	actor  [maxActors]thread
	worker [maxWorkers]worker

	queue   [maxTasks]int8 // queued tasks in order, their numbers from 1
	live    uint8          // tasks in the list: added and not finished
	over    uint8          // tasks whose phase says that they have ended
	started uint8          // tasks that were called, or told that they never will be
	refused uint8          // tasks that came too late
	killed  uint8          // tasks that were cancelled alone

	pending, fore, back int8
	starters, used      int8

	closed, bodyDone, noticed, dead bool

	joined uint8
	waits  [maxTasks]uint8 // actors that are registered with the task
	told   uint8           // actors that have been told of an end
	gaveUp uint8           // actors whose own context is dead
	lent   uint8           // actors that have lent their slot
	backed uint8           // … and were given it back before they noticed
	owed   uint8           // … and were not, since it was not free
	slot   uint8           // actors that have been handed a slot
	regain [maxTasks]int8  // actors that want one, in order
	anyway uint8           // actors that took a slot over the limit
	wrong  uint8
}

const (
	joinNone = iota
	joinWaits
	joinTold
)

const (
	calledTwice = 1 << iota
	addedLate
)

// todo is what a section leaves to do once the lock is free: launch and ending
// of the engine, and the steps of a cancel.
type todo struct {
	tell   uint8 // actors
	resume uint8
	flags  uint8
}

const (
	doLaunch = 1 << iota
	doKill
	doNotice
	doJoined
)

func (t todo) any() bool { return t != todo{} }

func bit(i int) uint8 { return 1 << i }

func (m *Group) always(k int) bool     { return m.Always&bit(k) != 0 }
func (m *Group) background(k int) bool { return m.Background&bit(k) != 0 }

func (m *Group) weight(k int) int8 {
	switch {
	case m.background(k):
		return 0
	case m.Weights == nil:
		return 1
	}
	return int8(m.Weights[k])
}

// queued reports whether task k is.
func (s *state) queued(k int) bool {
	for _, q := range s.queue {
		if int(q) == k+1 {
			return true
		}
	}
	return false
}

func (s *state) queueLen() (n int) {
	for n < maxTasks && s.queue[n] != 0 {
		n++
	}
	return n
}

// launch starts a worker.
func (s *state) launch() {
	for w := range s.worker {
		if s.worker[w].at == noWorker {
			s.worker[w].at = looks
			return
		}
	}
	panic("explore: the model has too few workers")
}

// settle makes states alike that differ only in which worker is where, and
// forgets workers that have nothing left to do.
func (s *state) settle() {
	for i := range s.worker {
		if s.worker[i] == (worker{at: gone}) {
			s.worker[i] = worker{}
		}
	}
	for i := 1; i < len(s.worker); i++ {
		for j := i; j > 0 && s.worker[j].key() > s.worker[j-1].key(); j-- {
			s.worker[j], s.worker[j-1] = s.worker[j-1], s.worker[j]
		}
	}
}

func (w worker) key() uint64 {
	var batch uint64
	for _, k := range w.batch {
		batch = batch<<3 | uint64(k)
	}
	return batch<<48 | uint64(w.taken)<<45 | uint64(w.ran)<<40 | uint64(w.at)<<32 | uint64(uint8(w.task))<<24 | uint64(w.todo.tell)<<16 | uint64(w.todo.resume)<<8 | uint64(w.todo.flags)
}
