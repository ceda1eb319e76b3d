// Deferred functions that make nil of the error when the context has ended: part of the rule swallowed.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// atEnd gives the context that has ended where a place in a literal is reached, for whatever error: the conditions around it ask for that, and at most besides
// whether there is an error.
func (c *check) atEnd(at inspector.Cursor, lit *ast.FuncLit, err *types.Var) (ctx *types.Var) {
	for up := range at.Enclosing((*ast.IfStmt)(nil), (*ast.CaseClause)(nil), (*ast.CommClause)(nil), (*ast.FuncLit)(nil)) {
		if up.Node() == lit {
			break
		}
		branch, ok := up.Node().(*ast.IfStmt)
		if !ok || !code.Within(at.Node(), branch.Body) {
			return nil
		}
		if ended := c.endedCond(branch); ended != nil {
			ctx = code.Var(c.Info, ended)
			continue
		}
		for _, cond := range bothOf(branch.Cond) {
			b, ok := unparen[*ast.BinaryExpr](cond)
			if !ok || !isNil(b, token.NEQ) {
				return nil
			}
			if ended := c.ErrOf(b.X); ended != nil {
				ctx = code.Var(c.Info, ended)
			} else if code.Var(c.Info, b.X) != err {
				return nil
			}
		}
	}
	return ctx
}

// doesMore tells whether the branch that a statement is in does more than that and to log: something may be told of the end.
func (c *check) doesMore(at inspector.Cursor) bool {
	block, ok := at.Parent().Node().(*ast.BlockStmt)
	return ok && c.keeps(slices.DeleteFunc(slices.Clone(block.List), func(s ast.Stmt) bool { return s == at.Node() }))
}

// bothOf gives the conditions of which each has to be true.
func bothOf(cond ast.Expr) []ast.Expr {
	if b, ok := unparen[*ast.BinaryExpr](cond); ok && b.Op == token.LAND {
		return append(bothOf(b.X), bothOf(b.Y)...)
	}
	return []ast.Expr{cond}
}

// leavesHalf tells whether a function whose error is nil when its context has ended says nil too when it has done all of a work that has an end: behind
// a loop over things that are at hand, or that goes on while something is left. One that serves until it is stopped has no such loop, and of one that
// nobody listens to it does not matter.
func (c *check) leavesHalf(cur, fn inspector.Cursor, ctx *types.Var) bool {
	if ctx.IsField() || c.derivedHere(ctx, fn) || !c.Given(ctx) || c.boolResult(fn) || c.promised(cur) || c.unheard(fn, 0) || c.onlyToldOf(fn) {
		return false
	}
	if decl, ok := fn.Node().(*ast.FuncDecl); ok && serving.MatchString(decl.Name.Name) {
		return false
	}
	for loop := range fn.Preorder((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil)) {
		if in, _ := code.FuncAround(loop); in != fn || c.behind(loop) == nil {
			continue
		}
		if f, ok := loop.Node().(*ast.ForStmt); ok && f.Cond != nil && c.saysMore(f.Cond) || c.atHand(loop) {
			return true
		}
	}
	return false
}
