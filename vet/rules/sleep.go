// Pauses that nobody can cut short: time.Sleep and bare timers where a context is
// in reach.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"time"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// A pause up to this long is found only in a loop that does not look at its context.
const shortPause = 100 * time.Millisecond

// Short pauses of a loop with a constant number of rounds, which take up to this long in all, are one short pause.
const allPauses = time.Second

// A pause up to this long is no pause: it makes the clock tick, or lets others run.
const tinyPause = time.Millisecond

// Sleep finds pauses that ignore the context in reach.
var Sleep = register(&Rule{
	Name:  "sleep",
	Title: "a pause ignores the context",
	Why: "`time.Sleep` and a bare `<-time.After(d)` cannot be cut short. A cancelled task that sleeps holds up the join of its group, " +
		"a cancelled request is kept, a shutdown waits. `braid.Sleep(ctx, d)` returns when the context ends; so does a `select` with `<-ctx.Done()`.",
	Wrong: `
func poll(ctx context.Context, ready func() bool) error {
	for !ready() {
		time.Sleep(time.Second)
	}
	return nil
}
`,
	Right: `
func poll(ctx context.Context, ready func() bool) error {
	for !ready() {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
`,
	Exempt: "`main` and `init`; what is deferred or a cleanup; a constant pause of at most 100 ms outside of loops, in a loop that looks at the context, or in one that takes at most 1 s in all, and of at most 1 ms anywhere; " +
		"`if !t.Stop() { <-t.C }`; behind `<-ctx.Done()`; where the function has asked whether the context can end; functions that shut down, close and the like, by their names; a goroutine that ends the program; a context that the function has made itself, unless the loop or goroutine around uses it.",
	Shapes: []Shape{
		{Name: "sleep", Severity: Warning, What: "time.Sleep where a context is in reach"},
		{Name: "after", Severity: Warning, What: "a bare receive from time.After, or from a timer or ticker made in the function"},
		{Name: "tick", Severity: Warning, What: "a loop over a ticker's channel that never looks at the context"},
		{Name: "helper", Severity: Warning, What: "the first call, where a context is in reach, of a function of the package that only sleeps"},
		{Name: "handler", Severity: Note, Off: true, What: "a pause in an HTTP handler, whose request has a context"},
		{Name: "short", Severity: Note, Off: true, What: "a constant pause of at most 100 ms that no loop repeats blindly, or of at most 1 ms"},
	},
}, func(c *check) {
	helpers := map[*types.Func]bool{} // that were told of
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil), (*ast.UnaryExpr)(nil), (*ast.RangeStmt)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.CallExpr:
			if code.IsCall(c.Info, n, "time", "Sleep") {
				c.pause(cur, "sleep", n.Args[0], "time.Sleep")
			} else if fn := code.Callee(c.Info, n); !helpers[fn] && c.onlySleeps(n) {
				if r := c.reach(cur); r != nil && !r.Request {
					helpers[fn] = true
					c.report(n, "helper", code.CalleeName(n)+" sleeps, and ignores "+r.Name()+": give it the context, for braid.Sleep")
				}
			}
		case *ast.UnaryExpr:
			if n.Op != token.ARROW || inComm(cur) {
				continue
			}
			if d, what := c.timerOf(n.X); what != "" && !afterStop(cur) {
				c.pause(cur, "after", d, "a bare receive from "+what)
			}
		case *ast.RangeStmt:
			if _, what := c.timerOf(n.X); what == "" {
				continue
			}
			if r := c.reach(cur); r != nil && !c.LooksAtCtx(n.Body) {
				c.report(n.X, "tick", "the loop over the ticker never looks at "+r.Name()+": select on its Done beside the tick")
			}
		}
	}
})

func (c *check) pause(cur inspector.Cursor, shape string, d ast.Expr, what string) {
	r := c.reach(cur)
	if r == nil {
		return
	}
	if r.Request {
		shape = "handler"
	} else if c.boundsOwn(r.Ctx) || beforeExit(c, r.Task) || c.besides(cur, r) || c.endedBefore(cur) || c.cannotEnd(cur, r) || c.endsLater(cur, r.Ctx) || c.isEnding(cur) {
		return
	}
	if ns, ok := duration(c.Info, d); ok && ns <= shortPause {
		if ns <= 0 {
			return
		}
		if loop, ok := code.LoopAround(cur); !ok || ns <= tinyPause || c.LooksAtCtx(loop.Node()) || c.inAll(loop, ns) <= allPauses {
			shape = "short"
		}
	}
	c.report(cur.Node(), shape, what+" ignores "+r.Name()+": use braid.Sleep, or select on its Done")
}

// inAll gives how long a loop pauses in all its rounds, at most: longer than anything if their number is no constant.
func (c *check) inAll(loop inspector.Cursor, pause time.Duration) time.Duration {
	rounds, known := int64(0), false
	switch n := loop.Node().(type) {
	case *ast.RangeStmt:
		rounds, known = code.IntValue(c.Info, n.X)
	case *ast.ForStmt:
		if n.Post == nil {
			break
		}
		ast.Inspect(n.Cond, func(m ast.Node) bool {
			if b, ok := m.(*ast.BinaryExpr); ok && !known && (b.Op == token.LSS || b.Op == token.LEQ) {
				rounds, known = code.IntValue(c.Info, b.Y)
			}
			return !known
		})
	}
	if !known || rounds > int64(allPauses) {
		return allPauses + 1
	}
	return time.Duration(rounds) * pause
}

