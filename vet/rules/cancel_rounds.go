// Cancel functions and Stops that are deferred in a loop. Part of the rules cancel and unstopped.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// outlivesRound tells whether a call in a loop, in some rounds only, makes a context for the rounds that come too: it is assigned to a variable from outside of
// the loop.
func (c *check) outlivesRound(cur inspector.Cursor) bool {
	as, ok := cur.Parent().Node().(*ast.AssignStmt)
	loop, looped := code.LoopAround(cur)
	if !ok || !looped {
		return false
	}
	if v := code.Var(c.Info, as.Lhs[0]); v == nil || code.Within(c.declOf(v), loop.Node()) {
		return false
	}
	for up := range cur.Enclosing((*ast.IfStmt)(nil)) {
		return code.Within(up.Node(), loop.Node())
	}
	return false
}

// forTasks tells whether a context is made in a loop over what is there for a goroutine that the loop starts and does not wait for: the end of
// the round is too early to cancel it.
func (c *check) forTasks(cur inspector.Cursor) bool {
	as, ok := cur.Parent().Node().(*ast.AssignStmt)
	loop, looped := code.LoopAround(cur)
	if !ok || !looped {
		return false
	}
	over, ok := loop.Node().(*ast.RangeStmt)
	if !ok {
		return false
	}
	switch c.Info.TypeOf(over.X).Underlying().(type) {
	case *types.Chan, *types.Signature:
		return false
	}
	joins := func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		return ok && code.CalleeName(call) == "Wait"
	}
	if code.Has(over.Body, joins) {
		return false
	}
	return slices.ContainsFunc(c.Uses[code.Var(c.Info, as.Lhs[0])], func(use inspector.Cursor) bool {
		for up := range use.Enclosing((*ast.GoStmt)(nil)) {
			return code.Within(up.Node(), over.Body)
		}
		t := c.TaskAround(use)
		return t != nil && !t.Body && code.Within(t.At.Node(), over.Body)
	})
}

// madeOnce tells whether a place in a loop is reached only as long as a variable from outside of the loop is nil.
func (c *check) madeOnce(cur, loop inspector.Cursor, v *types.Var) bool {
	for up := range cur.Enclosing((*ast.IfStmt)(nil)) {
		s := up.Node().(*ast.IfStmt)
		if !code.Within(s, loop.Node()) {
			return false
		}
		if code.Within(cur.Node(), s.Body) && !code.Within(c.declOf(v), loop.Node()) && slices.ContainsFunc(conjuncts(s.Cond), func(e ast.Expr) bool {
			b, ok := e.(*ast.BinaryExpr)
			return ok && isNil(b, token.EQL) && code.Var(c.Info, b.X) == v
		}) {
			return true
		}
	}
	return false
}

// conjuncts gives the parts of a condition all of which have to be true.
func conjuncts(e ast.Expr) []ast.Expr {
	e = ast.Unparen(e)
	if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.LAND {
		return append(conjuncts(b.X), conjuncts(b.Y)...)
	}
	return []ast.Expr{e}
}

// deferInLoop reports what is made in a loop and let go by a defer in it, if the
// loop may come round again.
func (c *check) deferInLoop(cur inspector.Cursor, at analysis.Range, v *types.Var, uses []inspector.Cursor, shape, what string) {
	loop, ok := code.LoopAround(cur)
	if !ok {
		return
	}
	if triesAgain(loop.Node()) || c.madeOnce(cur, loop, v) {
		return
	}
	fn, _ := code.FuncAround(cur)
	var deferred ast.Node
	for _, use := range uses {
		if d, ok := deferAround(use); ok && code.Within(d.Node(), loop.Node()) {
			if in, _ := code.FuncAround(d); in == fn {
				deferred = d.Node()
			}
		} else {
			return // it is called otherwise too
		}
	}
	if deferred == nil {
		return
	}
	f := code.FlowOf(c.cfgs, fn.Node())
	again := false
	f.After(deferred, func(step ast.Node) bool {
		if code.Within(cur.Node(), step) {
			again = true
		}
		return !again
	})
	if again {
		c.report(at, shape, "the "+what+" in this loop all wait for the function to return: call "+v.Name()+" at the end of each round, or make the round a function")
	}
}

// triesAgain tells whether a loop goes round only after failures: its body ends in
// a return, or has one if something is nil.
func triesAgain(loop ast.Node) (again bool) {
	var body *ast.BlockStmt
	switch loop := loop.(type) {
	case *ast.ForStmt:
		body = loop.Body
	case *ast.RangeStmt:
		body = loop.Body
	}
	code.Shallow(body, func(n ast.Node) bool {
		if s, ok := n.(*ast.IfStmt); ok && isNil(s.Cond, token.EQL) && endsIn[*ast.ReturnStmt](s.Body.List) {
			again = true
		}
		return !again
	})
	return again || endsIn[*ast.ReturnStmt](body.List)
}
