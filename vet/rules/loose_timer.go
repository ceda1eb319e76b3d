// What AfterFunc starts. Part of the rule loose.

package rules

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/edge"

	"github.com/braid-go/braid/vet/internal/code"
)

func (c *check) looseTimer(t *code.Task) {
	ofCtx := code.IsCall(c.Info, t.Call, "context", "AfterFunc")
	wakes := t.Lit == nil && ofCtx && c.wakesCond(t.Fn)
	if t.Lit == nil {
		if ofCtx && !wakes {
			return
		}
		if id, ok := ast.Unparen(t.Fn).(*ast.Ident); !ofCtx && (!ok || code.Var(c.Info, id) == nil || code.IsNamed(c.Info.TypeOf(id), "context", "CancelFunc")) {
			return
		}
	}
	switch kind, _ := t.At.ParentEdge(); kind {
	case edge.ExprStmt_X:
	case edge.AssignStmt_Rhs:
		as := t.At.Parent().Node().(*ast.AssignStmt)
		if id, ok := as.Lhs[0].(*ast.Ident); !ok || id.Name != "_" || ofCtx { // that is meant
			return
		}
	default:
		return
	}
	if ofCtx {
		if v := code.Var(c.Info, t.Call.Args[0]); v == nil || !code.IsLocal(v) || len(c.Origins(v)) > 0 {
			return // a context of the function's own, which ends with it, or of something else, for which it runs
		}
	}
	decl, _ := code.DeclAround(t.At)
	around := c.TaskAround(t.At)
	ctx, request := c.ctxAround(t.At)
	if decl == nil || around == nil && ctx == nil && request == nil || c.joins(t) || uses(c, t.At.Node(), "context", "WithoutCancel") || c.commentAbove(t.At.Node(), onItsOwn) {
		return
	}
	shape := "timer" // what it does may be meant to be done then
	switch {
	case around != nil && around.Kind != code.Bare || wakes:
		shape = "afterfunc"
	case around == nil && !ofCtx && !c.worksWith(t):
		shape = "alone"
	}
	c.report(t.At.Node(), shape, "what AfterFunc starts belongs to no group, and nobody keeps what stops it: it may run when the work around it is over")
}

// wakesCond tells whether a function is Broadcast or Signal of a condition.
func (c *check) wakesCond(fn ast.Expr) bool {
	sel, ok := ast.Unparen(fn).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, _ := c.Info.Uses[sel.Sel].(*types.Func)
	return code.Is(f, "sync", "Cond.Broadcast") || code.Is(f, "sync", "Cond.Signal")
}
