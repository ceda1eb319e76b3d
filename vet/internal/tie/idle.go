// Tasks that do nothing in a dead context. Whose object is stopped as soon as it is started did run the
// goroutines that it had started; a group that is closed skips the tasks that have not begun, unless they are Always.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/braid-go/braid/vet/internal/code"
)

// idle tells whether a function is nothing but a wait, or a loop of waits, that the end of ctx ends: no more is
// before it than a ticker, and nothing behind it. Calls are followed to a depth, since functions may call each other for ever.
func (f *finder) idle(body []ast.Stmt, ctx *types.Var, depth int) bool {
	if len(body) == 0 {
		return true
	}
	last := len(body) - 1
	if slices.ContainsFunc(body[:last], func(s ast.Stmt) bool { return !f.ticks(s) }) {
		return false
	}
	switch s := body[last].(type) {
	case *ast.ForStmt:
		if s.Init != nil {
			return false
		}
		if cond, ok := s.Cond.(*ast.BinaryExpr); ok { // for ctx.Err() == nil
			return cond.Op == token.EQL && code.Var(f.Info, f.ErrOf(cond.X)) == ctx && f.Info.Types[cond.Y].IsNil()
		}
		if s.Cond != nil || len(s.Body.List) != 1 {
			return false
		}
		sel, ok := s.Body.List[0].(*ast.SelectStmt)
		return ok && slices.ContainsFunc(sel.Body.List, func(c ast.Stmt) bool {
			clause := c.(*ast.CommClause)
			return f.waitsFor(clause.Comm, ctx) && len(clause.Body) == 1 && returnsNothing(clause.Body[0])
		})
	case *ast.ExprStmt:
		if f.waitsFor(s, ctx) {
			return true
		}
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		decl, ok := f.Decls[code.Callee(f.Info, call)]
		i := slices.IndexFunc(call.Args, func(a ast.Expr) bool { return code.Var(f.Info, a) == ctx })
		if !ok || i < 0 || depth == 0 || slices.ContainsFunc(call.Args, calls) {
			return false
		}
		fn := decl.Node().(*ast.FuncDecl)
		p, _ := code.ParamAt(f.Info, fn.Type, i)
		return p != nil && fn.Body != nil && f.idle(fn.Body.List, p, depth-1)
	}
	return false
}

// ticks tells whether a statement makes a ticker or a timer, or stops one in the end.
func (f *finder) ticks(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.AssignStmt:
		call, ok := s.Rhs[0].(*ast.CallExpr)
		return ok && len(s.Rhs) == 1 && code.IsCall(f.Info, call, "time", "NewTicker", "NewTimer") && !slices.ContainsFunc(call.Args, calls)
	case *ast.DeferStmt:
		sel, ok := s.Call.Fun.(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "Stop" && (code.IsNamed(f.Info.TypeOf(sel.X), "time", "Ticker") || code.IsNamed(f.Info.TypeOf(sel.X), "time", "Timer"))
	}
	return false
}

// waitsFor tells whether a statement is <-ctx.Done().
func (f *finder) waitsFor(s ast.Stmt, ctx *types.Var) bool {
	e, ok := s.(*ast.ExprStmt)
	return ok && f.DoneOf(e.X) != nil && code.Var(f.Info, f.DoneOf(e.X)) == ctx
}

// returnsNothing tells whether a statement is a return without results.
func returnsNothing(s ast.Stmt) bool {
	r, ok := s.(*ast.ReturnStmt)
	return ok && len(r.Results) == 0
}

// calls tells whether an expression calls anything.
func calls(e ast.Expr) bool {
	return code.Has(e, func(n ast.Node) bool { _, is := n.(*ast.CallExpr); return is })
}