// cannotEnd tells whether the context in reach cannot end while the pause lasts: the function has asked whether there is a Done at all, or has made the
// context itself of none that can end, without a limit of time, and ends it by nothing but a defer.
func (c *check) cannotEnd(cur inspector.Cursor, r *code.Reach) bool {
	_, body := code.FuncParts(r.Func.Node())
	if code.Has(body, func(n ast.Node) bool {
		b, ok := n.(*ast.BinaryExpr)
		return ok && (b.Op == token.NEQ || b.Op == token.EQL) && c.DoneOf(b.X) != nil && isNilIdent(c.Info, b.Y)
	}) {
		return true
	}
	if c.Given(r.Ctx) || r.Ctx.IsField() || r.Task != nil {
		return false
	}
	for _, o := range c.Origins(r.Ctx) {
		call, ok := ast.Unparen(o).(*ast.CallExpr)
		if !ok || !code.IsCall(c.Info, call, "context", "WithCancel", "WithCancelCause") {
			return false
		}
		at, ok := c.Root.FindNode(call)
		if !ok {
			return false
		}
		as, ok := at.Parent().Node().(*ast.AssignStmt)
		if !ok || len(as.Lhs) != 2 {
			return false
		}
		cancel := code.Var(c.Info, as.Lhs[1])
		if !code.IsLocal(cancel) || slices.ContainsFunc(c.Uses[cancel], func(use inspector.Cursor) bool {
			kind, _ := use.Parent().ParentEdge()
			return kind != edge.DeferStmt_Call
		}) {
			return false
		}
	}
	return len(c.Origins(r.Ctx)) > 0
}

// endsLater tells whether a variable of the function's own holds at a place, on each way to it, a context that nothing can end.
func (c *check) endsLater(cur inspector.Cursor, v *types.Var) bool {
	fn, ok := code.FuncAround(cur)
	if !ok || !code.IsLocal(v) || code.IsParam(c.Info, v) {
		return false
	}
	if in, ok := c.DeclaredIn(v); !ok || in != fn {
		return false
	}
	steps, start := code.FlowOf(c.cfgs, fn.Node()).Reaching(cur.Node(), func(step ast.Node) bool { return sets(c, step, v) })
	for _, step := range steps {
		as, ok := step.(*ast.AssignStmt)
		if !ok || len(as.Lhs) != 1 || len(as.Rhs) != 1 {
			return false
		}
		if call, ok := ast.Unparen(as.Rhs[0]).(*ast.CallExpr); !ok || !code.IsCall(c.Info, call, "context", "Background", "TODO", "WithoutCancel") {
			return false
		}
	}
	return len(steps) > 0 && !start
}

// isEnding tells whether a place is in a function that is about the end of things, by its name.
func (c *check) isEnding(cur inspector.Cursor) bool {
	decl, _ := code.DeclAround(cur)
	return decl != nil && ending.MatchString(decl.Name.Name)
}

// boundsOwn tells whether a context bounds a call of the function's own, and comes from nowhere else.
func (c *check) boundsOwn(v *types.Var) bool {
	if v == nil || c.Given(v) {
		return false
	}
	for _, e := range c.Origins(v) {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		if ok && code.IsCall(c.Info, call, "context", "Background", "TODO") {
			continue
		}
		if !ok || !code.IsCall(c.Info, call, "context", "WithTimeout", "WithDeadline", "WithTimeoutCause", "WithDeadlineCause") {
			return false
		}
	}
	return len(c.Origins(v)) > 0
}

// onlySleeps tells whether a call is of a function of the package that is given no context and
// does nothing but reckon how long to sleep, and sleep.
func (c *check) onlySleeps(call *ast.CallExpr) bool {
	fn := code.Callee(c.Info, call)
	decl, ok := c.Decls[fn]
	if !ok || fn.Signature().Results().Len() > 0 {
		return false
	}
	fd := decl.Node().(*ast.FuncDecl)
	if n := len(fd.Body.List); n == 0 || c.exempt(fd.Pos()) {
		return false
	} else if es, ok := fd.Body.List[n-1].(*ast.ExprStmt); !ok || !isSleep(c.Info, es.X) {
		return false
	}
	only := true
	ast.Inspect(fd, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt, *ast.RangeStmt, *ast.GoStmt, *ast.DeferStmt, *ast.SendStmt, *ast.SelectStmt, *ast.FuncLit:
			only = false
		case *ast.CallExpr:
			if c.Info.Types[n.Fun].IsType() || c.Builtin(n) != "" || c.logs(n) {
				break
			}
			callee := code.Callee(c.Info, n)
			if callee == nil || callee.Pkg() == nil {
				only = false
				break
			}
			switch callee.Pkg().Path() {
			case "math", "math/rand", "math/rand/v2":
			case "time":
				if isSleep(c.Info, n) {
					ns, known := duration(c.Info, n.Args[0])
					only = !known || ns > shortPause
				}
			default:
				only = false
			}
		}
		return only
	})
	return only
}

