// What is deferred and runs behind the Wait of a group. Part of the rule escape.

package rules

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// deferredJoin finds what needs the context of a group alive behind a Wait that is deferred: in the same literal, and in what was deferred before.
func (c *escaper) deferredJoin(cur inspector.Cursor, join *ast.CallExpr) {
	g := groupOf(c.check, join)
	d, ok := deferAround(cur)
	if !ok || !code.IsLocal(g) || g.Kind() == types.ParamVar || c.InTest(join.Pos()) {
		return
	}
	fn, _ := code.FuncAround(d)
	ctx := c.contextOf(g)
	if in, ok := c.DeclaredIn(g); !ok || in != fn || ctx == nil {
		return
	}
	if lit, _ := code.FuncAround(cur); lit != fn {
		if lit.Node() != ast.Unparen(d.Node().(*ast.DeferStmt).Call.Fun) {
			return
		}
		told := false
		code.FlowOf(c.cfgs, lit.Node()).After(join, func(step ast.Node) bool {
			if told || sets(c.check, step, ctx) || c.LooksAtCtx(lit.Node()) {
				return false
			}
			if _, ok := step.(*ast.DeferStmt); !ok {
				told = c.usesDead(step, join, g, ctx, fn)
			}
			return true
		})
		if told {
			return
		}
	}
	c.deferredBehind(g, ctx, fn, join, d.Node())
}

// deferredBehind finds what a function has deferred on the way to a join, or to the defer statement that has it, and needs the context of the group alive: it
// runs when the join is over.
func (c *escaper) deferredBehind(g, ctx *types.Var, fn inspector.Cursor, join *ast.CallExpr, at ast.Node) {
	made := c.groupMade(ctx)
	flow := code.FlowOf(c.cfgs, fn.Node())
	for cur := range fn.Preorder((*ast.DeferStmt)(nil)) {
		d := cur.Node().(*ast.DeferStmt)
		if in, _ := code.FuncAround(cur); in != fn || d == at || c.LooksAtCtx(d.Call) || c.setBehind(ctx, join) {
			continue
		}
		joined := false
		flow.After(d, func(step ast.Node) bool {
			joined = joined || code.Within(at, step)
			return !joined
		})
		if !joined {
			continue
		}
		for _, e := range runsLater(d.Call, d.Pos() < made) {
			c.usesDead(e, join, g, ctx, fn)
		}
	}
}

// runsLater gives the parts of a call that is deferred which run, or are used, when the function ends: not the calls that its function or its arguments come
// from, and, if only literals are asked for, not what is in variables either, which is what it was when the call was deferred.
func runsLater(call *ast.CallExpr, onlyLits bool) (parts []ast.Expr) {
	for _, e := range append([]ast.Expr{call.Fun}, call.Args...) {
		switch e := ast.Unparen(e).(type) {
		case *ast.FuncLit:
			parts = append(parts, e)
		case *ast.Ident:
			if !onlyLits {
				parts = append(parts, e)
			}
		}
	}
	return parts
}

// setBehind tells whether a context is given another value behind a join: that is what a deferred function finds.
func (c *escaper) setBehind(ctx *types.Var, join *ast.CallExpr) bool {
	for _, use := range c.Uses[ctx] {
		if c.UseOf(use) == code.Assigned && use.Node().Pos() > join.Pos() {
			return true
		}
	}
	return false
}
