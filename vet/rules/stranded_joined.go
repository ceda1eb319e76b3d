// Receivers that a context ends, which is cancelled when all senders have been waited for: part of the rule stranded.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// endsAfter tells whether a way out is taken for a context of the function's own, each of whose cancels comes after a Wait for the
// goroutine of a send, or after the sends of the function itself.
func (f *strandFlow) endsAfter(recv code.Op, leave inspector.Cursor, send code.Op) bool {
	ctx := f.givenAs(f.ctxOf(leave), recv)
	if !code.IsLocal(ctx) || len(f.Origins(ctx)) != 1 {
		return false
	}
	call, ok := ast.Unparen(f.Origins(ctx)[0]).(*ast.CallExpr)
	if !ok || !code.IsCall(f.Info, call, "context", "WithCancel", "WithCancelCause") || !f.endless(call.Args[0]) {
		return false
	}
	at, ok := f.Root.FindNode(call)
	if !ok {
		return false
	}
	as, ok := at.Parent().Node().(*ast.AssignStmt)
	if !ok || len(as.Lhs) != 2 {
		return false
	}
	cancel := code.Var(f.Info, as.Lhs[1])
	if !code.IsLocal(cancel) || len(f.Uses[cancel]) == 0 {
		return false
	}
	if send.Home == f.in.Node() {
		return !slices.ContainsFunc(f.Uses[cancel], func(use inspector.Cursor) bool { return !f.sentBefore(use) })
	}
	return slices.ContainsFunc(f.countedIn(send), func(wg *types.Var) bool {
		return !slices.ContainsFunc(f.Uses[cancel], func(use inspector.Cursor) bool { return !f.waitsBefore(use, wg, send) })
	})
}

// endless tells whether a context is surely one that cannot end.
func (f *strandFlow) endless(ctx ast.Expr) bool {
	if call, ok := ast.Unparen(ctx).(*ast.CallExpr); ok {
		return code.IsCall(f.Info, call, "context", "Background", "TODO", "WithoutCancel")
	}
	v := code.Var(f.Info, ctx)
	if !code.IsLocal(v) || code.IsParam(f.Info, v) || len(f.Origins(v)) == 0 {
		return false
	}
	return !slices.ContainsFunc(f.Origins(v), func(e ast.Expr) bool {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		return !ok || !f.endless(call)
	})
}

// sentBefore tells whether the function that makes the channel calls a cancel function only when it sends nothing more.
func (f *strandFlow) sentBefore(use inspector.Cursor) bool {
	in, _ := code.FuncAround(use)
	if kind, _ := use.ParentEdge(); kind != edge.CallExpr_Fun || in != f.in {
		return false
	}
	if code.Deferred(use) {
		return true
	}
	more := false
	f.flow.After(use.Node(), func(step ast.Node) bool {
		more = more || f.sendsIn(step)
		return !more
	})
	return !more
}

// givenAs gives the variable that a parameter of the function in which something is done with the channel stands for, where that function is called; any
// other variable stands for itself.
func (f *strandFlow) givenAs(v *types.Var, op code.Op) *types.Var {
	call, ok := op.At.Node().(*ast.CallExpr)
	if lit, isLit := op.Home.(*ast.FuncLit); isLit { // go func(ctx context.Context) { … }(ctx)
		at, known := f.Root.FindNode(lit)
		if !known {
			return v
		}
		call, ok = at.Parent().Node().(*ast.CallExpr)
		ok = ok && ast.Unparen(call.Fun) == lit
	} else if ok {
		called, known := f.Decls[code.Callee(f.Info, call)]
		ok = known && called.Node() == op.Home
	}
	if !ok {
		return v
	}
	typ, _ := code.FuncParts(op.Home)
	for i, arg := range call.Args {
		if p, ok := code.ParamAt(f.Info, typ, i); ok && p != nil && p == v {
			return code.Var(f.Info, arg)
		}
	}
	return v
}

// ctxOf gives the context for whose end a way out is taken, or nil.
func (f *strandFlow) ctxOf(leave inspector.Cursor) *types.Var {
	for up := range leave.Enclosing((*ast.CommClause)(nil), (*ast.IfStmt)(nil)) {
		switch n := up.Node().(type) {
		case *ast.CommClause:
			if ctx, is := f.DoneClause(n); is {
				return ctx
			}
		case *ast.IfStmt:
			return code.Var(f.Info, f.endedCond(n))
		}
	}
	return nil
}

