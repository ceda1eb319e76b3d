package model

import (
	"fmt"
	"slices"
)

// This file runs scripts: what each call of the library does to who calls it.

// An env is where a script runs.
type env struct {
	scope  *scope
	levels []*group // around it, the innermost last
	in     *task    // whose context it has: a task's,
	body   *group   // or that of a group's body
	path   string
}

// level gives the group that is n groups up, or the outermost.
func (e env) level(n int) *group { return e.levels[max(0, len(e.levels)-1-n)] }

func (e env) within(s *scope) env {
	e.scope = s
	return e
}

func (t *thread) note(s *Script, act int, what string, e env) {
	n := Note{act, t.m.now, what, "-"}
	if e.scope.dead != nil {
		n.Dead = text(e.scope.dead.err)
	}
	t.m.notes[s.ID] = append(t.m.notes[s.ID], n)
}

// script runs s to its end.
func (t *thread) script(s *Script, e env) flow {
	t.note(s, -1, "", e)
	f := t.acts(s, e)
	if what := text(f.err); !f.unwinds() {
		t.note(s, -2, what, e)
	} else {
		t.note(s, -2, "unwinds", e)
	}
	return f
}

func (t *thread) acts(s *Script, e env) flow {
	t.pause(s.Pause)
	var kept []*err
	for i, a := range s.Acts {
		f := t.act(&a, e)
		if f.unwinds() {
			return f
		}
		if a.Kind.fails() {
			t.note(s, i, text(f.err), e)
		}
		if f.err != nil {
			t.pause(a.Clean)
			switch a.Err {
			case Keep:
				kept = append(kept, f.err)
			case Ignore:
			default:
				return flow{err: a.Err.apply(f.err, s, i, e.scope)}
			}
		}
		t.pause(a.Pause)
	}
	own := &err{kind: leaf, text: fmt.Sprintf("e%d", s.ID)}
	switch s.End {
	case Fail:
		return flow{err: own}
	case Kept:
		if len(kept) > 0 {
			return flow{err: kept[len(kept)-1]}
		}
	case Joined:
		return flow{err: join(append(kept, own)...)}
	case Alive:
		return flow{err: plainCanceled}
	case Panic:
		return flow{panic: &err{kind: panicked, text: own.text}}
	case Goexit:
		t.exiting = true
		return flow{exit: true}
	}
	return flow{}
}

// apply gives what is returned for the error of an act.
func (p Policy) apply(x *err, s *Script, i int, ctx *scope) *err {
	switch p {
	case Wrap:
		return &err{kind: wrapped, below: []*err{x}}
	case Ctx:
		if ctx.dead != nil {
			return ctx.dead.err
		}
	case Cause:
		if ctx.dead != nil {
			return ctx.dead.cause
		}
	case Other:
		return &err{kind: leaf, text: fmt.Sprintf("o%d.%d", s.ID, i)}
	}
	return x
}

func (t *thread) act(a *Act, e env) flow {
	m := t.m
	switch a.Kind {
	case Sleep:
		at := m.now + a.Time
		if e.scope.dead == nil {
			m.expect(at)
		}
		t.await(func() bool { return m.now >= at || e.scope.dead != nil })
		if e.scope.dead != nil {
			return flow{err: e.scope.dead.cause}
		}
	case Stubborn:
		t.pause(a.Time)
	case Spawn:
		g := e.level(a.Level)
		g.add(a.Task)
		g.quiesce()
	case GoWait:
		return flow{err: t.goWait(e.level(a.Level), a.Task, e)}
	case Wait:
		if x := m.tasks[a.Ref]; x != nil && x.spec.Handle {
			return flow{err: t.wait(x, e)}
		}
	case CancelTask:
		if x := m.tasks[a.Ref]; x != nil && x.spec.Handle {
			x.cancel()
		}
	case Cancel:
		e.level(a.Level).scope.die(cancelled())
	case Nest:
		return t.nest(a.Group, e)
	case Timeout, MoveOn, Shield:
		return t.limited(a, e)
	case OpenClose, OpenWait, OpenLeave:
		return t.opened(a, e)
	}
	return flow{}
}