func isSleep(info *types.Info, e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok && code.IsCall(info, call, "time", "Sleep")
}

// besides tells whether a pause has nothing to do with the context in reach, which the function around has made itself, for something else: it is
// in no loop that uses it, or in a goroutine that does not.
func (c *check) besides(cur inspector.Cursor, r *code.Reach) bool {
	if c.Given(r.Ctx) {
		return false
	}
	if t := r.Task; t != nil && t.Kind == code.Bare && t.Lit != nil {
		return !c.MentionsCtx(t.Lit)
	}
	loop, ok := code.LoopAround(cur)
	return !ok || !c.MentionsCtx(loop.Node())
}

// beforeExit tells whether a pause is in a goroutine that ends the program.
func beforeExit(c *check, t *code.Task) bool {
	return t != nil && t.Kind == code.Bare && t.Lit != nil && uses(c, t.Lit.Body, "os", "Exit")
}

func duration(info *types.Info, e ast.Expr) (time.Duration, bool) {
	if e == nil {
		return 0, false
	}
	n, ok := code.IntValue(info, e)
	return time.Duration(n), ok
}

// timerOf recognises time.After(d), time.Tick(d), time.NewTimer(d).C and t.C of a
// timer or ticker made in the function; it gives the duration if that is known.
func (c *check) timerOf(ch ast.Expr) (d ast.Expr, what string) {
	switch e := ast.Unparen(ch).(type) {
	case *ast.CallExpr:
		if code.IsCall(c.Info, e, "time", "After", "Tick") {
			return e.Args[0], "time." + code.CalleeName(e)
		}
	case *ast.SelectorExpr:
		if e.Sel.Name != "C" {
			return nil, ""
		}
		t := c.Info.TypeOf(e.X)
		if !code.IsNamed(t, "time", "Timer") && !code.IsNamed(t, "time", "Ticker") {
			return nil, ""
		}
		made := ast.Unparen(e.X)
		if v := code.Var(c.Info, e.X); v != nil {
			if !code.IsLocal(v) || code.IsParam(c.Info, v) {
				return nil, ""
			}
			o := c.Origins(v)
			if len(o) != 1 {
				return nil, ""
			}
			made = ast.Unparen(o[0])
		}
		if call, ok := made.(*ast.CallExpr); ok && code.IsCall(c.Info, call, "time", "NewTimer", "NewTicker") {
			return call.Args[0], "time." + code.CalleeName(call)
		}
	}
	return nil, ""
}

// inComm tells whether a receive is the communication of a select clause.
func inComm(cur inspector.Cursor) bool {
	for c := range cur.Enclosing((*ast.CommClause)(nil), (*ast.FuncLit)(nil)) {
		clause, ok := c.Node().(*ast.CommClause)
		return ok && clause.Comm != nil && code.Within(cur.Node(), clause.Comm)
	}
	return false
}

// afterStop tells whether a receive drains a timer that was stopped.
func afterStop(cur inspector.Cursor) bool {
	for c := range cur.Enclosing((*ast.IfStmt)(nil), (*ast.FuncLit)(nil), (*ast.ForStmt)(nil)) {
		if c == cur {
			continue
		}
		s, ok := c.Node().(*ast.IfStmt)
		if !ok {
			return false
		}
		stop := false
		ast.Inspect(s, func(n ast.Node) bool {
			if n == s.Body {
				return false
			}
			if call, ok := n.(*ast.CallExpr); ok && code.CalleeName(call) == "Stop" {
				stop = true
			}
			return true
		})
		if stop {
			return true
		}
	}
	return false
}

// reach gives the context that a place should heed: none in main, init, and
// deferred functions.
func (c *check) reach(cur inspector.Cursor) *code.Reach {
	if c.exempt(cur.Node().Pos()) {
		return nil
	}
	if decl, _ := code.DeclAround(cur); decl != nil && decl.Recv == nil {
		if name := decl.Name.Name; name == "init" || name == "main" && c.Pkg.Name() == "main" {
			return nil
		}
	}
	if code.Deferred(cur) {
		return nil
	}
	r := c.ReachAt(cur)
	if r != nil && c.whereNil(cur, r.Ctx) {
		return nil
	}
	return r
}

// whereNil tells whether a place is in a branch that is taken because a variable is nil.
func (c *check) whereNil(cur inspector.Cursor, v *types.Var) bool {
	for up := range cur.Enclosing((*ast.IfStmt)(nil)) {
		s := up.Node().(*ast.IfStmt)
		b, ok := ast.Unparen(s.Cond).(*ast.BinaryExpr)
		if !ok || code.Var(c.Info, b.X) != v {
			continue
		}
		if isNil(b, token.EQL) && code.Within(cur.Node(), s.Body) || isNil(b, token.NEQ) && s.Else != nil && code.Within(cur.Node(), s.Else) {
			return true
		}
	}
	return false
}