// countedIn gives the groups that a send's goroutine is counted in until it has sent: it is started by them, or calls Done deferred or behind its sends.
func (f *strandFlow) countedIn(send code.Op) (groups []*types.Var) {
	home, ok := f.Root.FindNode(send.Home)
	if !ok {
		return nil
	}
	if lit, ok := send.Home.(*ast.FuncLit); ok {
		if t := f.Task[lit]; t != nil && t.Owner != nil {
			groups = append(groups, code.Var(f.Info, t.Owner))
		}
	}
	flow := code.FlowOf(f.cfgs, send.Home)
	for cur := range home.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !ok || !code.IsCall(f.Info, call, "sync", "WaitGroup.Done") {
			continue
		}
		early := false
		if !code.Deferred(cur) {
			if in, _ := code.FuncAround(cur); in != home {
				return nil
			}
			flow.After(call, func(step ast.Node) bool {
				early = early || f.sendsIn(step)
				return !early
			})
		}
		if early {
			return nil
		}
		groups = append(groups, f.givenAs(code.Var(f.Info, sel.X), send))
	}
	return slices.DeleteFunc(groups, func(wg *types.Var) bool { return wg == nil })
}

// waitsBefore tells whether a cancel function is called only behind a Wait: by a statement of the same list, or one around, in its own function; a deferred
// one, if no return comes between the send's start, or the defer in another function, and the Wait.
func (f *strandFlow) waitsBefore(use inspector.Cursor, wg *types.Var, send code.Op) bool {
	if kind, _ := use.ParentEdge(); kind != edge.CallExpr_Fun {
		return false
	}
	if loop, ok := code.LoopAround(use); ok && code.Within(send.At.Node(), loop.Node()) && !code.Within(f.declOf(f.v), loop.Node()) {
		return false // the next round sends too
	}
	if d, ok := deferAround(use); ok && code.Deferred(use) {
		from := d.Node()
		in, _ := code.FuncAround(d)
		if in == f.in {
			from = send.At.Node()
		}
		return f.waitsBeforeReturn(in.Node(), from, d.Node(), wg)
	}
	for at := use; ; at = at.Parent() {
		switch at.Node().(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			return false
		}
		for before, ok := at.PrevSibling(); ok; before, ok = before.PrevSibling() {
			in, _ := code.FuncAround(before)
			if f.waitsIn(before.Node(), wg) && (in != f.in || before.Node().Pos() > send.At.Node().Pos()) {
				return true
			}
		}
	}
}

// waitsBeforeReturn tells whether each way from a place to the end of its function comes by a Wait, before what is deferred there runs.
func (f *strandFlow) waitsBeforeReturn(fn, from, deferred ast.Node, wg *types.Var) bool {
	missed := false
	code.FlowOf(f.cfgs, fn).After(from, func(step ast.Node) bool {
		switch s := step.(type) {
		case *ast.ReturnStmt:
			missed = missed || !code.Has(s, func(n ast.Node) bool { return f.isWait(n, wg) })
		case *ast.DeferStmt: // the last one runs first
			return !missed && !(f.isWait(s.Call, wg) && s.Pos() > deferred.Pos())
		default:
			return !missed && !code.Has(step, func(n ast.Node) bool { return f.isWait(n, wg) })
		}
		return !missed
	})
	return !missed
}

// waitsIn tells whether a statement waits for a group before anything else is done.
func (f *strandFlow) waitsIn(s ast.Node, wg *types.Var) bool {
	switch n := s.(type) {
	case *ast.ExprStmt, *ast.AssignStmt:
	case *ast.IfStmt:
		if n.Init == nil {
			return false
		}
		s = n.Init
	default:
		return false
	}
	return code.Has(s, func(n ast.Node) bool { return f.isWait(n, wg) })
}

// isWait tells whether a node is a call of the Wait of a group.
func (f *strandFlow) isWait(n ast.Node, wg *types.Var) bool {
	call, ok := n.(*ast.CallExpr)
	return ok && code.CalleeName(call) == "Wait" && groupOf(f.check, call) == wg
}
