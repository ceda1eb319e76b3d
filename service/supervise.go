package service

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/braid-go/braid"
)

// This file decides: what starts, what is asked to stop, what is killed, and
// what the end of a part means. All of it runs on the loop's goroutine.
//
// What is kept, at each moment: a part has been asked to stop only if no part
// that needs it lives (unless the hard stop has come), and lives only if every
// part it needs was ready when it started.

// A round is a restart of one or several parts: they are stopped, and when all
// have ended and the delay is over they start again.
type round struct {
	members []*member
	due     time.Time
	why     error // given to the parts that are stopped for it
}

// halted reports whether the service is being stopped.
func (r *run) halted() bool { return r.reason != nil }

// step does all that has become possible. It is false when all parts have
// ended for good.
func (r *run) step() bool {
	if r.halted() {
		return r.stepDown()
	}
	for _, rd := range slices.Clone(r.rounds) {
		r.stepRound(rd)
	}
	ended, ready := 0, 0
	for _, m := range r.members {
		switch {
		case m.phase != PhaseWaiting || m.round != nil:
		case !slices.ContainsFunc(m.needs, func(n *member) bool { return !n.usable() }):
			m.held = false
			r.start(m)
		case !m.held:
			m.held = true
			r.moved(m, PhaseWaiting, Event{Attempt: m.number + 1})
		}
		if m.done {
			ended++
		}
		if m.usable() {
			ready++
		}
	}
	if ready == len(r.members) && r.phase == PhaseStarting {
		r.enter(PhaseRunning, Event{})
		if r.cfg.onRunning != nil {
			r.cfg.onRunning()
		}
	}
	if ended == len(r.members) {
		r.halt(&Reason{By: ByEnd, Part: r.doneLast})
		return false
	}
	return true
}

// usable tells whether what needs m may start.
func (m *member) usable() bool { return m.phase == PhaseRunning || m.done }

// stepDown asks the parts that nobody needs any more to stop.
func (r *run) stepDown() bool {
	alive := false
	for _, m := range slices.Backward(r.members) {
		a := m.attempt
		if a == nil {
			continue
		}
		alive = true
		if !a.asked && !a.killed && !slices.ContainsFunc(m.above, (*member).alive) {
			r.ask(a, r.reason, 0)
		}
	}
	return alive
}

func (m *member) alive() bool { return m.attempt != nil }

// stepRound stops what is to be restarted, and lets it start when it may.
func (r *run) stepRound(rd *round) {
	alive := false
	for _, m := range slices.Backward(rd.members) {
		a := m.attempt
		if a == nil {
			continue
		}
		alive = true
		switch {
		case a.asked || a.killed || slices.ContainsFunc(m.above, (*member).alive):
		case m.Grace == 0 && r.cfg.grace == 0:
			r.kill(a, rd.why, nil)
		default:
			r.ask(a, rd.why, r.cfg.grace)
		}
	}
	if alive || time.Now().Before(rd.due) {
		return
	}
	r.rounds = slices.DeleteFunc(r.rounds, func(x *round) bool { return x == rd })
	for _, m := range rd.members {
		m.round, m.done = nil, false
		m.phase = PhaseWaiting // which is told if it lasts
	}
}

// ask begins the soft stop of an attempt, for which it has its part's grace,
// or else the one given; 0 is none but the service's. As ever, observers hear
// of it before the part does.
func (r *run) ask(a *attempt, why error, grace time.Duration) {
	if a.m.Grace > 0 {
		grace = a.m.Grace
	}
	a.asked, a.askedAt = true, time.Now()
	a.readyBy = time.Time{}
	if grace > 0 && grace != braid.Forever {
		a.killAt = a.askedAt.Add(grace)
	}
	r.moved(a.m, PhaseStopping, Event{Attempt: a.number})
	if a.soften(why, nil) {
		a.stop = a.fork(a.m.Name+"/stop", a.m.Stop, a.m.Stop)
	}
}

// kill begins the hard stop of an attempt.
func (r *run) kill(a *attempt, why error, because error) {
	a.killed, a.killedAt = true, time.Now()
	a.killAt, a.readyBy = time.Time{}, time.Time{}
	r.moved(a.m, PhaseKilling, Event{Attempt: a.number, Err: because})
	if a.soften(why, func() { a.group.CancelCause(why) }) {
		a.stop = a.fork(a.m.Name+"/stop", a.m.Stop, a.m.Stop)
	}
}

