// One of several errors that is taken for all of them: part of the rule multierror.

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

// ofOneKind tells whether two of the errors that are joined come from functions of the package which return errors of the type that errors.As looks
// for: then it finds one of several.
func (m *multi) ofOneKind(cur inspector.Cursor, as *ast.CallExpr) bool {
	join, kind := m.joinOf(cur, as.Args[0]), m.lookedFor(as)
	if join == nil || kind == nil {
		return false
	}
	found := 0
	for _, arg := range join.Args {
		if m.givesKind(arg, kind) {
			found++
		}
	}
	return found > 1
}

// lookedFor gives the type that errors.As, or errors.AsType, looks for.
func (m *multi) lookedFor(as *ast.CallExpr) types.Type {
	if len(as.Args) > 1 {
		if p, ok := under(m.Info.TypeOf(as.Args[1])).(*types.Pointer); ok {
			return p.Elem()
		}
		return nil
	}
	if t, ok := m.Info.TypeOf(as).(*types.Tuple); ok && t.Len() > 0 {
		return t.At(0).Type()
	}
	return nil
}

// asksForMany tells whether errors.As looks for what has several errors in it, and so for the join itself.
func (m *multi) asksForMany(as *ast.CallExpr) bool {
	kind := m.lookedFor(as)
	return kind != nil && unwrapsMany(kind)
}

// givesKind tells whether an error comes from a call of a function of the package that returns an error of a type.
func (m *multi) givesKind(err ast.Expr, kind types.Type) bool {
	if v := code.Var(m.Info, err); v != nil {
		origins := m.Origins(v)
		return code.IsLocal(v) && len(origins) == 1 && code.Var(m.Info, origins[0]) == nil && m.givesKind(origins[0], kind)
	}
	call, ok := unparen[*ast.CallExpr](err)
	if !ok {
		return false
	}
	decl, ok := m.Decls[code.Callee(m.Info, call)]
	return ok && code.Has(decl.Node().(*ast.FuncDecl).Body, func(n ast.Node) bool {
		ret, ok := n.(*ast.ReturnStmt)
		return ok && len(ret.Results) > 0 && types.Identical(m.Info.TypeOf(ret.Results[len(ret.Results)-1]), kind)
	})
}

