// The context that a place should heed.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

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
	if r != nil && (c.whereNil(cur, r.Ctx) || c.pastEnd(cur, r)) {
		return nil
	}
	return r
}

// pastEnd tells whether a place is reached only when the context has ended: behind a receive from its Done that is a statement, in a clause for that, or in a
// branch that is taken because of its Err. What is done there cannot heed it any more.
func (c *check) pastEnd(cur inspector.Cursor, r *code.Reach) bool {
	over := func(ctx *types.Var) bool {
		return ctx != nil && (ctx == r.Ctx || c.madeWith(r.Ctx, ctx))
	}
	for at := cur; at.Node() != r.Func.Node(); at = at.Parent() {
		switch n := at.Node().(type) {
		case *ast.CommClause:
			if ctx, is := c.DoneClause(n); is && at.Node() != cur.Node() && over(ctx) {
				return true
			}
		case *ast.IfStmt:
			if ctx := c.endedCond(n); ctx != nil && code.Within(cur.Node(), n.Body) && over(code.Var(c.Info, ctx)) {
				return true
			}
		case *ast.FuncDecl, *ast.File:
			return false
		}
		for before, ok := at.PrevSibling(); ok; before, ok = before.PrevSibling() {
			if s, isStmt := before.Node().(*ast.ExprStmt); isStmt {
				if ctx := c.DoneOf(s.X); ctx != nil && over(code.Var(c.Info, ctx)) {
					return true
				}
			}
		}
	}
	return false
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

// unparen gives an expression without parentheses around it, if it is of a type.
func unparen[E ast.Expr](e ast.Expr) (E, bool) {
	is, ok := ast.Unparen(e).(E)
	return is, ok
}