// cancel is Task.Cancel (rule 5.2).
func (t *task) cancel() {
	if t.over() {
		return
	}
	if t.scope.dead == nil {
		t.alone = cancelled()
		t.scope.die(t.alone)
	}
}

// limited is Timeout, MoveOn and Shield (rules 9.1, 9.2 and 9.4).
func (t *thread) limited(a *Act, e env) flow {
	above := e.scope
	if a.Kind == Shield {
		above = nil
	} else if above.dead != nil {
		return flow{err: above.outside()}
	}
	s := above.child()
	s.at, s.limit = t.m.now+a.Time, expired()
	t.m.expect(s.at)
	t.m.limits = append(t.m.limits, s)
	f := t.script(a.Body, e.within(s))
	died := s.dead
	s.die(cancelled()) // the end of the limit
	if died == s.limit && above != nil && above.dead != nil && !a.Body.AsksDone() {
		t.m.open = "what a limit died of first that nobody looked at in time"
	}
	if f.unwinds() || died != s.limit { // it was in time, or somebody else's cancel
		return f
	}
	timeout := &err{kind: timedOut, text: fmt.Sprint(a.Body.ID)}
	var real *err
	if f.err != nil {
		real = f.err.without(func(x *err) bool { return x.kind == ours || x.kind == canceled })
	}
	switch {
	case above != nil && above.dead != nil: // the outer one claims it
		if real != nil || f.err == nil {
			return flow{err: real}
		}
		return flow{err: above.outside()}
	case f.err == nil:
		return flow{}
	case real != nil:
		return flow{err: &err{kind: late, text: fmt.Sprint(a.Body.ID), below: []*err{real}}}
	case a.Kind == MoveOn:
		return flow{}
	}
	timeout.below = []*err{f.err}
	return flow{err: timeout}
}

// newGroup opens a group.
func (t *thread) newGroup(spec *Group, e env) (*group, env) {
	path := fmt.Sprintf("g%d", spec.ID)
	if e.path != "" {
		path = e.path + "/" + path
	}
	g := &group{m: t.m, spec: spec, path: path, owner: t.task, scope: e.scope.child(), limit: spec.Limit, fore: 1}
	g.levels = append(slices.Clone(e.levels), g)
	t.m.groups = append(t.m.groups, g)
	return g, env{scope: g.scope, levels: g.levels, body: g, path: path}
}

// nest is Run (rules 1.1, 2.1, 3 and 8).
func (t *thread) nest(spec *Group, e env) flow {
	if e.scope.dead != nil {
		return flow{err: e.scope.outside()}
	}
	g, inner := t.newGroup(spec, e)
	f := t.script(spec.Body, inner)
	left := t.closeAll(&g.children)
	te := &err{kind: ofTask, text: g.path, after: g.scope.dead != nil}
	switch {
	case f.panic != nil:
		pe := *f.panic
		pe.siblings = join(pe.siblings, left)
		te.below = []*err{&pe}
		if spec.PanicsAsErrors {
			g.record(te, true)
		} else {
			g.recordPanic(te, true)
		}
	case f.exit:
		te.below = []*err{join(&err{kind: goexit, text: "goexit"}, left)}
		g.recordExit(te, true)
	default:
		g.returned(join(f.err, left))
	}
	t.join(g)
	f = g.outcome()
	g.scope.die(cancelled())
	if t.exiting = t.exiting || f.exit; t.exiting && f.panic == nil {
		return flow{exit: true}
	}
	return f
}

// returned settles a body that returned e.
func (g *group) returned(e *err) {
	if e == nil {
		return
	}
	after := g.scope.dead != nil
	switch rest, known := g.judge(e, g.scope); {
	case known != nil:
		if g.spec.Supervised {
			g.failedBy(known)
		}
	case rest == nil:
		g.cut = true
	default:
		g.record(&err{kind: ofTask, text: g.path, after: after, below: []*err{rest}}, true)
	}
}

// join waits for the tasks (rules 1.1 to 1.3).
func (t *thread) join(g *group) {
	g.fore--
	g.quiesce()
	t.await(func() bool { return len(g.live) == 0 })
}

