package temporal

import (
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file calls a function again after an error. The delays are those of a
// braid.Policy, slept through by the workflow's timers, so that they survive the
// worker. What the retry policy of an activity can do by itself is cheaper there.

// Retry calls fn until it succeeds and returns its value. It blocks while an
// attempt runs, and between two for the policy's delay.
//
// It gives up after the last attempt, at an error that is not worth another (see
// [braid.Permanent] and the policy's If), when the policy's time is used up, and
// at once when ctx dies. The error then is a [*braid.GroupError] with the error
// of each attempt under its number; of more than [braid.DefaultKeep] it keeps the
// first ones and the last, and counts the others. If ctx died, the cause is among
// them; if there is nothing else, the error is the cause alone.
//
// Chance, for the policy's Jitter, comes from the workflow and is the same in a
// replay. A policy with a Rate, a Budget or a Rand of its own, which would not
// be, is refused with a panic, as is one that makes no sense and a nil ctx or fn.
// A panic of fn is not retried: it goes on.
func Retry[T any](ctx workflow.Context, p braid.Policy, fn func(ctx workflow.Context) (T, error)) (T, error) {
	checkScope("Retry", ctx, fn == nil)
	seam.CheckPolicy(p)
	if p.Rate != nil || p.Budget != nil || p.Rand != nil {
		panic("braid: Retry in a workflow called with a Policy that has a Rate, a Budget or a Rand, which a replay could not repeat")
	}
	if p.Jitter != braid.NoJitter {
		p.Rand = rand.New(workflow.GetRandomStream(ctx, "github.com/braid-go/braid/retry")).Float64
	}
	if p.Attempts == 0 {
		p.Attempts = 3
	}
	var v T
	r := retrial{ctx: ctx, pc: seam.FuncPC(fn), delay: seam.Delays(p), begun: workflow.Now(ctx)}
	for ctx.Err() == nil {
		r.number++
		r.latest = workflow.Now(ctx)
		err := attempt(ctx, p.Timeout, r.pc, func(ctx workflow.Context) (err error) {
			v, err = fn(ctx)
			return err
		})
		if err == nil {
			return v, nil
		}
		if !r.again(&p, err) {
			break
		}
	}
	var zero T
	return zero, r.failed()
}

// attempt calls fn, within d if that is not zero.
func attempt(ctx workflow.Context, d time.Duration, pc uintptr, fn func(ctx workflow.Context) error) error {
	if d == 0 {
		return fn(ctx)
	}
	_, err := bounded(ctx, d, false, fn, pc, nil)
	return err
}

// A retrial is one call of Retry.
type retrial struct {
	ctx    workflow.Context
	pc     uintptr
	number int // of the attempt under way, or the last one
	delay  func() time.Duration
	begun  time.Time // the first attempt
	latest time.Time // the last one
	errs   []error   // of the attempts that failed
	kept   int       // how many failed
	died   bool      // ctx had, when the last attempt returned
}

// again notes that an attempt failed, and waits until it is time for another.
func (r *retrial) again(p *braid.Policy, err error) bool {
	err = matching(r.ctx, err)
	r.kept++
	if len(r.errs) < braid.DefaultKeep {
		r.errs = append(r.errs, err)
	} else {
		r.errs[len(r.errs)-1] = err
	}
	r.died = r.ctx.Err() != nil
	delay, more := r.worth(p, err)
	now := workflow.Now(r.ctx)
	if p.MaxElapsed > 0 && now.Add(delay).Sub(r.begun) > p.MaxElapsed {
		more = false
	}
	if p.Observe != nil {
		a := braid.Attempt{Number: r.number, Err: err, Took: now.Sub(r.latest), Last: !more}
		if more {
			a.Delay = delay
		}
		p.Observe(a)
	}
	return more && Sleep(r.ctx, delay) == nil
}

func (r *retrial) worth(p *braid.Policy, err error) (delay time.Duration, more bool) {
	permanent, after, waits := seam.Advice(err)
	if r.died || r.number >= p.Attempts || permanent || p.If != nil && !p.If(err) {
		return 0, false
	}
	if delay = r.delay(); waits {
		delay = after
	}
	return delay, true
}

// failed gives what Retry returns when it gives up.
func (r *retrial) failed() error {
	place := placeBelow(r.ctx, r.pc)
	g := seam.FailedGroup{Primary: -1, Dropped: r.kept - len(r.errs), Place: place}
	for i, err := range r.errs {
		f := seam.Failure{Err: err, Place: place, PC: r.pc, Item: -1, Attempt: true}
		number := i + 1
		if i == len(r.errs)-1 {
			number = r.number
			if r.died {
				s := scopeOf(r.ctx)
				if f.Err, f.AfterCancel = uncancelled(err, Cause(r.ctx), s != nil && s.late(), nil), true; f.Err == nil {
					continue
				}
			}
		}
		f.Name = "attempt " + strconv.Itoa(number)
		if inner, permanent, _, said := seam.ReadAdvice(f.Err); said && permanent {
			f.Err, f.Permanent = inner, true
		}
		g.Errs = append(g.Errs, seam.NewTaskError(f))
		g.Primary = 0
	}
	if cause := Cause(r.ctx); cause != nil {
		if len(g.Errs) == 0 {
			return cause
		}
		g.Errs = append(g.Errs, cause)
	}
	return seam.NewGroupError(g)
}

// placeBelow gives what errors keep of a group without a name that is run by the
// task or body that ctx belongs to.
func placeBelow(ctx workflow.Context, pc uintptr) any {
	s := scopeOf(ctx)
	switch {
	case s == nil || s.task == nil && s.group == nil:
		return seam.NewPlace(nil, "", "", pc, nil)
	case s.task != nil:
		return seam.NewPlace(s.task.g.place, s.task.name(), "", pc, nil)
	}
	return seam.NewPlace(s.group.place, "", "", pc, nil)
}
