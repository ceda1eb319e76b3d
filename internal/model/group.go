package model

import (
	"fmt"
	"slices"
)

// This file is what a group promises: who may run, what a failure does, what
// the join waits for and what comes out.

// A State is that of a task, by the name that the library gives it.
type State string

const (
	queued    State = "queued"
	running   State = "running"
	succeeded State = "succeeded"
	failed    State = "failed"
	cut       State = "cancelled"
	crashed   State = "panicked"
	exited    State = "exited"
	skipped   State = "skipped"
)

type group struct {
	m     *sim
	spec  *Group
	path  string
	owner *task // the task in which it was opened, or nil
	scope *scope
	// levels are the groups around its tasks, itself the last.
	levels []*group
	// children are the groups that were opened with the body's context, and
	// belong to it.
	children []*group

	live   []*task // queued and running
	queue  []*task
	fore   int // ordinary tasks, and the body
	back   int // background tasks
	used   int // slots
	regain []*lender
	limit  int

	failures []*err
	bodyFail *err
	primary  *err
	panicked *err
	exited   bool
	cut      bool // something was cut short, and not by a cancel of one task
	joined   bool // was open, and has only what was opened in it left to close
}

type task struct {
	g        *group
	spec     *Task
	state    State
	scope    *scope
	alone    *death // of a cancel of this task
	fail     *err   // why it did not succeed
	thread   *thread
	lent     int       // waits that have lent its slot
	forOne   []*thread // who waits for it
	children []*group
}

// A lender is a task that wants its slot back.
type lender struct {
	t       *task
	granted bool
}

func (t *task) over() bool { return t.state != queued && t.state != running }

func (t *task) path() string { return fmt.Sprintf("%s/t%d", t.g.path, t.spec.ID) }

// weight is how many slots the task takes; a background task takes none (7.1).
func (t *task) weight() int {
	if t.spec.Background {
		return 0
	}
	return max(1, t.spec.WeightIn(t.g.spec))
}

// fits reports whether slots are free. What is heavier than the limit runs
// alone.
func (g *group) fits(weight int) bool { return g.used == 0 || g.used+weight <= g.limit }

// add queues a task (rules 1.4 and 7.1).
func (g *group) add(spec *Task) *task {
	if g.joined {
		g.m.open = "what becomes of a task that a group below hands to one that is being closed"
	}
	t := &task{g: g, spec: spec, state: queued, scope: g.scope.child()}
	g.m.tasks[spec.ID] = t
	g.live = append(g.live, t)
	g.queue = append(g.queue, t)
	if spec.Background {
		g.back++
	} else {
		g.fore++
	}
	return t
}

// schedule skips or starts one queued task, or gives one slot back to who has
// lent it; it reports whether there was one. Those who lent come first (7.3),
// then tasks in the order in which they came (7.1); background tasks wait for
// nobody.
func (g *group) schedule() bool {
	for _, t := range g.queue {
		if t.scope.dead != nil && !t.spec.Always { // rule 2.1
			if t.alone == nil && g.limit > 0 && slices.ContainsFunc(g.queue, func(x *task) bool { return x.spec.Always }) {
				g.m.open = "when those are skipped that are queued among tasks that always run"
			}
			t.dequeue()
			t.skip()
			return true
		}
	}
	if g.limit > 0 && len(g.regain) > 0 && g.fits(g.regain[0].t.weight()) {
		g.used += g.regain[0].t.weight()
		g.regain[0].granted = true
		g.regain = g.regain[1:]
		return true
	}
	for i, t := range g.queue {
		free := g.limit == 0 || t.spec.Background || i == 0 && len(g.regain) == 0 && g.fits(t.weight())
		if !free {
			if !slices.ContainsFunc(g.queue[i:], func(t *task) bool { return t.spec.Background }) {
				return false
			}
			continue
		}
		t.dequeue()
		if g.limit > 0 {
			g.used += t.weight()
		}
		t.state = running
		t.thread = g.m.spawn(t, t.run)
		return true
	}
	return false
}

func (t *task) dequeue() {
	t.g.queue = slices.DeleteFunc(t.g.queue, func(x *task) bool { return x == t })
}

// skip settles a task that is never called.
func (t *task) skip() {
	t.cancelled(t.scope.outside(), skipped)
	t.finish(false)
}

// cancelled settles a task that ended only because it was cancelled. A cancel
// of one task, and the end of what a background task served, cut nothing short
// (rules 1.3 and 5.2).
func (t *task) cancelled(e *err, s State) {
	t.fail = &err{kind: ofTask, text: t.path(), after: true, below: []*err{e}}
	if !t.spec.Background && (t.alone == nil || t.scope.dead != t.alone) {
		t.g.cut = true
	}
	t.state = s
}

// finish takes an ended task out of the group.
func (t *task) finish(slot bool) {
	g := t.g
	g.live = slices.DeleteFunc(g.live, func(x *task) bool { return x == t })
	if slot && g.limit > 0 && t.lent == 0 {
		g.used -= t.weight()
	}
	if t.spec.Background {
		g.back--
		return
	}
	g.fore--
	g.quiesce()
}

// quiesce cancels background tasks once all others have ended (rule 1.3).
func (g *group) quiesce() {
	if g.fore == 0 && g.back > 0 {
		g.scope.die(cancelled())
	}
}

// record keeps a failure. The first cancels the group, but not in a supervised
// one; that of the body always does (rules 3.1 and 3.10).
func (g *group) record(te *err, body bool) {
	te.recorded = g
	first := g.primary == nil
	if first {
		g.primary = te
	}
	if body && g.bodyFail == nil {
		g.bodyFail = te
	} else {
		g.failures = append(g.failures, te)
	}
	if body || first && !g.spec.Supervised {
		g.failedBy(te)
	}
}

// failedBy cancels the group because of te.
func (g *group) failedBy(te *err) {
	if g.scope.dead == nil {
		g.primary = te // the failure that cancelled the group (rule 4.2)
	}
	g.scope.die(cancelled())
}

// recordPanic keeps the panic that is raised after the join (rule 8.1); further
// ones are failures beside it.
func (g *group) recordPanic(te *err, body bool) {
	if g.panicked != nil {
		g.record(te, body)
		return
	}
	g.panicked = te.below[0]
	g.recordEnd(te, body)
}

// recordExit keeps that a task called Goexit (rule 8.2).
func (g *group) recordExit(te *err, body bool) {
	g.exited = true
	if te.below[0].kind != goexit {
		g.failures = append(g.failures, te)
	}
	g.recordEnd(te, body)
}

func (g *group) recordEnd(te *err, body bool) {
	te.recorded = g
	if g.primary == nil {
		g.primary = te
	}
	if body || !g.spec.Supervised {
		g.failedBy(te)
	}
}

// outcome is what comes out of the join (rules 3.6, 3.11, 4.1, 4.2, 8.1, 8.2).
func (g *group) outcome() flow {
	errs := g.failures
	if g.bodyFail != nil {
		errs = append(errs, g.bodyFail)
	}
	var e *err
	if len(errs) > 0 {
		e = &err{kind: ofGroup, text: g.path, below: errs, primary: g.primary}
	}
	switch {
	case g.panicked != nil:
		pe := *g.panicked
		pe.siblings = join(pe.siblings, e)
		return flow{panic: &pe}
	case g.exited:
		return flow{exit: true, err: e} // for who closes what was left open
	case e != nil:
		return flow{err: e}
	case g.cut && g.scope.up.dead != nil:
		return flow{err: g.scope.up.outside()}
	}
	return flow{}
}
