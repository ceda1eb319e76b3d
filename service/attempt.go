package service

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
)

// This file runs a part once. What is kept: an attempt tells the service that
// it is over exactly once, when Run, and Stop if it was called, have come to
// their end in whatever way; and by then its context reaches nobody else.

// An attempt is one run of a part. The fields in the middle belong to the
// goroutine of the service's Run.
type attempt struct {
	r      *run
	m      *member
	number int

	group    *braid.Group // of Run and Stop; cancelled by the hard stop
	ctx      context.Context
	task     *braid.Task[struct{}]
	stop     *braid.Task[struct{}]
	ready    bool
	readyAt  time.Time
	readyBy  time.Time // or zero
	asked    bool      // to stop
	askedAt  time.Time
	killAt   time.Time // or zero
	killed   bool
	killedAt time.Time
	deaf     bool  // it was reported that it does not obey that
	late     error // it was not ready in time

	stopping chan struct{} // closed when it is asked to stop

	mu       sync.Mutex
	live     int // functions that have not ended
	softs    map[*soft]struct{}
	softened error // why it was asked to stop, or nil
}

// attemptKey is the key under which a context names the attempt it belongs to.
type attemptKey struct{}

func attemptOf(ctx context.Context) *attempt {
	a, _ := ctx.Value(attemptKey{}).(*attempt)
	return a
}

// start calls the part. Two groups are around its function: the outer one has
// the service's patience, the inner one, whose body the function is, keeps that
// from the groups that the part opens, whose cleanup must not be hurried by it.
func (r *run) start(m *member) {
	m.number++
	a := &attempt{r: r, m: m, number: m.number, stopping: make(chan struct{}), live: 1}
	m.attempt = a
	if m.ReadyWithin > 0 {
		a.readyBy = time.Now().Add(m.ReadyWithin)
	}
	r.moved(m, PhaseStarting, Event{Attempt: a.number})
	a.group, a.ctx = braid.Open(r.ctx, braid.Supervised, braid.PanicsAsErrors, braid.Grace(r.cfg.slowAfter),
		braid.OnStall(func(s braid.Stall) {
			if !r.post(message{of: a, stall: &s}) { // a panic of an observer must not wait in silence
				slog.LogAttrs(context.Background(), slog.LevelWarn, "service: "+m.Name+": does not stop", slog.Any("stall", s))
			}
		}))
	a.task = a.fork(m.Name, m.Run, func(ctx context.Context) error {
		return m.Run(ctx, sync.OnceFunc(func() { r.post(message{of: a, what: isReady}) }))
	})
}

// shown gives the user's function.
func (m *member) shown(stop bool) any {
	if stop {
		return m.Stop
	}
	return m.Run
}

// fork runs fn, which calls the user's function that is shown as the task's.
func (a *attempt) fork(name string, shown any, fn func(ctx context.Context) error) *braid.Task[struct{}] {
	return braid.Fork(a.group, func(ctx context.Context) (none struct{}, err error) {
		defer a.leave()
		dead := ctx.Err() != nil
		if dead && name == a.m.Name {
			return none, context.Cause(ctx)
		}
		ctx = context.WithValue(ctx, attemptKey{}, a)
		if dead { // Stop, which nobody else would tell Run
			return none, fn(ctx)
		}
		return none, unwrapped(braid.Run(ctx, func(ctx context.Context, _ *braid.Group) error {
			return fn(ctx)
		}, braid.Grace(braid.DefaultGrace)))
	}, braid.Name(name), siteOf(shown),
		braid.Always,       // it has to say that it is over, called or not
		braid.OwnGoroutine) // what it does to its thread is nobody else's business
}

// siteOf makes a task go by the user's function, in errors and reports.
func siteOf(fn any) braid.TaskOption {
	return seam.Site(shownAs(fn), -1).(braid.TaskOption)
}

// unwrapped gives the error of a group that consists of its body alone.
func unwrapped(err error) error {
	if ge, ok := err.(*braid.GroupError); ok {
		if errs := ge.Errors(); len(errs) == 1 {
			if te, ok := errs[0].(*braid.TaskError); ok {
				return te.Err
			}
		}
	}
	return err
}

func (a *attempt) leave() {
	a.mu.Lock()
	a.live--
	over := a.live == 0
	a.mu.Unlock()
	if over {
		a.r.post(message{of: a, what: isOver})
	}
}

