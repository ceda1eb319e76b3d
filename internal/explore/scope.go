package explore

import "errors"

// This file is the model of contexts made on demand (context.go of the root
// package): a task's below its group's below a standard one. Several ask for
// them, kill them and end the task at once, and in the end the task's node is
// used for another. What is checked: whoever has seen the task's context dead
// is never contradicted, a cancel that has returned is seen by all, who waits
// for Done is woken, and no task gets a context that somebody has seen dead.

// A Call is what one goroutine does with the contexts.
type Call uint8

const (
	Err         Call = iota // ask the task's context for Err
	ErrTwice                // … and once more
	Done                    // ask it for Done, and wait for that
	KillOutside             // cancel the standard context at the top
	KillGroup               // cancel the group's context
	KillTask                // cancel the task's context
	End                     // the task ends
	EndAndReuse             // … and its node is used for another, if it may be
)

var callNames = [...]string{"Err", "Err twice", "Done", "a kill above", "a kill of the group", "a kill of the task", "the end", "the end"}

// A ScopeBreak is something that the model gets wrong on purpose.
type ScopeBreak uint8

const (
	AdoptBlind   ScopeBreak = iota + 1 // who installs a context does not look whether the task has ended
	EndInvisible                       // the end looks for a context before it makes itself visible
	NoLatch                            // a death that is seen above is told but not kept
	InstallBlind                       // who installs a context does not look whether there is one
	ReuseBlind                         // whoever uses the node again does not look for a context
	ReuseHidden                        // … or looks before its phase is visible
)

// Scopes is a program for the model: what each goroutine calls.
type Scopes struct {
	Calls []Call
	Break ScopeBreak
}

const (
	maxCalls = 4
	ofGroup  = 0 // the group's scope
	ofTask   = 1 // the task's, below it
)

// A made is a standard context that somebody has made for a scope. Only one of
// those for a scope is installed.
type made struct {
	there bool
	dead  bool
	above uint8 // for one of the task's: who made the group's that it hangs from
}

// A frame is a place in one of the functions below, and the scope it is about.
type frame struct{ at, of uint8 }

type caller struct {
	stack  [4]frame // the innermost last
	deep   uint8
	dead   bool // what the function that has just returned gave
	before bool // the context was known to be dead when the question was asked
	twice  bool
}

type scopeState struct {
	caller  [maxCalls]caller
	made    [2][maxCalls]made
	std     [2]uint8 // whose is installed, from 1
	outside bool     // the standard context at the top is dead
	ended   bool     // the task's phase
	reused  bool
	known   bool // that the task's context is dead: seen, or a kill has returned
	fault   uint8
}

const (
	faultAlive = iota + 1
	faultReused
)

// Places in the functions of a scope.
const (
	errStd  = iota + 1 // errUnder: is there a context?
	errEnd             // has the scope ended?
	errUp              // is what is above dead?
	errUp2             // … and now that this is known
	errMade            // what does the context say?

	matStd   // materialize: is there a context?
	matUp    // make one: the one above first
	matHang  // … and hang it below that
	matPut   // adopt: install it
	matLost  // … somebody was first
	matEnded // has the scope ended?
	matKill  // … then it is killed

	endPhase // end: store the phase
	endStd   // is there a context?
	endKill  // kill it
	endHide  // only if the model is broken: the phase comes late
	recycle  // may the node be used again?
	reuse    // store the phase of the next task
	reuseStd // has somebody made a context meanwhile?
	undo     // then it ends again
	undoKill

	callErr
	callErrDone
	callDone
	callWait
	killTop
	killGroup
	killTask
	killBelow
	callOver
)

// Start implements [Model].
func (m *Scopes) Start() (s scopeState) {
	for i, c := range m.Calls {
		at := uint8(callErr)
		switch c {
		case Done:
			at = callDone
		case KillOutside:
			at = killTop
		case KillGroup:
			at = killGroup
		case KillTask:
			at = killTask
		case End, EndAndReuse:
			if at = endPhase; m.Break == EndInvisible {
				at = endStd
			}
		}
		s.caller[i].twice = c == ErrTwice
		s.caller[i].stack[0].at = at
	}
	return s
}

