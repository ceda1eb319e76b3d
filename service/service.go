package service

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/braid-go/braid"
)

// This file holds the service as its users see it. What it does is in run.go.

// A Service is a set of parts that are started, watched and stopped together.
// [New] makes one; it runs once. Its methods may be called from any goroutine.
type Service struct {
	cfg     config
	members []*member // in the order of starting

	mu     sync.Mutex // guards what follows, for a few instructions at a time
	run    *run       // while it runs
	begun  bool
	early  *Reason // why it was stopped before it ran
	status Status
}

// Run runs the parts and returns when all of them have ended and nothing of
// them is left.
//
// It returns nil after a clean stop that a signal, [Service.Stop], a part's end
// in peace or the service around asked for, and after a hard one that
// [Service.Kill] asked for before there was a soft one. Otherwise the error is an [*Error]
// with every failure: those that led to the stop, which are the ones within the
// window of the [Intensity], and all that came afterwards, also that a part had
// to be cut short ([ErrCutShort]). Panics and Goexits of parts are failures in
// that error; they are not raised.
//
// The death of ctx begins a stop, soft and then hard like others, which is
// never clean, since a service is never done: if nothing fails in it, the error
// is the cancellation, as for [braid.Run], and matches context.Canceled or
// context.DeadlineExceeded and the cause. If ctx is dead already, nothing starts.
//
// A part may call Run with its own context: then the service is asked to stop
// when that part is, and stops hard when the part does. See [Supervise].
//
// Run panics at once if ctx is nil or an option makes no sense, if there are no
// parts, if a part has no name, that of another, no Run or a negative duration,
// or needs itself, directly or through others, or one that is not there.
func Run(ctx context.Context, parts []Part, opts ...Option) error {
	return newService("Run", parts, opts).start(ctx)
}

// New makes a service without running it, for who wants to stop it or look at
// it from outside. It panics as [Run] does.
func New(parts []Part, opts ...Option) *Service { return newService("New", parts, opts) }

func newService(caller string, parts []Part, opts []Option) *Service {
	s := &Service{cfg: configOf(opts), members: arrange(caller, parts)}
	s.status = Status{Service: s.cfg.name, Parts: make([]PartStatus, len(s.members))}
	for i, m := range s.members {
		s.status.Parts[i] = PartStatus{Name: m.Name}
	}
	return s
}

// Run is the function [Run] for a service made by [New]. It can be called once,
// and panics if it is called again.
func (s *Service) Run(ctx context.Context) error { return s.start(ctx) }

func (s *Service) start(ctx context.Context) error {
	if ctx == nil {
		panic("service: Run called with a nil context")
	}
	r := &run{
		s: s, cfg: &s.cfg, members: s.members, caller: ctx,
		wake: make(chan struct{}, 1), gone: make(chan struct{}), reports: make(chan struct{}, maxReports),
	}
	s.mu.Lock()
	if s.begun {
		s.mu.Unlock()
		panic("service: Run called twice on one Service; New makes another")
	}
	s.begun, s.run = true, r
	early := s.early
	s.mu.Unlock()
	if a := attemptOf(ctx); a != nil {
		r.parent = a
	}
	if early == nil && ctx.Err() != nil {
		early = &Reason{By: ByContext, Err: context.Cause(ctx), At: time.Now()}
	}
	return r.all(early)
}

// From gives the service that ctx belongs to: that of the part whose context
// ctx is, or is derived from. It is nil if there is none.
func From(ctx context.Context) *Service {
	if ctx == nil {
		panic("service: From called with a nil context")
	}
	if a := attemptOf(ctx); a != nil {
		return a.r.s
	}
	return nil
}

// Stop begins the soft stop of the service, with a reason for who wants to know
// or nil. It does not wait; Run returns when the stop is over. The first reason
// wins: Stop does nothing while the service is being stopped or has ended. A
// service that is stopped before it runs starts nothing.
func (s *Service) Stop(reason error) { s.stop(message{what: isAsked, err: reason}) }

// Kill begins the hard stop at once: the contexts of all parts die. It does not
// wait. Otherwise it is [Service.Stop]. That parts end by it is what was asked
// for, and no error of Run, but for those that had been asked to stop before or do
// not obey; the reason is in the [Event] of the end and in [Service.Status].
func (s *Service) Kill(reason error) { s.stop(message{what: isKilled, err: reason}) }

func (s *Service) stop(msg message) {
	s.mu.Lock()
	r := s.run
	if !s.begun && s.early == nil {
		s.early = &Reason{By: ByCall, Err: msg.err, At: time.Now()}
	}
	s.mu.Unlock()
	if r != nil {
		r.post(msg)
	}
}

// A Status is what a service looks like at one moment.
type Status struct {
	Service string // its Name, empty if it has none
	Phase   Phase
	Reason  *Reason      // who began its stop, nil before
	Parts   []PartStatus // in the order in which they start
}

// A PartStatus is what a part looks like at one moment.
type PartStatus struct {
	Name    string
	Phase   Phase
	Ready   bool      // or its work is done
	Since   time.Time // when the phase began; zero before the start of the service
	Attempt int       // number of its latest start, 0 before
	Err     error     // what it failed with last, nil if it never did
}

// NotReady gives the names of the parts that are not ready.
func (s Status) NotReady() []string {
	var names []string
	for _, p := range s.Parts {
		if !p.Ready {
			names = append(names, p.Name)
		}
	}
	return names
}

// Ready reports whether the service is in [PhaseRunning] and all its parts are ready. It
// is not while a part restarts, nor from the beginning of its stop.
func (s Status) Ready() bool { return s.Phase == PhaseRunning && len(s.NotReady()) == 0 }

// Status tells how the service is now. The value is the caller's.
func (s *Service) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.status
	st.Parts = slices.Clone(st.Parts)
	return st
}

// update changes the status that others see.
func (s *Service) update(change func(st *Status)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.status)
}

// cancellation gives the one plain error for the death of ctx, as braid words it.
func cancellation(ctx context.Context) error {
	return braid.Run(ctx, func(context.Context, *braid.Group) error { return nil })
}