// opened is Open and what the owner does with the group (rule 1.7).
func (t *thread) opened(a *Act, e env) flow {
	g, inner := t.newGroup(a.Group, e)
	if e.in != nil {
		e.in.children = append(e.in.children, g)
	} else {
		e.body.children = append(e.body.children, g)
	}
	f := t.script(a.Group.Body, inner)
	if f.unwinds() || a.Kind == OpenLeave {
		return f
	}
	if a.Kind == OpenClose {
		g.scope.die(cancelled())
	}
	end := t.settle(g)
	if e.in != nil {
		e.in.children = without(e.in.children, g)
	} else {
		e.body.children = without(e.body.children, g)
	}
	if end.unwinds() {
		t.exiting = t.exiting || end.exit
		return end
	}
	return flow{err: join(f.err, end.err)}
}

func without(all []*group, g *group) []*group {
	return slices.DeleteFunc(all, func(x *group) bool { return x == g })
}

// settle joins an open group for its owner.
func (t *thread) settle(g *group) flow {
	t.join(g)
	g.joined = true
	if left := t.closeAll(&g.children); left != nil {
		rest, _ := g.judge(left, g.scope) // something is: that it was left open
		g.record(&err{kind: ofTask, text: g.path, after: g.scope.dead != nil, below: []*err{rest}}, true)
	}
	f := g.outcome()
	g.scope.die(cancelled())
	return f
}

// closeAll closes what was left open, the last first, and says so.
func (t *thread) closeAll(groups *[]*group) (e *err) {
	all := *groups
	*groups = nil
	for _, g := range slices.Backward(all) {
		g.scope.die(cancelled())
		f := t.settle(g)
		e = join(e, &err{kind: notClosed, text: "notclosed"}, f.err)
		if f.panic != nil {
			e = join(e, f.panic)
		}
		if f.exit {
			e = join(e, &err{kind: goexit, text: "goexit"})
		}
	}
	return e
}

// run is a task's life on its thread.
func (t *task) run(th *thread) {
	g := t.g
	th.task = t
	f := th.script(t.spec.Body, env{scope: t.scope, levels: g.levels, in: t, path: t.path()})
	left := th.closeAll(&t.children)
	te := &err{kind: ofTask, text: t.path(), after: t.scope.dead != nil}
	switch {
	case f.panic != nil:
		pe := *f.panic
		pe.siblings = join(pe.siblings, left)
		te.below = []*err{&pe}
		t.fail, t.state = te, crashed
		if g.spec.PanicsAsErrors {
			g.record(te, false)
		} else {
			g.recordPanic(te, false)
		}
	case f.exit:
		te.below = []*err{join(&err{kind: goexit, text: "goexit"}, left)}
		t.fail, t.state = te, exited
		g.recordExit(te, false)
	default:
		t.returned(join(f.err, left))
	}
	t.finish(true)
}

// returned settles a task whose function returned e (rules 3.1 to 3.7).
func (t *task) returned(e *err) {
	if e == nil {
		t.state = succeeded
		return
	}
	after := t.scope.dead != nil
	switch rest, known := t.g.judge(e, t.scope); {
	case known != nil:
		t.fail, t.state = known, failed
	case rest == nil:
		t.cancelled(e, cut)
	default:
		t.fail = &err{kind: ofTask, text: t.path(), after: after, below: []*err{rest}}
		t.state = failed
		t.g.record(t.fail, false)
	}
}

// lends gives the task whose slot in g is lent while t waits, or nil: its own,
// or that of a task further up that it is part of (rule 7.3).
func (t *thread) lends(g *group) *task {
	x := t.task
	for x != nil && x.g != g {
		x = x.g.owner
	}
	return x
}