// soften lets everyone know who asks whether to stop, and calls hard, if it is
// not nil, before the channel is closed: a service below that sees the one sees
// the other as well. It reports whether Stop is to be called, and counts it as
// alive in the same step in which it finds that Run still is.
func (a *attempt) soften(why error, hard func()) (stop bool) {
	a.mu.Lock()
	first := a.softened == nil
	if first {
		a.softened = why
		stop = a.m.Stop != nil && a.live > 0
	}
	if stop {
		a.live++
	}
	softs := a.softs
	a.softs = nil
	a.mu.Unlock()
	for s := range softs {
		s.cancel(why)
	}
	if hard != nil {
		hard()
	}
	if first {
		close(a.stopping)
	}
	return stop
}

// patience gives how long after a hard stop what runs under ctx is reported.
func patience(ctx context.Context) time.Duration {
	if a := attemptOf(ctx); a != nil {
		return a.r.cfg.slowAfter
	}
	return braid.DefaultGrace
}

// why tells why the attempt was asked to stop; nil if it was not.
func (a *attempt) why() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.softened
}

// end joins an attempt that is over, and gives what failed.
func (a *attempt) end() (fails []failure) {
	exited := false
	for _, t := range []*braid.Task[struct{}]{a.task, a.stop} {
		if t == nil {
			continue
		}
		_, err := t.Wait(a.r.ctx)
		switch t.State() {
		case braid.Exited:
			exited = true
		case braid.Cancelled, braid.Skipped:
			continue
		}
		var te *braid.TaskError
		if !errors.As(err, &te) {
			continue
		}
		failed := te.Err
		if a.asked {
			if _, failed = braid.Split(failed, braid.Is(context.Canceled)); failed == nil {
				continue
			}
		}
		fails = append(fails, failure{t.Name(), failed, te.AfterCancel, a.m.shown(t == a.stop)})
	}
	if a.late != nil {
		fails = append([]failure{{a.m.Name, a.late, false, a.m.Run}}, fails...)
	}
	a.join(exited)
	return fails
}

// join ends the attempt's group. After a Goexit that ends the goroutine it is
// called on as well, which therefore must not be ours.
func (a *attempt) join(exited bool) {
	if !exited {
		_ = a.group.Wait() //braid:ignore dropped what failed has been told by the tasks
		return
	}
	joined := make(chan struct{})
	go func() {
		defer close(joined)
		_ = a.group.Wait() //braid:ignore dropped what failed has been told by the tasks
	}()
	<-joined
}

// Stopping gives the channel that is closed when the part that ctx belongs to
// is asked to stop, and in any case when its context dies. It is for select: a
// part finishes what it has begun, takes nothing new and returns. For a context
// that belongs to no part it gives ctx.Done().
func Stopping(ctx context.Context) <-chan struct{} {
	if ctx == nil {
		panic("service: Stopping called with a nil context")
	}
	if a := attemptOf(ctx); a != nil {
		return a.stopping
	}
	return ctx.Done()
}

// soft is a context that dies when the attempt is asked to stop.
type soft struct{ cancel context.CancelCauseFunc }

// Soft derives a context that dies as soon as the part that ctx belongs to is
// asked to stop, for functions that know no other way to be told. Its cause is
// the [*Reason]. Cancel lets go of it and has to be called. For a context that
// belongs to no part it is context.WithCancel.
func Soft(ctx context.Context) (_ context.Context, cancel context.CancelFunc) {
	if ctx == nil {
		panic("service: Soft called with a nil context")
	}
	derived, cancelCause := context.WithCancelCause(ctx)
	s := &soft{cancelCause}
	a := attemptOf(ctx)
	if a == nil {
		return derived, func() { cancelCause(nil) }
	}
	a.mu.Lock()
	why := a.softened
	if why == nil {
		if a.softs == nil {
			a.softs = map[*soft]struct{}{}
		}
		a.softs[s] = struct{}{}
	}
	a.mu.Unlock()
	if why != nil {
		cancelCause(why)
	}
	return derived, func() {
		a.mu.Lock()
		delete(a.softs, s)
		a.mu.Unlock()
		cancelCause(nil)
	}
}

// Report tells the observers of the service that ctx belongs to of a failure
// that does not end the part, such as that of one connection among many. It
// blocks only while the observers are behind by many, and not once ctx is dead.
// Outside a service it does nothing. It panics if ctx or err is nil.
func Report(ctx context.Context, err error) {
	switch {
	case ctx == nil:
		panic("service: Report called with a nil context")
	case err == nil:
		panic("service: Report called with a nil error")
	}
	a := attemptOf(ctx)
	if a == nil {
		return
	}
	select {
	case a.r.reports <- struct{}{}:
	default:
		select {
		case a.r.reports <- struct{}{}:
		case <-ctx.Done():
			return
		case <-a.r.gone:
			return
		}
	}
	a.r.post(message{of: a, what: hasReported, err: err})
}
