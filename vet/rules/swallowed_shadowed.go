// Errors that are returned and never set, while another of the same name is: part of the rule swallowed.

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

// neverSet looks at a return of an error that nothing ever sets: where another one of the same name has the error of a call that was given the context, and that is no more
// than logged, this was meant to be returned.
func (c *check) neverSet(cur inspector.Cursor, ret *ast.ReturnStmt) {
	fn, ok := code.FuncAround(cur)
	if !ok || len(ret.Results) == 0 || c.guarded(cur) {
		return
	}
	v := code.Var(c.Info, ret.Results[len(ret.Results)-1])
	if !code.IsLocal(v) || code.IsParam(c.Info, v) || !code.IsError(v.Type()) || c.maySet(v) {
		return
	}
	if in, ok := c.DeclaredIn(v); !ok || in != fn {
		return
	}
	if f, r := c.errFunc(cur); r == nil || f != fn || c.boolResult(fn) {
		return
	}
	for at := range fn.Preorder((*ast.AssignStmt)(nil)) {
		as := at.Node().(*ast.AssignStmt)
		if in, _ := code.FuncAround(at); in != fn || as.Tok != token.DEFINE || len(as.Rhs) != 1 || as.Pos() > ret.Pos() {
			continue
		}
		other := code.Var(c.Info, as.Lhs[len(as.Lhs)-1])
		call, ok := unparen[*ast.CallExpr](as.Rhs[0])
		if !ok || other == nil || other == v || other.Name() != v.Name() || !code.IsError(other.Type()) || c.observes(call) || !c.onlyLooked(at, other) {
			continue
		}
		if joins(code.Callee(c.Info, call)) {
			c.report(ret, "shadowed", "nothing sets this "+v.Name()+": the group's error is in another of that name")
			return
		}
		if ctx := code.Var(c.Info, c.CtxArg(call)); ctx != nil && !ctx.IsField() && c.Given(ctx) && !c.derivedHere(ctx, fn) && !c.ownTimeout(ctx, fn) {
			c.report(ret, "shadowed", "nothing sets this "+v.Name()+": the error of "+code.CalleeName(call)+", a cancellation of "+ctx.Name()+" among them, is in another of that name")
			return
		}
	}
}

// maySet tells whether something gives a variable a value: it is assigned to, or used in any other way than to be returned.
func (c *check) maySet(v *types.Var) bool {
	return len(c.Origins(v)) > 0 || slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool { return c.UseOf(use) != code.Returned })
}

// onlyLooked tells whether an error is no more than compared with nil and logged, in branches that go on, and nobody asks the context or the error why it is there.
func (c *check) onlyLooked(set inspector.Cursor, err *types.Var) bool {
	for _, use := range c.Uses[err] {
		if kind, _ := use.ParentEdge(); kind == edge.BinaryExpr_X && isNil(use.Parent().Node().(ast.Expr), token.NEQ) || kind == edge.BinaryExpr_X && isNil(use.Parent().Node().(ast.Expr), token.EQL) {
			continue
		}
		if c.UseOf(use) == code.Assigned || c.toldLog(use) {
			continue
		}
		return false
	}
	at := set.Parent()
	if kind, _ := set.ParentEdge(); kind != edge.IfStmt_Init {
		next, ok := set.NextSibling()
		if !ok {
			return false
		}
		at = next
	}
	s, ok := at.Node().(*ast.IfStmt)
	if !ok || code.Var(c.Info, condVar(s.Cond)) != err || c.endsLoop(s) || c.saysWhy(s) {
		return false
	}
	around := ast.Node(s)
	if loop, in := code.LoopAround(at); in {
		around = loop.Node()
	}
	return !c.LooksAtCtx(around)
}

// condVar gives what a condition compares with nil.
func condVar(cond ast.Expr) ast.Expr {
	if b, ok := unparen[*ast.BinaryExpr](cond); ok && (isNil(b, token.NEQ) || isNil(b, token.EQL)) {
		return b.X
	}
	return nil
}

// toldLog tells whether a place is an argument of a call that only writes a log.
func (c *check) toldLog(cur inspector.Cursor) bool {
	for up := range cur.Enclosing((*ast.CallExpr)(nil), (*ast.FuncLit)(nil)) {
		call, ok := up.Node().(*ast.CallExpr)
		if !ok {
			return false
		}
		if c.logs(call) {
			return true
		}
	}
	return false
}