// wait is Task.Wait (rules 6.1, 6.2 and 7.3).
func (t *thread) wait(x *task, e env) *err {
	if x.over() {
		// A death above is acted upon by whoever sees it first (rule 5.5).
		if x.state == skipped && x.g.limit > 0 && e.scope.dead != nil && t.m.choose() {
			return e.scope.dead.cause
		}
		return x.fail
	}
	if t.task != nil && t.task.servesTo(x) {
		return &err{kind: deadlock, text: "deadlock"}
	}
	x.forOne = append(x.forOne, t)
	back := t.lend(x.g, e.scope)
	if e.scope.dead != nil && t.lends(x.g) != nil && x.g.limit > 0 && len(x.g.queue)+len(x.g.regain) > 0 {
		t.m.open = "who gets a slot that is lent for no time"
	}
	t.await(func() bool { return x.over() || e.scope.dead != nil })
	x.forOne = slices.DeleteFunc(x.forOne, func(y *thread) bool { return y == t })
	// A failure cancels the group before its task counts as ended.
	gaveUp := !x.over() || e.scope.dead != nil && t.m.choose()
	if gaveUp && x.state == queued && x.scope.dead != nil && !x.spec.Always {
		t.m.open = "whether a wait or what it waits for is cut short first"
	}
	cause := e.scope.dead
	back(!gaveUp)
	if gaveUp {
		return cause.cause
	}
	return x.fail
}

// servesTo reports whether x depends on t: then t must not wait for it (6.2).
func (t *task) servesTo(x *task) bool {
	seen := map[*task]bool{}
	var up func(y *task) bool
	up = func(y *task) bool {
		switch {
		case y == nil || seen[y]:
			return false
		case y == x:
			return true
		}
		seen[y] = true
		for _, w := range y.forOne {
			if up(w.task) {
				return true
			}
		}
		return up(y.g.owner)
	}
	return up(t)
}

// lend gives up a slot in g for as long as t waits, and gives the function that
// takes it back: that waits until there is one, or until the context is dead
// (rule 7.3). It comes before queued tasks if the end of the task that was
// waited for is what makes it go on; otherwise who is quicker is open.
func (t *thread) lend(g *group, ctx *scope) (back func(ended bool)) {
	x := t.lends(g)
	if x == nil || g.limit == 0 || x.spec.Background {
		return func(bool) {}
	}
	if x.lent++; x.lent == 1 {
		g.used -= x.weight()
	} else {
		t.m.open = "which of two waits that lend one slot takes it back"
	}
	return func(ended bool) {
		if x.lent--; x.lent > 0 {
			return
		}
		for _, q := range g.queue {
			if !ended && g.fits(q.weight()) && (q.scope.dead == nil || q.spec.Always) {
				t.m.open = "whether a queued task or one that gives up a wait gets a slot"
			}
		}
		l := &lender{t: x}
		g.regain = append(g.regain, l)
		t.await(func() bool {
			if len(g.regain) > 0 && g.regain[0] == l && g.fits(x.weight()) {
				g.used += x.weight()
				g.regain = g.regain[1:]
				l.granted = true
			}
			return l.granted || ctx.dead != nil
		})
		if !l.granted {
			g.regain = slices.DeleteFunc(g.regain, func(y *lender) bool { return y == l })
			g.used += x.weight()
		}
	}
}

// goWait is Group.GoWait (rule 7.2).
func (t *thread) goWait(g *group, spec *Task, e env) *err {
	if e.scope.dead != nil {
		return e.scope.dead.cause
	}
	x := g.add(spec)
	g.quiesce()
	if t.lends(g) != nil && g.limit > 0 && len(g.queue)+len(g.regain) > 1 && (spec.Background || x.scope.dead != nil) {
		t.m.open = "who gets a slot that is lent for no time"
	}
	back := t.lend(g, e.scope)
	t.await(func() bool { return x.state != queued || e.scope.dead != nil || g.scope.dead != nil && !spec.Always })
	var cause *err
	switch {
	case x.state == queued: // it is taken back
		if spec.Always {
			t.m.open = "whether GoWait gives up or its task gets the slot of who died of the same cancel"
		}
		x.dequeue()
		x.fail = &err{kind: ofTask, text: x.path(), after: true, below: []*err{plainCanceled}}
		x.state = skipped
		g.cut = g.cut || g.scope.dead != nil
		x.finish(false)
		if d := g.scope.dead; d != nil && e.scope.dead != nil && text(d.cause) != text(e.scope.dead.cause) {
			t.m.open = "which of two deaths GoWait tells of"
		}
		d := e.scope.dead
		if d == nil {
			d = g.scope.dead
		}
		if cause = d.cause; cause.kind == why {
			t.m.open = "whether GoWait gives the cause or a cancellation that has it"
		}
	case x.state == skipped:
		cause = x.scope.outside()
	}
	back(false)
	return cause
}