// Steps implements [Model].
func (m *Scopes) Steps(s scopeState, yield func(who, what string, next scopeState)) {
	for i := range m.Calls {
		next := s
		if what := m.step(&next, i); what != "" {
			yield(callNames[m.Calls[i]], what, next)
		}
	}
}

// enter calls a function, to go on at back when it returns.
func (c *caller) enter(back, at uint8, of uint8) {
	c.stack[c.deep].at = back
	c.deep++
	c.stack[c.deep] = frame{at, of}
}

func (c *caller) leave() {
	c.stack[c.deep] = frame{}
	c.deep--
}

// kill kills a context that was made for a scope.
func (s *scopeState) kill(of, by uint8) { s.made[of][by-1].dead = true }

// orphan gives a context that is alive although the one above it is dead: who
// kills the one above kills it too, before the kill returns.
func (s *scopeState) orphan() (of, by uint8) {
	for i, c := range s.made[ofGroup] {
		if c.there && !c.dead && s.outside {
			return ofGroup, uint8(i + 1)
		}
	}
	for i, c := range s.made[ofTask] {
		if c.there && !c.dead && s.made[ofGroup][c.above-1].dead {
			return ofTask, uint8(i + 1)
		}
	}
	return 0, 0
}

// step takes the one step of a goroutine, and says what it is; "" if there is
// none.
func (m *Scopes) step(s *scopeState, i int) string {
	c := &s.caller[i]
	f := &c.stack[c.deep]
	me, of := uint8(i+1), f.of
	switch f.at {
	case errStd:
		if f.at = errEnd; s.std[of] != 0 {
			f.at = errMade
		}
		return "errUnder looks for a context"
	case errEnd:
		if f.at = errUp; of == ofTask && s.ended {
			c.enter(errMade, matStd, of)
		}
		return "errUnder looks at the phase"
	case errUp:
		if of == ofTask {
			c.enter(errUp2, errStd, ofGroup)
		} else if c.dead = s.outside; !c.dead {
			c.leave()
		} else {
			m.latch(c, of)
		}
		return "errUnder asks above"
	case errUp2:
		if !c.dead {
			c.leave()
		} else {
			m.latch(c, of)
		}
		return "errUnder has asked above"
	case errMade:
		c.dead = s.made[of][s.std[of]-1].dead
		c.leave()
		return "errUnder asks the context"

	case matStd:
		if f.at = matUp; s.std[of] != 0 {
			c.leave()
		}
		return "materialize looks for a context"
	case matUp:
		if of == ofTask {
			c.enter(matHang, matStd, ofGroup)
			return "materialize needs the group's"
		}
		s.made[of][i] = made{there: true, dead: s.outside}
		f.at = matPut
		return "materialize makes a context for the group"
	case matHang:
		above := s.std[ofGroup]
		s.made[of][i] = made{there: true, dead: s.made[ofGroup][above-1].dead, above: above}
		f.at = matPut
		return "materialize makes a context for the task"
	case matPut:
		if f.at = matEnded; s.std[of] == 0 || m.Break == InstallBlind {
			s.std[of] = me
		} else {
			f.at = matLost
		}
		return "adopt installs it if there is none"
	case matLost:
		s.kill(of, me)
		f.at = matEnded
		return "adopt drops it"
	case matEnded:
		if of == ofTask && s.ended && m.Break != AdoptBlind {
			f.at = matKill
		} else {
			c.leave()
		}
		return "adopt looks at the phase"
	case matKill:
		s.kill(of, s.std[of])
		c.leave()
		return "adopt kills it"

	case endPhase:
		s.ended = true
		f.at = endStd
		return "stores the phase"
	case endStd:
		if f.at = recycle; s.std[ofTask] != 0 {
			f.at = endKill
		} else if m.Break == EndInvisible {
			f.at = endHide
		}
		return "looks for a context"
	case endKill:
		s.kill(ofTask, s.std[ofTask])
		if f.at = recycle; m.Break == EndInvisible {
			f.at = endHide
		}
		return "kills it"
	case endHide:
		s.ended = true
		f.at = recycle
		return "stores the phase"
	case recycle:
		if f.at = callOver; s.std[ofTask] == 0 && m.Calls[i] == EndAndReuse {
			if f.at = reuse; m.Break == ReuseHidden {
				f.at = reuseStd
			}
		}
		return "looks whether the node may be used again"
	case reuse:
		s.ended = false
		if f.at = reuseStd; m.Break == ReuseBlind || m.Break == ReuseHidden {
			return m.used(s, f)
		}
		return "stores the phase of the next task"
	case reuseStd:
		switch {
		case s.std[ofTask] != 0:
			f.at = undo
		case m.Break == ReuseHidden:
			f.at = reuse
		default:
			return m.used(s, f)
		}
		return "looks for a context again"
	case undo:
		s.ended = true
		f.at = undoKill
		return "ends the old task again"
	case undoKill:
		s.kill(ofTask, s.std[ofTask])
		f.at = callOver
		return "kills its context"

	case callErr:
		c.before = s.known
		c.enter(callErrDone, errStd, ofTask)
		return "asks"
	case callErrDone:
		if c.dead {
			s.known = true
		} else if c.before {
			s.fault = faultAlive
		}
		if f.at = callOver; c.twice {
			c.twice = false
			f.at = callErr
		}
		return "is told"
	case callDone:
		c.enter(callWait, matStd, ofTask)
		return "asks"
	case callWait:
		if !s.made[ofTask][s.std[ofTask]-1].dead {
			return ""
		}
		s.known = true
		f.at = callOver
		return "is woken"
	case killTop:
		s.outside = true
		f.at = killBelow
		return "kills the standard context"
	case killGroup, killTask:
		of := f.at - killGroup
		if !c.dead { // which says here that the context is there
			c.dead = true
			c.enter(f.at, matStd, of)
			return "needs a context to kill"
		}
		s.kill(of, s.std[of])
		f.at = killBelow
		return "kills the context"
	case killBelow:
		if of, by := s.orphan(); by != 0 {
			s.kill(of, by)
			return "kills one below"
		}
		s.known = true
		f.at = callOver
		return "has killed"
	}
	return ""
}

