package braid

import (
	"context"
	"errors"

	"github.com/braid-go/braid/internal/option"
)

// This file lets tasks start no faster than a limiter allows. The limiter is
// not ours: *rate.Limiter of golang.org/x/time/rate is the one people know.

// A Limiter says when the next one may go: Wait returns nil when it may, or an
// error if that is not to be, for one because ctx has died. *rate.Limiter of
// golang.org/x/time/rate is a Limiter.
type Limiter interface {
	Wait(ctx context.Context) error
}

type rateOption struct{ Limiter }

// Rate makes each task of the group, or each item of a stream, wait for l
// before its function is called. It waits with the task's context, in its slot
// if there is a [Limit]. An error of l is the task's, whose function is then not
// called; nor is it if the context has died by then, whatever l says.
// [Background] tasks do not wait, and a task marked [Always] is called without
// l's consent once its context is dead. One limiter may serve many groups. Rate
// panics if l is nil.
//
// A *rate.Limiter refuses at once if it would have to wait beyond ctx's deadline,
// with an error that is neither a timeout nor a cancellation: below [Timeout] and
// [MoveOn] that is a failure of the task. For a limiter that waits, and so is cut
// short by the deadline as all else is, hide the deadline from it:
//
//	type patient struct{ *rate.Limiter }
//
//	func (p patient) Wait(ctx context.Context) error { return p.Limiter.Wait(timeless{ctx}) }
//
//	type timeless struct{ context.Context }
//
//	func (timeless) Deadline() (_ time.Time, _ bool) { return }
func Rate(l Limiter) FlowOption {
	if l == nil {
		panic("braid: Rate called with a nil limiter")
	}
	return rateOption{l}
}

func (o rateOption) applyToGroup(c *groupConfig) {
	once(&c.seen, seenRate, "Rate")
	c.rate = o.Limiter
}

// ApplyToStream is for package stream.
func (o rateOption) ApplyToStream(c *option.Stream) {
	once(&c.Seen, option.SeenRate, "Rate")
	c.Rate = o.Limiter
}

// paced waits until the task may go. If it may not, what the task was handed is
// taken care of as for a task that is skipped.
func (t *task) paced() (err error) {
	if t.background() || t.opts == deferConfig {
		return nil
	}
	asked := false
	defer func() {
		if asked && err == nil {
			return
		}
		cause := err
		if !asked {
			cause = errNotPaced
		}
		if s, ok := t.run.(skipper); ok {
			err = join(err, s.skip(cause))
		}
		if f, ok := t.run.(forgetter); ok {
			f.forget()
		}
	}()
	err = t.g.cfg.rate.Wait(t.ctx())
	asked = true
	if err != nil && t.always() && t.ctx().Err() != nil {
		return nil
	}
	return err
}

// errNotPaced is what whoever waits for the start of a task is told if the
// limiter panics or calls Goexit in it.
var errNotPaced = errors.New("braid: the limiter that the task waited for did not return")
