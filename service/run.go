package service

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
	"time"

	"github.com/braid-go/braid"
)

// This file runs a service: a loop on the goroutine of Run, the only one that
// touches the members, is told of everything, and then does what has become
// possible or necessary. What the loop decides is in supervise.go.
//
// What is kept: nobody who tells the loop something waits for it, and it waits
// for nobody but its observers; so whatever a part does, a signal is obeyed.

// A message tells the loop of something that happened.
type message struct {
	what  what
	of    *attempt     // nil for isAsked and isKilled
	err   error        // of isAsked, isKilled and hasReported
	stall *braid.Stall // or nil
}

type what uint8

const (
	isSlow      what = iota
	isReady          // the part can be used
	isOver           // the attempt's functions have ended
	isAsked          // the service is to be stopped
	isKilled         // … at once
	hasReported      // the part goes on after a failure
)

// maxReports is how many failures may be on the way to the observers.
const maxReports = 64

// A run is a service while it runs.
type run struct {
	s       *Service
	cfg     *config
	members []*member
	caller  context.Context // given to Run
	parent  *attempt        // that calls Run, or nil
	ctx     context.Context // of the group; no cancellation reaches it
	wake    chan struct{}   // has room for one
	reports chan struct{}   // has room for the reports that are on the way

	mu    sync.Mutex
	inbox []message
	over  bool          // nobody reads the inbox any more
	gone  chan struct{} // closed then

	// What follows is the loop's.
	phase    Phase
	reason   *Reason
	killAt   time.Time // when the grace is over, or zero
	rounds   []*round
	restarts []time.Time // within the window
	kept     []kept
	dropped  int
	doneLast string // the part that was done last
	giveUp   error  // that the restarts were too many, or nil
	signals  <-chan os.Signal
	unnotify func() // undoes signal.Notify
}

// post leaves a message, and reports whether somebody will read it.
func (r *run) post(msg message) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return false
	}
	r.inbox = append(r.inbox, msg)
	select {
	case r.wake <- struct{}{}:
	default: // it will look anyhow
	}
	return true
}

func (r *run) take() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	msgs := r.inbox
	r.inbox = nil
	return msgs
}

// all runs the service and works out what Run returns.
func (r *run) all(early *Reason) error {
	defer r.close()
	opts := []braid.GroupOption{braid.Supervised}
	if r.cfg.name != "" {
		opts = append(opts, braid.Name(r.cfg.name))
	}
	err := braid.Run(context.WithoutCancel(r.caller), func(ctx context.Context, g *braid.Group) error {
		r.ctx = ctx //braid:ignore escape nothing of r goes on when the group has ended
		if early != nil {
			r.reason = early
			r.s.update(func(st *Status) { st.Reason = early })
		} else {
			r.watchSignals()
			defer r.release()
			r.loop()
		}
		r.replay(ctx, g)
		return r.giveUp
	}, opts...)
	if err == nil && (r.reason.By == ByContext || r.reason.By == ByParent && r.phase == PhaseKilling) {
		err = cancellation(r.caller)
	}
	if err != nil {
		err = &Error{Reason: r.reason, Err: err, Dropped: r.dropped}
	}
	r.enter(PhaseStopped, Event{Err: err})
	return err
}

// release stops and joins the parts that live, which there are only if an
// observer panicked or called Goexit.
func (r *run) release() {
	r.leave()
	var left []*attempt
	for _, m := range slices.Backward(r.members) {
		if a := m.attempt; a != nil && a.group != nil {
			left = append(left, a)
			a.soften(errLoopLeft, func() { a.group.CancelCause(errLoopLeft) })
		}
	}
	for _, a := range left {
		a.join(true)
	}
}

// errLoopLeft is why the parts are stopped when nobody can any more.
var errLoopLeft = fmt.Errorf("service: an observer panicked: %w", context.Canceled)

// leave lets everyone know that there is no loop any more.
func (r *run) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.over, r.inbox = true, nil
		close(r.gone)
	}
}

// close lets go of all, also if an observer panics.
func (r *run) close() {
	r.quiet()
	r.leave()
	r.s.mu.Lock()
	r.s.run = nil
	r.s.status.Phase = PhaseStopped
	for i := range r.s.status.Parts {
		p := &r.s.status.Parts[i]
		if p.Phase != PhaseStopped {
			p.Phase, p.Ready, p.Since = PhaseStopped, false, time.Now()
		}
	}
	r.s.mu.Unlock()
}

func (r *run) watchSignals() {
	if r.cfg.signals == nil {
		r.signals = r.cfg.from
		return
	}
	c := make(chan os.Signal, 2)
	r.signals = c
	var wanted []os.Signal
	for _, sig := range r.cfg.signals {
		if !signal.Ignored(sig) { // as nohup has it
			wanted = append(wanted, sig)
		}
	}
	if len(wanted) > 0 { // no signals would mean all
		signal.Notify(c, wanted...)
		r.unnotify = func() { signal.Stop(c) }
	}
}

// quiet makes the service deaf to signals.
func (r *run) quiet() {
	if r.unnotify != nil {
		r.unnotify()
	}
	r.signals = nil
}

// loop runs until all parts have ended for good.
func (r *run) loop() {
	dying := r.caller.Done()
	var asked, killed <-chan struct{}
	if r.parent != nil {
		asked, killed = r.parent.stopping, r.parent.ctx.Done()
	}
	timer := time.NewTimer(braid.Forever)
	defer timer.Stop()
	r.enter(PhaseStarting, Event{})
	for r.step() {
		timer.Stop() // in a bubble of testing/synctest, one that nobody needs would hide a deadlock
		if d, ok := r.untilDue(); ok {
			timer.Reset(d)
		}
		select {
		case <-r.wake:
			r.hear()
		case sig, ok := <-r.signals:
			switch {
			case !ok:
				r.signals = nil
			case r.hear():
				r.signalled(sig)
			}
		case <-killed:
			asked, killed = nil, nil
			if r.hear() {
				r.halt(&Reason{By: ByParent, Err: r.parent.why()})
				r.harden(r.parent.why())
			}
		case <-asked:
			asked = nil
			if r.hear() && r.parent.ctx.Err() == nil { // else it is more than being asked
				r.halt(&Reason{By: ByParent, Err: r.parent.why()})
			}
		case <-dying:
			dying = nil
			if r.hear() && (r.parent == nil || r.parent.why() == nil) { // else it is the parent that kills
				r.halt(&Reason{By: ByContext, Err: context.Cause(r.caller)})
			}
		case <-timer.C:
			if r.hear() {
				r.expire(time.Now())
			}
		}
	}
}

// hear does what the messages ask for that there are, and is false when all
// parts have ended for good. It comes before anything else that happened: an
// observer may have held up the loop, and who ended, or became ready, in time
// meanwhile was not late.
func (r *run) hear() bool {
	for _, msg := range r.take() {
		r.handle(msg)
		r.step() // at once: what follows must not depend on what else has come meanwhile
	}
	return r.step()
}
