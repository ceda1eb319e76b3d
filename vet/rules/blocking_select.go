// Selects that wait for channels alone.

package rules

import (
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// selects reports a select that waits for channels alone.
func (c *check) selects(cur inspector.Cursor, n *ast.SelectStmt) {
	if len(n.Body.List) == 0 {
		return
	}

	if c.joinsOwn(cur, n) {
		return
	}
	told := false // that something is over
	for _, s := range n.Body.List {
		clause := s.(*ast.CommClause)
		switch comm := clause.Comm.(type) {
		case nil:
			return
		case *ast.SendStmt:
			if c.saysOver(comm.Chan) {
				return
			}
			told = told || leavesLoop(cur, clause)
		case *ast.ExprStmt, *ast.AssignStmt:
			var e ast.Expr
			if as, ok := comm.(*ast.AssignStmt); ok {
				e = as.Rhs[0]
			} else {
				e = comm.(*ast.ExprStmt).X
			}
			u, ok := ast.Unparen(e).(*ast.UnaryExpr)
			if !ok || c.DoneOf(u) != nil || c.ofCtx(u.X) {
				return
			}
			told = told || c.saysOver(u.X) || !isTimer(c.Info, u.X) && leavesLoop(cur, clause)
		}
	}
	r := c.reach(cur)
	if r == nil || r.Request || !c.Given(r.Ctx) || c.helpedOut(cur) {
		return
	}
	if told {
		if t := c.TaskAround(cur); t != nil && (t.Kind == code.ErrGroup || t.Kind == code.ConcGroup || t.Kind == code.BraidTask) {
			c.report(n, "quit", "this select does not end with "+r.Name()+", which is the task's: add a case for its Done")
		}
		return
	}
	c.report(n, "select", "this select ignores "+r.Name()+": add a case for its Done")
}

// leavesLoop tells whether a clause of a select in a loop has a way out of that: what it receives may say that it is over, or that
// its channel is closed.
func leavesLoop(cur inspector.Cursor, clause *ast.CommClause) (out bool) {
	loop, ok := code.LoopAround(cur)
	if !ok {
		return false
	}
	for at := range cur.Preorder((*ast.ReturnStmt)(nil), (*ast.BranchStmt)(nil)) {
		if in, _ := code.LoopAround(at); in != loop || !code.Within(at.Node(), clause) {
			continue
		}
		switch n := at.Node().(type) {
		case *ast.ReturnStmt:
			out = true
		case *ast.BranchStmt:
			if n.Label != nil && n.Tok == token.BREAK {
				left, ok := brokenLoop(at, n)
				out = out || ok && code.Within(loop.Node(), left.Node())
			}
		}
	}
	return out
}

// ofCtx tells whether a channel comes out of a call that was given a context: it
// will be closed when that ends.
func (c *check) ofCtx(ch ast.Expr) bool {
	from := []ast.Expr{ch}
	if v := code.Var(c.Info, ch); v != nil {
		from = c.Origins(v)
	}
	for _, e := range from {
		if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && c.CtxArg(call) != nil {
			return true
		}
	}
	return false
}

// joinsOwn tells whether a select waits, beside timers, only for channels that
// the function made itself, whose goroutines know a context: these end when it does.
func (c *check) joinsOwn(cur inspector.Cursor, n *ast.SelectStmt) bool {
	fn, ok := code.FuncAround(cur)
	if !ok {
		return false
	}
	channels := 0
	for _, s := range n.Body.List {
		var ch ast.Expr
		switch comm := s.(*ast.CommClause).Comm.(type) {
		case *ast.SendStmt:
			ch = comm.Chan
		case *ast.ExprStmt:
			ch = comm.X
		case *ast.AssignStmt:
			ch = comm.Rhs[0]
		default:
			return false
		}
		if u, ok := ast.Unparen(ch).(*ast.UnaryExpr); ok {
			ch = u.X
		}
		if isTimer(c.Info, ch) {
			continue
		}
		v := code.Var(c.Info, ch)
		if !code.IsLocal(v) || code.IsParam(c.Info, v) {
			return false
		}
		if made, all := c.Made(v); !all || len(made) != 1 {
			return false
		}
		channels++
	}
	for _, t := range c.Tasks {
		if in, _ := code.FuncAround(t.At); in == fn && (c.MentionsCtx(t.Call) || t.Lit != nil && c.MentionsCtx(t.Lit)) {
			return channels > 0
		}
	}
	return false
}

// helpedOut tells whether a goroutine or callback of the function around looks at
// a context: it may end the wait.
func (c *check) helpedOut(cur inspector.Cursor) bool {
	fn, ok := code.FuncAround(cur)
	if !ok {
		return false
	}
	for l := range fn.Preorder((*ast.FuncLit)(nil)) {
		if l != fn && !code.Within(cur.Node(), l.Node()) && c.LooksAtCtx(l.Node()) {
			return true
		}
	}
	return false
}
