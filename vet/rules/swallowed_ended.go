// Whose end it is: what asks a context whether it has ended, and contexts of a function's own. Part of the rule swallowed.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// endedCond gives the context of `if ctx.Err() != nil` and `if err := ctx.Err(); err != nil`, and of a call that says no more than that.
func (c *check) endedCond(s *ast.IfStmt) ast.Expr {
	if call, ok := ast.Unparen(s.Cond).(*ast.CallExpr); ok && len(call.Args) == 1 && c.tellsEnd(code.Callee(c.Info, call)) {
		return call.Args[0]
	}
	b, ok := ast.Unparen(s.Cond).(*ast.BinaryExpr)
	if !ok || !isNil(b, token.NEQ) {
		return nil
	}
	if ctx := c.ErrOf(b.X); ctx != nil {
		return ctx
	}
	if as, ok := s.Init.(*ast.AssignStmt); ok && len(as.Lhs) == 1 && len(as.Rhs) == 1 && code.Var(c.Info, as.Lhs[0]) == code.Var(c.Info, b.X) {
		return c.ErrOf(as.Rhs[0])
	}
	return nil
}

// tellsEnd tells whether a function of the package does nothing but say whether the context that it is given has ended.
func (c *check) tellsEnd(fn *types.Func) bool {
	decl, ok := c.Decls[fn]
	if !ok {
		return false
	}
	body := decl.Node().(*ast.FuncDecl).Body
	if body == nil || len(body.List) != 1 {
		return false
	}
	ret, ok := body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return false
	}
	b, ok := ast.Unparen(ret.Results[0]).(*ast.BinaryExpr)
	if !ok || !isNil(b, token.NEQ) {
		return false
	}
	ctx := c.ErrOf(b.X)
	if ctx == nil || fn.Signature().Variadic() || fn.Signature().Params().Len() != 1 {
		return false
	}
	v := code.Var(c.Info, ctx)
	return v != nil && v == fn.Signature().Params().At(0)
}

// derivedHere tells whether a context was made in this function: it is its own
// timeout or cancel. So is the limit of time that a literal is given by the function around it, wherever that calls it.
func (c *check) derivedHere(v *types.Var, fn inspector.Cursor) bool {
	if code.IsParam(c.Info, v) {
		return c.ownTimeout(v, fn) || c.cancelsItself(v, fn) || c.givenLimit(v, fn)
	}
	in, ok := c.DeclaredIn(v)
	return !ok || in == fn
}

// givenLimit tells whether a parameter of a literal that a variable holds is, in each of the calls by that variable, a context that was limited where the call is.
func (c *check) givenLimit(v *types.Var, fn inspector.Cursor) bool {
	lit, ok := fn.Node().(*ast.FuncLit)
	if !ok {
		return false
	}
	holder := c.keptIn(fn)
	if holder == nil || !code.IsLocal(holder) {
		return false
	}
	i := -1
	for at := range c.Info.TypeOf(lit).(*types.Signature).Params().Len() {
		if c.Info.TypeOf(lit).(*types.Signature).Params().At(at) == v {
			i = at
		}
	}
	calls := 0
	for _, use := range c.Uses[holder] {
		if c.UseOf(use) == code.Assigned {
			continue
		}
		call, ok := use.Parent().Node().(*ast.CallExpr)
		if !ok || call.Fun != use.Node() || i < 0 || i >= len(call.Args) {
			return false
		}
		given := code.Var(c.Info, call.Args[i])
		if given == nil || !c.ownTimeout(given, fn) {
			return false
		}
		calls++
	}
	return calls > 0
}

// nothingLeft tells whether nothing but a return of nil follows the question whether the context has ended, and nothing is done where it has not:
// then all was done before.
func (c *check) nothingLeft(cur inspector.Cursor) bool {
	switch n := cur.Node().(type) {
	case *ast.IfStmt:
		if n.Else != nil {
			return false
		}
	case *ast.CommClause:
		cur = cur.Parent().Parent() // the select
		for _, s := range cur.Node().(*ast.SelectStmt).Body.List {
			if other := s.(*ast.CommClause); other != n && (other.Comm != nil || len(other.Body) > 0) {
				return false
			}
		}
		if len(cur.Node().(*ast.SelectStmt).Body.List) < 2 { // it waits
			return false
		}
	}
	next, ok := cur.NextSibling()
	if !ok {
		return false
	}
	ret, ok := next.Node().(*ast.ReturnStmt)
	return ok && c.nilReturn([]ast.Stmt{ret}) != nil
}