// halt begins the soft stop of the whole, unless it has begun.
func (r *run) halt(why *Reason) {
	if r.halted() {
		return
	}
	why.At = time.Now()
	r.reason = why
	r.forget()
	if why.By != ByFailure {
		r.kept, r.dropped = nil, 0 // what was overcome is no error of a stop that others asked for
	}
	r.rounds = nil
	r.s.update(func(st *Status) { st.Reason = why })
	r.enter(PhaseStopping, Event{})
	for _, m := range r.members {
		m.round = nil
		if m.attempt == nil && m.phase != PhaseStopped {
			r.moved(m, PhaseStopped, Event{Attempt: m.number})
		}
	}
	switch {
	case why.By == ByParent && r.cfg.seen&seenGrace == 0, r.cfg.grace == braid.Forever:
	case r.cfg.grace == 0:
		r.harden(nil)
	default:
		r.killAt = why.At.Add(r.cfg.grace)
	}
}

// harden begins the hard stop of the whole, unless it has begun.
func (r *run) harden(because error) {
	if r.phase == PhaseKilling {
		return
	}
	r.killAt = time.Time{}
	r.enter(PhaseKilling, Event{Err: because})
	for _, m := range slices.Backward(r.members) {
		if a := m.attempt; a != nil && !a.killed {
			r.kill(a, r.reason, because)
		}
	}
}

// signalled obeys a signal: the first is soft, the second hard. After that the
// program is on its own with further ones, which end it.
func (r *run) signalled(sig os.Signal) {
	if !r.halted() {
		r.halt(&Reason{By: BySignal, Signal: sig})
		return
	}
	r.quiet()
	r.harden(fmt.Errorf("signal %v came while the service was stopping", sig))
}

func (r *run) handle(msg message) {
	a := msg.of
	switch msg.what {
	case isAsked:
		r.halt(&Reason{By: ByCall, Err: msg.err})
	case isKilled:
		r.halt(&Reason{By: ByCall, Err: msg.err})
		r.harden(msg.err)
	case isReady:
		if a.m.attempt == a && a.m.phase == PhaseStarting {
			a.ready, a.readyAt, a.readyBy = true, time.Now(), time.Time{}
			r.moved(a.m, PhaseRunning, Event{Attempt: a.number})
		}
	case isSlow:
		if a.m.attempt == a { // else it has ended while the report was written
			a.deaf = true
			r.tell(Event{Part: a.m.Name, Phase: a.m.phase, Attempt: a.number, Stall: msg.stall})
		}
	case hasReported:
		<-r.reports
		r.tell(Event{Part: a.m.Name, Phase: PhaseRunning, Attempt: a.number, Err: msg.err})
	case isOver:
		r.ended(a)
	}
}

// ended decides what follows from the end of an attempt.
func (r *run) ended(a *attempt) {
	m := a.m
	fails := a.end()
	m.attempt = nil
	now := time.Now()
	switch {
	case !r.halted() || !a.killed:
	case a.asked:
		fails = append(fails, failure{m.Name, fmt.Errorf("%w, %v after it was asked", ErrCutShort, now.Sub(a.askedAt).Round(time.Millisecond)), true, m.Run})
	case a.deaf && a.late == nil:
		fails = append(fails, failure{m.Name, fmt.Errorf("%w, %v after that", ErrCutShort, now.Sub(a.killedAt).Round(time.Millisecond)), true, m.Run})
	}
	var err error
	if len(fails) > 0 {
		err = fails[0].err
		r.s.update(func(st *Status) { st.Parts[r.index(m)].Err = err })
	}
	for _, f := range fails {
		r.keep(kept{f, now})
	}
	switch {
	case r.halted():
		r.moved(m, PhaseStopped, Event{Attempt: a.number, Err: err})
	case m.round != nil:
		r.moved(m, PhaseRestarting, Event{Attempt: a.number + 1, Delay: max(m.round.due.Sub(now), 0), Err: err})
	case err == nil && m.Restart == Never && !a.ready:
		err = ErrNotReady
		r.keep(kept{failure{m.Name, err, false, m.Run}, now})
		r.moved(m, PhaseStopped, Event{Attempt: a.number, Err: err})
		r.halt(&Reason{By: ByFailure, Part: m.Name, Err: err})
	case err == nil && m.Restart == Never:
		r.moved(m, PhaseStopped, Event{Attempt: a.number})
		r.halt(&Reason{By: ByEnd, Part: m.Name})
	case err == nil && m.Restart == OnFailure:
		m.done, r.doneLast = true, m.Name
		r.moved(m, PhaseStopped, Event{Attempt: a.number})
	case m.Restart == Never:
		r.moved(m, PhaseStopped, Event{Attempt: a.number, Err: err})
		r.halt(&Reason{By: ByFailure, Part: m.Name, Err: err})
	default:
		r.restart(a, now, err)
	}
}