// latch makes the context that keeps the death, which was seen above.
func (m *Scopes) latch(c *caller, of uint8) {
	if m.Break == NoLatch {
		c.leave()
		return
	}
	c.enter(errMade, matStd, of)
}

func (m *Scopes) used(s *scopeState, f *frame) string {
	s.reused = true
	if s.known && !m.kills() {
		s.fault = faultReused
	}
	f.at = callOver
	return "uses the node again"
}

func (m *Scopes) kills() bool {
	for _, c := range m.Calls {
		if c == KillOutside || c == KillGroup || c == KillTask {
			return true
		}
	}
	return false
}

// Check implements [Model].
func (m *Scopes) Check(s scopeState) error {
	switch s.fault {
	case faultAlive:
		return errors.New("a context that is known to be dead says that it is alive")
	case faultReused:
		return errors.New("the node of a task whose context was seen dead is used again")
	}
	if s.reused && !m.kills() && s.std[ofTask] != 0 && s.made[ofTask][s.std[ofTask]-1].dead {
		return errors.New("a task's context is dead before its time")
	}
	return nil
}

// End implements [Model].
func (m *Scopes) End(s scopeState) error {
	for i := range m.Calls {
		c := &s.caller[i]
		if at := c.stack[c.deep].at; at == callOver || at == callWait && s.reused && !m.kills() {
			continue
		}
		if m.killedOrEnded() {
			return errors.New("a hang: nobody wakes who waits for Done")
		}
	}
	return nil
}

func (m *Scopes) killedOrEnded() bool {
	for _, c := range m.Calls {
		if c >= KillOutside {
			return true
		}
	}
	return false
}
