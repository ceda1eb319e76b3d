package temporal

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
	sdk "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// This file decides what the end of a task or of a body means: success, a
// failure of the group, or mere cancellation. The rules are those of package
// braid, whose judge.go and outcome.go have them for goroutines.

// returned settles a task whose function returned err.
func (t *task) returned(err error) {
	if err == nil {
		t.state = braid.Succeeded
		return
	}
	err = matching(t.ctx, err)
	rest, known, dead := t.g.judge(err, &t.scope)
	switch {
	case known != nil && rest == nil:
		t.fail = known
		t.state = braid.Failed
	case rest == nil:
		t.cancelled(err, braid.Cancelled)
	default:
		t.fails(rest, dead, braid.Failed)
	}
}

// failedWith makes the error of t.
func (t *task) failedWith(err error, dead bool) *braid.TaskError {
	return t.makeError(err, dead, false)
}

// recorded makes the error of t that the group is about to record.
func (t *task) recorded(err error, dead bool) *braid.TaskError { return t.makeError(err, dead, true) }

func (t *task) makeError(err error, dead, recorded bool) *braid.TaskError {
	name := t.cfg.name
	if name == "" && t.item >= 0 {
		name = t.name()
	}
	return seam.NewTaskError(seam.Failure{
		Err: err, AfterCancel: dead, Place: t.g.place, Name: name, PC: t.pc, Item: t.item, Recorded: recorded,
	}).(*braid.TaskError)
}

// fails settles a task that failed.
func (t *task) fails(err error, dead bool, final State) {
	t.fail = t.recorded(sealed(err), dead)
	t.state = final
	t.g.record(t.fail, false, false)
}

// cancelled settles a task that ended for no other reason than its cancellation.
func (t *task) cancelled(err error, final State) {
	t.fail = t.failedWith(err, true)
	t.state = final
	if !t.cfg.background && !t.alone {
		t.g.cut = true
	}
}

// panicked settles a task that panicked.
func (t *task) panicked(v any, stack []byte) {
	pe := panicError(v, t.path(), stack)
	t.fail = t.recorded(pe, false)
	t.state = braid.Panicked
	t.g.recordPanic(pe, t.fail, false)
}

// exited settles a task that called runtime.Goexit.
func (t *task) exited() { t.fails(braid.ErrGoexit, false, braid.Exited) }

// bodyReturned settles the body.
func (g *Group) bodyReturned(err error) {
	if err == nil {
		return
	}
	if workflow.IsContinueAsNewError(err) {
		g.goOn = err
		return
	}
	rest, known, dead := g.judge(matching(g.ctx, err), &g.scope)
	switch {
	case known != nil && rest == nil:
		if g.cfg.supervised {
			g.die(failed(g.ctx, known))
		}
	case rest == nil:
		g.cut = true
	default:
		g.record(g.failedBody(sealed(rest), dead), true, false)
	}
}

func (g *Group) failedBody(err error, dead bool) *braid.TaskError {
	return seam.NewTaskError(seam.Failure{
		Err: err, AfterCancel: dead, Place: g.place, PC: g.pc, Item: -1, Body: true, Recorded: true,
	}).(*braid.TaskError)
}

func (g *Group) bodyPanicked(v any, stack []byte) {
	pe := panicError(v, g.path(), stack)
	g.recordPanic(pe, g.failedBody(pe, false), true)
}

func (g *Group) bodyExited() { g.record(g.failedBody(braid.ErrGoexit, false), true, false) }

// record adds a failure, and cancels the group with the first. The failure ends
// the group's work if it is a panic's.
func (g *Group) record(te *braid.TaskError, body, ends bool) {
	if g.primary == nil {
		g.primary = te
	}
	switch {
	case body && g.bodyFail == nil:
		g.bodyFail = te
	case g.cfg.supervised && !ends && len(g.failures) >= g.cfg.keep:
		g.dropped++
	default:
		g.failures = append(g.failures, te)
	}
	if body || !g.cfg.supervised {
		g.die(failed(g.ctx, te))
	}
	if g.cfg.failed != nil {
		g.cfg.failed(te, ends)
	}
	g.observe(te)
}

// recordPanic keeps the panic that Run will raise again. Further ones are
// failures beside it.
func (g *Group) recordPanic(pe *braid.PanicError, te *braid.TaskError, body bool) {
	if g.panicked != nil || g.cfg.panicsAsErrors || g.outermost() {
		g.record(te, body, !g.cfg.panicsAsErrors)
		return
	}
	g.panicked = pe
	if g.primary == nil {
		g.primary = te
	}
	if body || !g.cfg.supervised {
		g.die(failed(g.ctx, te))
	}
	if g.cfg.failed != nil {
		g.cfg.failed(te, true)
	}
	g.observe(te)
}

