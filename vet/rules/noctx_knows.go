// What tells that a call knows the context in some other way than by an argument, or need not know it: what it works on is made of the context, kept, or closed
// with it. Part of the rule noctx.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// knows tells whether a call may know the context in some other way: an argument is made of it, or it was
// put into a field before, where what is called may find it.
func (c *check) knows(cur inspector.Cursor, call *ast.CallExpr, r *code.Reach, shape string) bool {
	for _, arg := range call.Args {
		found := false
		code.Shallow(arg, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && r.Request && sel.Sel.Name != "Context" && code.Var(c.Info, sel.X) == r.Ctx {
				return false // some other part of the request
			}
			id, ok := n.(*ast.Ident)
			found = found || ok && (c.Info.Uses[id] == types.Object(r.Ctx) || shape == "twin" && c.madeWith(code.Var(c.Info, id), r.Ctx))
			return !found
		})
		if found {
			return true
		}
	}
	if shape != "twin" {
		return false
	}
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && code.Has(sel.X, func(n ast.Node) bool { // what gives it was given the context
		inner, ok := n.(*ast.CallExpr)
		return ok && slices.ContainsFunc(inner.Args, func(e ast.Expr) bool { return code.Var(c.Info, e) == r.Ctx })
	}) {
		return true
	}
	stored := false
	_, body := code.FuncParts(r.Func.Node())
	code.Shallow(body, func(n ast.Node) bool {
		if as, ok := n.(*ast.AssignStmt); ok && as.Pos() < cur.Node().Pos() {
			for _, l := range as.Lhs {
				v := code.Var(c.Info, l)
				stored = stored || v != nil && v.IsField() && code.IsContext(v.Type())
			}
		}
		return !stored
	})
	return stored
}

// ofOwn tells whether the context in reach is made of none that the function was given: it is for something, and may have nothing to do with the call, unless that is
// in a task of a group.
func (c *check) ofOwn(r *code.Reach) bool {
	return !r.Request && !c.Given(r.Ctx) && (r.Task == nil || r.Task.Kind == code.Bare || c.ownTimeout(r.Ctx, r.Func))
}

// closedWith tells whether a method of something that can be closed is called, and a goroutine or callback of the function closes something
// when a context has ended.
func (c *check) closedWith(cur inspector.Cursor, call *ast.CallExpr) bool {
	t := receiver(c, call)
	fn, ok := code.FuncAround(cur)
	if t == nil || !ok || !closable(t) {
		return false
	}
	if task := c.TaskAround(cur); task != nil && task.Kind == code.Bare { // whose function closes it when a context has ended
		if around, ok := code.FuncAround(task.At); ok {
			for at := range around.Preorder((*ast.CommClause)(nil)) {
				clause := at.Node().(*ast.CommClause)
				if _, is := c.DoneClause(clause); is && (slices.ContainsFunc(clause.Body, func(s ast.Stmt) bool { return code.Has(s, isClose) }) || c.closesBehind(at.Parent().Parent())) {
					return true
				}
			}
		}
	}
	for l := range fn.Preorder((*ast.FuncLit)(nil)) {
		lit := l.Node().(*ast.FuncLit)
		task := c.Task[lit]
		if task == nil || task.Kind != code.Timer && !c.LooksAtCtx(lit) {
			continue
		}
		if code.Has(lit.Body, isClose) {
			return true
		}
	}
	return false
}

// closesBehind tells whether an if right behind a statement closes something.
func (c *check) closesBehind(s inspector.Cursor) bool {
	next, ok := s.NextSibling()
	if !ok {
		return false
	}
	n, ok := next.Node().(*ast.IfStmt)
	return ok && code.Has(n.Body, isClose)
}

func isClose(n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	return ok && code.CalleeName(call) == "Close"
}

// keptAs tells whether what a call gives is an object that is kept in a field: it lives longer than the context.
func (c *check) keptAs(cur inspector.Cursor) bool {
	v := code.Var(c.Info, lhsOf(cur))
	return v != nil && !code.IsLocal(v) && !isData(v.Type())
}

// usedWith tells whether a method of what a call gives is given the context.
func (c *check) usedWith(cur inspector.Cursor, r *code.Reach) bool {
	if up, ok := cur.Parent().Parent().Node().(*ast.CallExpr); ok && up.Fun == cur.Parent().Node() && slices.ContainsFunc(up.Args, func(e ast.Expr) bool { return code.Var(c.Info, e) == r.Ctx }) {
		return true
	}
	v := c.assignedTo(cur)
	return v != nil && slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		call, ok := use.Parent().Parent().Node().(*ast.CallExpr)
		return ok && c.UseOf(use) == code.Method && call.Fun == use.Parent().Node() &&
			slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return code.Var(c.Info, e) == r.Ctx })
	})
}

// madeWith tells whether what is assigned to a local variable is made of a context.
func (c *check) madeWith(v, ctx *types.Var) bool {
	if !code.IsLocal(v) || code.IsError(v.Type()) {
		return false
	}
	return slices.ContainsFunc(c.Origins(v), func(e ast.Expr) bool {
		return code.Has(e, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			return ok && slices.ContainsFunc(call.Args, func(a ast.Expr) bool { return code.Var(c.Info, a) == ctx })
		})
	})
}