// returnsWhole tells whether the branch that a question about an error leads to returns that error, beside what was found in it.
func (m *multi) returnsWhole(cur inspector.Cursor, err ast.Expr) bool {
	for up := range cur.Enclosing((*ast.IfStmt)(nil), (*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		branch, ok := up.Node().(*ast.IfStmt)
		return ok && slices.ContainsFunc(branch.Body.List, func(s ast.Stmt) bool {
			ret, ok := s.(*ast.ReturnStmt)
			return ok && slices.ContainsFunc(ret.Results, func(e ast.Expr) bool { return m.sameVar(e, err) })
		})
	}
	return false
}

func (m *multi) sameVar(a, b ast.Expr) bool {
	v := code.Var(m.Info, a)
	return v != nil && v == code.Var(m.Info, b)
}

// firstOf looks at errs[0] of what joined errors are made of, where it is returned, as it is or wrapped.
func (m *multi) firstOf(cur inspector.Cursor, n *ast.IndexExpr) {
	if i, known := code.IntValue(m.Info, n.Index); !known || i != 0 || !m.on("head") {
		return
	}
	ret, ok := m.returnedIn(cur)
	err := m.takenApart(n.X)
	if !ok || err == nil || m.saysWhyAround(cur) || m.othersSeen(ret, n, err) {
		return
	}
	if at, ok := m.Root.FindNode(err); ok {
		if j := m.of(at, err, 0); j != nil && !j.first {
			m.report(n, "head", "this is one of the errors of "+j.what+", and the others are dropped: return the whole")
		}
	}
}

// returnedIn gives the return whose last result an expression is, or is wrapped in.
func (c *check) returnedIn(cur inspector.Cursor) (inspector.Cursor, bool) {
	for ; ; cur = cur.Parent() {
		switch kind, i := cur.ParentEdge(); kind {
		case edge.ParenExpr_X:
		case edge.CallExpr_Args:
			if !makesError(code.Callee(c.Info, cur.Parent().Node().(*ast.CallExpr))) {
				return cur, false
			}
		case edge.ReturnStmt_Results:
			return cur.Parent(), i == len(cur.Parent().Node().(*ast.ReturnStmt).Results)-1
		default:
			return cur, false
		}
	}
}

// takenApart gives the error whose parts an expression has: many.Unwrap(), where many is that error as something else, or multierr.Errors.
func (m *multi) takenApart(parts ast.Expr) ast.Expr {
	if v := code.Var(m.Info, parts); v != nil {
		origins := m.Origins(v)
		if !code.IsLocal(v) || len(origins) != 1 || code.Var(m.Info, origins[0]) != nil {
			return nil
		}
		return m.takenApart(origins[0])
	}
	call, ok := unparen[*ast.CallExpr](parts)
	if !ok {
		return nil
	}
	if code.IsCall(m.Info, call, "go.uber.org/multierr", "Errors") {
		return call.Args[0]
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || len(call.Args) > 0 || !unwrapsMany(m.Info.TypeOf(sel.X)) {
		return nil
	}
	return m.seenAs(sel.X)
}

// seenAs gives the error that is asserted to be something else, there or where a variable is set, or that errors.As has found in one.
func (m *multi) seenAs(e ast.Expr) ast.Expr {
	if is, ok := unparen[*ast.TypeAssertExpr](e); ok {
		return is.X
	}
	v := code.Var(m.Info, e)
	if !code.IsLocal(v) {
		return nil
	}
	if origins := m.Origins(v); len(origins) == 1 {
		if is, ok := unparen[*ast.TypeAssertExpr](origins[0]); ok {
			return is.X
		}
		return nil
	}
	for _, use := range m.Uses[v] {
		if call, ok := use.Parent().Parent().Node().(*ast.CallExpr); ok && m.UseOf(use) == code.Argument && code.IsCall(m.Info, call, "errors", "As") {
			return call.Args[0]
		}
	}
	return nil
}

// othersSeen tells whether the other parts of an error, or the whole, are looked at where the first is returned: the parts are counted or gone
// through somewhere in the function, or a statement before the return, or the return itself, says what the error is.
func (m *multi) othersSeen(ret inspector.Cursor, first *ast.IndexExpr, err ast.Expr) bool {
	fn, _ := code.FuncAround(ret)
	_, body := code.FuncParts(fn.Node())
	parts := types.ExprString(first.X)
	if code.Has(body, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		return ok && e != first.X && e.Pos() != m.declaredAt(first.X) && types.ExprString(e) == parts && !m.asksForAny(e)
	}) {
		return true
	}
	v := code.Var(m.Info, err)
	for before, ok := ret.PrevSibling(); ok; before, ok = before.PrevSibling() {
		if s, isCall := before.Node().(*ast.ExprStmt); isCall && m.mentions(s, err) {
			return true
		}
	}
	return v != nil && slices.ContainsFunc(m.Uses[v], func(use inspector.Cursor) bool {
		return code.Within(use.Node(), ret.Node()) && !code.Within(use.Node(), first)
	})
}

// declaredAt gives the place where a variable is declared, if an expression is one.
func (m *multi) declaredAt(e ast.Expr) token.Pos {
	if v := code.Var(m.Info, e); v != nil {
		return v.Pos()
	}
	return token.NoPos
}

// asksForAny tells whether an expression is mentioned to ask no more than whether there is any in it: len(errs) > 0.
func (m *multi) asksForAny(e ast.Expr) bool {
	cur, ok := m.Root.FindNode(e)
	if !ok {
		return false
	}
	call, ok := cur.Parent().Node().(*ast.CallExpr)
	if !ok || m.Builtin(call) != "len" {
		return false
	}
	b, ok := cur.Parent().Parent().Node().(*ast.BinaryExpr)
	if !ok || b.Op != token.GTR && b.Op != token.NEQ && b.Op != token.EQL {
		return false
	}
	n, known := code.IntValue(m.Info, b.Y)
	return known && n == 0
}
