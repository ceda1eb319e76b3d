// Selects that wait for channels alone.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// selects reports a select that waits for channels alone.
func (c *check) selects(cur inspector.Cursor, n *ast.SelectStmt) {
	if len(n.Body.List) < 2 { // see inComm
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
	if c.goesRound(cur, n) {
		c.report(n, "pause", "this select is a pause that the end of "+r.Name()+" does not cut short, and the loop goes on: add a case for its Done")
		return
	}
	if c.on("elsewhere") && c.oneHeeded(cur, n) {
		c.report(n, "elsewhere", "this select ignores "+r.Name()+", and what waits for the same elsewhere heeds its context: add a case for its Done")
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

// goesRound tells whether a select in a loop waits for time to pass or for something that comes earlier, and none of its clauses leaves the loop: it is a
// pause between two rounds. A short one is none, nor is one that somebody cuts short who knows that a context has ended, or that is over.
func (c *check) goesRound(cur inspector.Cursor, n *ast.SelectStmt) bool {
	loop, ok := code.LoopAround(cur)
	if !ok {
		return false
	}
	timers, others := 0, 0
	for _, s := range n.Body.List {
		clause := s.(*ast.CommClause)
		ch := received(clause)
		if ch == nil || leavesLoop(cur, clause) || slices.ContainsFunc(clause.Body, func(s ast.Stmt) bool { return c.endsProgram(s) }) {
			return false
		}
		if !isTimer(c.Info, ch) {
			if others++; over.MatchString(nameOf(ch)) || c.toldOfEnd(code.Var(c.Info, ch)) {
				return false
			}
			continue
		}
		timers++
		d, _ := c.timerOf(ch)
		if ns, known := duration(c.Info, d); known && ns <= shortPause {
			return false
		}
	}
	return timers > 0 && others > 0 && !c.asksWhether(loop)
}

// received gives the channel that a clause receives from, or nil.
func received(clause *ast.CommClause) ast.Expr {
	var e ast.Expr
	switch comm := clause.Comm.(type) {
	case *ast.ExprStmt:
		e = comm.X
	case *ast.AssignStmt:
		e = comm.Rhs[0]
	}
	u, ok := ast.Unparen(e).(*ast.UnaryExpr)
	if !ok {
		return nil
	}
	return u.X
}

// toldOfEnd tells whether a channel is one of which it is not known who sends, or one that somebody closes, or sends to who stops something or looks at a
// context. Known is it of what the package keeps to itself in a field or variable, and has made.
func (c *check) toldOfEnd(ch *types.Var) bool {
	if ch == nil || code.IsLocal(ch) || ch.Exported() || ch.Pkg() != c.Pkg || slices.ContainsFunc(c.Origins(ch), func(e ast.Expr) bool {
		call, ok := unparen[*ast.CallExpr](e)
		return !ok || c.Builtin(call) != "make"
	}) {
		return true
	}
	return slices.ContainsFunc(c.Uses[ch], func(use inspector.Cursor) bool {
		at := use
		if kind, _ := at.ParentEdge(); kind == edge.SelectorExpr_Sel {
			at = at.Parent()
		}
		call, called := at.Parent().Node().(*ast.CallExpr)
		kind, _ := at.ParentEdge()
		if called && c.Builtin(call) == "close" {
			return true
		}
		decl, _ := code.DeclAround(use)
		return kind == edge.SendStmt_Chan && decl != nil && (stopping.MatchString(decl.Name.Name) || c.LooksAtCtx(decl))
	})
}

// asksWhether tells whether a loop asks in each round whether to go on, other than for an error: it may have been told so.
func (c *check) asksWhether(loop inspector.Cursor) (asks bool) {
	if f, ok := loop.Node().(*ast.ForStmt); ok && f.Cond != nil && code.Has(f.Cond, func(n ast.Node) bool { id, ok := n.(*ast.Ident); return ok && over.MatchString(id.Name) }) {
		return true
	}
	for cur := range loop.Preorder((*ast.IfStmt)(nil)) {
		n := cur.Node().(*ast.IfStmt)
		if in, _ := code.LoopAround(cur); in == loop && (endsIn[*ast.ReturnStmt](n.Body.List) || endsIn[*ast.BranchStmt](n.Body.List)) {
			asks = asks || code.Has(n.Cond, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				return ok && over.MatchString(id.Name) && !c.isErr(id)
			})
		}
	}
	return asks
}

// isErr tells whether a name is that of an error.
func (c *check) isErr(id *ast.Ident) bool { return code.IsError(c.Info.TypeOf(id)) }

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
		if c.Only(v) == nil {
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