// restart begins a round, or gives up.
func (r *run) restart(a *attempt, now time.Time, err error) {
	m := a.m
	r.forget()
	if len(r.restarts) >= r.cfg.restarts {
		r.giveUp = fmt.Errorf("%w: %s, after %d within %v", ErrTooManyRestarts, m.Name, len(r.restarts), r.cfg.window)
		r.moved(m, PhaseStopped, Event{Attempt: a.number, Err: err})
		r.halt(&Reason{By: ByFailure, Part: m.Name, Err: r.giveUp})
		return
	}
	if r.cfg.restarts < unlimited {
		r.restarts = append(r.restarts, now)
	}
	if a.ready && now.Sub(a.readyAt) >= r.cfg.window {
		m.streak = 0
	}
	m.streak++
	backoff := m.Backoff
	if backoff == (Backoff{}) {
		backoff = r.cfg.backoff
	}
	delay := backoff.delay(m.streak)
	rd := &round{members: []*member{m}, due: now.Add(delay), why: &restarting{m.Name, err}}
	switch r.cfg.strategy {
	case OneForAll:
		rd.members = slices.Clone(r.members)
	case RestForOne:
		rd.members = append(rd.members, m.above...)
	}
	r.merge(rd)
	r.moved(m, PhaseRestarting, Event{Attempt: a.number + 1, Delay: delay, Err: err})
}

// merge adds a round. With those that have members in common it becomes one.
func (r *run) merge(rd *round) {
	r.rounds = slices.DeleteFunc(r.rounds, func(old *round) bool {
		if !slices.ContainsFunc(rd.members, func(m *member) bool { return m.round == old }) {
			return false
		}
		for _, m := range old.members {
			if !slices.Contains(rd.members, m) {
				rd.members = append(rd.members, m)
			}
		}
		if old.due.After(rd.due) {
			rd.due = old.due
		}
		return true
	})
	slices.SortFunc(rd.members, func(a, b *member) int { return r.index(a) - r.index(b) })
	for _, m := range rd.members {
		m.round = rd
	}
	r.rounds = append(r.rounds, rd)
}

func (r *run) index(m *member) int { return slices.Index(r.members, m) }

// moved notes that a part has come to a phase, and tells it.
func (r *run) moved(m *member, to Phase, e Event) {
	m.phase = to
	r.s.update(func(st *Status) {
		p := &st.Parts[r.index(m)]
		p.Phase, p.Since, p.Attempt, p.Ready = to, time.Now(), m.number, m.usable()
	})
	e.Part, e.Phase = m.Name, to
	r.tell(e)
}

// enter is moved for the service as a whole.
func (r *run) enter(to Phase, e Event) {
	r.phase = to
	r.s.update(func(st *Status) { st.Phase = to })
	e.Phase = to
	r.tell(e)
}

// label gives what events call the service: below another it goes by the part that it is, unless it has a name.
func (r *run) label() string {
	if r.cfg.name != "" || r.parent == nil {
		return r.cfg.name
	}
	if above := r.parent.r.label(); above != "" {
		return above + "/" + r.parent.m.Name
	}
	return r.parent.m.Name
}

func (r *run) tell(e Event) {
	e.At, e.Service, e.Reason = time.Now(), r.label(), r.reason
	r.cfg.tell(e)
}
