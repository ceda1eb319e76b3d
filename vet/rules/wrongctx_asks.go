// Tasks that ask a context outside whether to go on, or work with one that is made of that by what only traces. Part of the rule wrongctx.

package rules

import (
	"go/ast"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// asksEachRound reports the first context outside that a task asks in each round of a loop whether to go on, where it neither asks its own nor works under it:
// nothing else can end the loop.
func (c *check) asksEachRound(t *code.Task, own *types.Var, shape, why string) {
	lit, ok := c.Root.FindNode(t.Lit)
	if !ok || t.Kind == code.Bare || c.asksEnd(t, own) || c.handsOwn(t, own) || !c.othersFail(t) {
		return
	}
	for cur := range lit.Preorder((*ast.CallExpr)(nil)) {
		ctx := c.ErrOf(cur.Node().(*ast.CallExpr))
		if in, _ := code.FuncAround(cur); ctx == nil || in != lit || !c.decidesRound(cur) {
			continue
		}
		v := code.Var(c.Info, ctx)
		if v == nil || v == own || !code.IsLocal(v) || code.Within(c.declOf(v), t.Lit) || !c.Cancellable(v) || c.derives(v, own, 0) || c.endedByTask(v) {
			continue
		}
		if shape == "group" && !c.parentOf(v, own) || own.Name() == "" && !code.IsParam(c.Info, v) {
			continue
		}
		c.report(ctx, shape, why+v.Name()+" does not end with it")
		return
	}
}

// decidesRound tells whether a loop goes on as long as what a call gives allows it: the call is in its condition, or in that of an if in its own statements that
// leaves it.
func (c *check) decidesRound(call inspector.Cursor) bool {
	for at := call; ; at = at.Parent() {
		switch kind, _ := at.ParentEdge(); kind {
		case edge.ForStmt_Cond:
			return true
		case edge.BinaryExpr_X, edge.BinaryExpr_Y, edge.ParenExpr_X, edge.AssignStmt_Rhs:
			continue
		case edge.IfStmt_Cond, edge.IfStmt_Init:
		default:
			return false
		}
		asks := at.Parent()
		loop, ok := code.LoopAround(asks)
		body := asks.Node().(*ast.IfStmt).Body.List
		if !ok || asks.Parent().Parent() != loop || len(body) == 0 {
			return false
		}
		last, ok := c.Root.FindNode(body[len(body)-1])
		return ok && code.LeavesAfter(last, loop)
	}
}

// givesWork tells whether a call gives a context, made of the one that it is given, with which others work: that of a span, or one for logs.
func (c *check) givesWork(cur inspector.Cursor) bool {
	call := cur.Node().(*ast.CallExpr)
	fn := code.Callee(c.Info, call)
	if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() == "context" || c.OnlyAsks(fn) || freeing.MatchString(fn.Name()) || !code.IsContext(firstResult(c, call)) {
		return false
	}
	v := c.assignedTo(cur)
	return v != nil && slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		kind, _ := use.ParentEdge()
		return kind == edge.CallExpr_Args && c.worksUnder(use)
	})
}

// freeing matches names of functions that give a context which does not end with the one that they are given.
var freeing = regexp.MustCompile(`(?i)detach|without|background|copy|clone|fork|link|extract|inject|async`)