// observe tells OnFailure. A panic or a Goexit in there is one failure more, which ends
// the group, and the last that it is told of.
func (g *Group) observe(te *braid.TaskError) {
	fn := g.cfg.onFailure
	if fn == nil {
		return
	}
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		switch {
		case passes(v):
			panic(v)
		case v == nil && evicted(g.parent):
			return
		}
		g.cfg.onFailure = nil
		o := &task{g: g, pc: seam.FuncPC(fn), item: -1, cfg: taskConfig{name: "OnFailure"}}
		var why *braid.TaskError
		if v == nil {
			why = o.recorded(braid.ErrGoexit, false)
			g.record(why, false, true)
		} else {
			pe := panicError(v, o.path(), stack())
			why = o.recorded(pe, false)
			g.recordPanic(pe, why, false)
		}
		g.die(failed(g.ctx, why))
	}()
	fn(te)
	returned = true
}

// decisive gives the failure that cancelled the group, if one did.
func (g *Group) decisive() *braid.TaskError {
	if c, ok := g.cause.(*braid.Cancellation); ok && seam.Recorded(c.Reason(), g.place) {
		return c.Reason().(*braid.TaskError)
	}
	return nil
}

// groupError gives the error of a group with failures. The primary is the one that cancelled
// the group, which need not be the first where one alone does not, and if there is none
// the first.
func (g *Group) groupError(errs []error) error {
	f := seam.FailedGroup{Errs: errs, Dropped: g.dropped, Place: g.place}
	te := g.decisive()
	if te == nil {
		te = g.primary
		after := func(err error) bool { te, ok := err.(*braid.TaskError); return ok && te.AfterCancel }
		if (g.cut || slices.ContainsFunc(errs, after)) && g.parent.Err() != nil {
			f.Cut = Cause(g.parent)
		}
	}
	f.Primary = slices.Index(errs, error(te))
	return seam.NewGroupError(f)
}

// judge splits what a task or body returned into what is mere cancellation and
// the rest. If it is a failure that the group has recorded already, as Wait
// gives it, that is known.
func (g *Group) judge(err error, s *scope) (rest error, known *braid.TaskError, dead bool) {
	if err, known = g.withoutRecorded(err); err == nil {
		return nil, known, false
	}
	if s.ctx.Err() == nil {
		return err, nil, false
	}
	return uncancelled(err, Cause(s.ctx), s.late(), g.cfg.noise), nil, true
}

// uncancelled gives what of err is more than a cancellation, or than noise if that is
// given.
func uncancelled(err, cause error, late bool, noise func(error) bool) error {
	return seam.Beside(err, cause, func(node error) bool {
		return mereCancel(node, late) || noise != nil && noise(node)
	})
}

// withoutRecorded drops the failures that the group has recorded already, alone
// or in what errors.Join made. Any other wrapper says something new.
func (g *Group) withoutRecorded(err error) (rest error, known *braid.TaskError) {
	if seam.Recorded(err, g.place) {
		return nil, err.(*braid.TaskError)
	}
	if !seam.Joined(err) {
		return err, nil
	}
	var kept []error
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		if seam.Recorded(e, g.place) {
			known = e.(*braid.TaskError)
		} else {
			kept = append(kept, e)
		}
	}
	if known == nil {
		return err, nil
	}
	return join(kept...), known
}

// sealed hides from the SDK what would have it close a workflow as cancelled or
// continued although it failed: it looks for those errors anywhere in the tree
// that a workflow returns.
func sealed(err error) error {
	_, cancelled := find[*sdk.CanceledError](err)
	_, continued := find[*workflow.ContinueAsNewError](err)
	if cancelled || continued {
		return &seal{err}
	}
	return err
}

type seal struct{ err error }

func (e *seal) Error() string        { return seam.Text(e.err) }
func (e *seal) Is(target error) bool { return errors.Is(e.err, target) }
func (e *seal) As(target any) bool {
	switch target.(type) {
	case **sdk.CanceledError, **workflow.ContinueAsNewError:
		return false
	}
	return errors.As(e.err, target)
}

// panicError keeps a panic that is already one of ours, from a group below, as
// it is: its value, stack and path are those of where it began.
func panicError(v any, path string, stack []byte) *braid.PanicError {
	if pe, ok := v.(*braid.PanicError); ok {
		return pe
	}
	return &braid.PanicError{Value: v, Stack: stack, Path: path}
}

func stack() []byte { return debug.Stack() }

// passes reports whether a panic is the SDK's own, by which it says that the
// history does not fit the code. It asks for other code, and must not end the
// workflow.
func passes(v any) bool {
	return v != nil && fmt.Sprintf("%T", v) == "internal.stateMachineIllegalStatePanic"
}

// evicted reports whether the workflow's coroutines are being destroyed, which
// looks like a Goexit to each: then nothing may be done any more.
func evicted(ctx workflow.Context) (is bool) {
	defer func() {
		if recover() != nil {
			is = true
		}
	}()
	workflow.NewNamedSelector(ctx, "alive") // refuses to be made then
	return false
}
