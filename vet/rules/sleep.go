// Pauses that nobody can cut short: time.Sleep and bare timers where a context is
// in reach. sleep_meant.go has those that keep nobody.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
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
	Exempt: "A place where the context's name means another, of `context.Background()`; `main` and `init`; what is deferred or a cleanup; a constant pause of at most 100 ms outside of loops, in a loop that looks at the context, or in one that takes at most 1 s in all, and of at most 1 ms anywhere; " +
		"`if !t.Stop() { <-t.C }`; behind `<-ctx.Done()`; where the function has asked whether the context can end; functions that shut down, close and the like, by their names; a pause right before the program ends, by `os.Exit` or a `Fatal`; a goroutine that ends the program, or that nobody waits for and that has nothing to do with the context, outside of loops; a context that the function has made itself, unless the loop or goroutine around uses it; a loop that frees what it calls by `context.WithoutCancel`, or ends the context itself when it is over.",
	Shapes: []Shape{
		{Name: "sleep", Severity: Warning, What: "time.Sleep where a context is in reach, also by a variable that is nothing else"},
		{Name: "after", Severity: Warning, What: "a bare receive from time.After, or from a timer or ticker made in the function"},
		{Name: "tick", Severity: Warning, What: "a loop over a ticker's channel that never looks at the context"},
		{Name: "helper", Severity: Warning, What: "the first call, where a context is in reach, of a function of the package, or of a literal in a variable, that only sleeps"},
		{Name: "handler", Severity: Note, Off: true, What: "a pause in an HTTP handler, whose request has a context"},
		{Name: "short", Severity: Note, Off: true, What: "a constant pause of at most 100 ms that no loop repeats blindly, or of at most 1 ms"},
	},
}, func(c *check) {
	helpers := map[ast.Node]bool{} // that were told of
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil), (*ast.UnaryExpr)(nil), (*ast.RangeStmt)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.CallExpr:
			if code.IsCall(c.Info, n, "time", "Sleep") {
				c.pause(cur, "sleep", n.Args[0], "time.Sleep")
			} else if c.sleepsByName(n) {
				c.pause(cur, "sleep", n.Args[0], code.CalleeName(n)+", which is time.Sleep,")
			} else if c.onlySleeps(n) && !helpers[c.called(n)] {
				if r := c.reach(cur); r != nil && !r.Request {
					helpers[c.called(n)] = true
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
			if r := c.reach(cur); r != nil && !c.LooksAtCtx(n.Body) && !c.besides(cur.ChildAt(edge.RangeStmt_Body, -1), r) && !c.goesOn(n, r.Ctx) {
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
	} else if c.keepsNobody(cur, r) {
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

// sleepsByName tells whether a call is of a variable, of the function or of the package alone, that is time.Sleep and nothing else.
func (c *check) sleepsByName(call *ast.CallExpr) bool {
	id, ok := unparen[*ast.Ident](call.Fun)
	if !ok || len(call.Args) != 1 {
		return false
	}
	v := code.Var(c.Info, id)
	if v == nil || !code.IsLocal(v) && v.Exported() {
		return false
	}
	sel, ok := c.Only(v).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	fn, _ := c.Info.Uses[sel.Sel].(*types.Func)
	return code.Is(fn, "time", "Sleep")
}

// onlySleeps tells whether a call is of a function of the package, or a literal in a variable, that is given no context and
// does nothing but reckon how long to sleep, and sleep.
func (c *check) onlySleeps(call *ast.CallExpr) bool {
	sig, ok := under(c.Info.TypeOf(call.Fun)).(*types.Signature)
	if !ok || sig.Results().Len() > 0 || c.CtxArg(call) != nil {
		return false
	}
	_, body := code.FuncParts(c.called(call))
	if body == nil || len(body.List) == 0 || c.exempt(body.Pos()) {
		return false
	}
	if es, ok := body.List[len(body.List)-1].(*ast.ExprStmt); !ok || !isSleep(c.Info, es.X) {
		return false
	}
	only := true
	ast.Inspect(body, func(n ast.Node) bool {
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

// called gives the function of the package that a call is of, or the literal that is all that a variable is ever set to; nil if it is neither.
func (c *check) called(call *ast.CallExpr) ast.Node {
	if decl, ok := c.Decls[code.Callee(c.Info, call)]; ok {
		return decl.Node()
	}
	if lit := c.literalOf(call); lit != nil {
		return lit
	}
	return nil // not a literal that is nil
}

func isSleep(info *types.Info, e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok && code.IsCall(info, call, "time", "Sleep")
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

// inComm tells whether a send or receive is the communication of one of several clauses of a select: of a single one it is as without the select.
func inComm(cur inspector.Cursor) bool {
	for c := range cur.Enclosing((*ast.CommClause)(nil), (*ast.FuncLit)(nil)) {
		clause, ok := c.Node().(*ast.CommClause)
		return ok && clause.Comm != nil && code.Within(cur.Node(), clause.Comm) && len(c.Parent().Node().(*ast.BlockStmt).List) > 1
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
