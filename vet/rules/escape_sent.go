// Contexts of groups that are sent to others, in an object or in a function. Part of the rule escape.

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

// sentAway tells whether a send lets what is good in a block out of it. It stays in the block if that receives from the channel, as far as is seen, and an object
// that says where to answer is done with when the answer has come.
func (c *escaper) sentAway(send *ast.SendStmt, composite bool, b block) bool {
	if !composite {
		return true
	}
	ch := code.Var(c.Info, send.Chan)
	return ch != nil && !answers(c.Info.TypeOf(send.Value)) && !c.receivesFrom(b.fn, ch, 3)
}

// sentIn tells whether an object in a local variable of a block, which is put together there, or of which a field is set, is sent out of that.
func (c *escaper) sentIn(to ast.Expr, composite bool, b block) bool {
	to = ast.Unparen(to)
	if sel, ok := to.(*ast.SelectorExpr); ok {
		to, composite = ast.Unparen(sel.X), true
	}
	id, ok := to.(*ast.Ident)
	if !ok || !composite {
		return false
	}
	v := code.Var(c.Info, id)
	return code.IsLocal(v) && v.Kind() == types.LocalVar && code.Within(c.declOf(v), b.fn) && slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		kind, _ := use.ParentEdge()
		for kind == edge.ParenExpr_X || kind == edge.UnaryExpr_X {
			use = use.Parent()
			kind, _ = use.ParentEdge()
		}
		return use.Node().Pos() > id.Pos() && code.Within(use.Node(), b.fn) && c.sentTo(use, b)
	})
}

// sentTo tells whether an object is sent over somebody else's channel, by a send or by a function of the package that does so.
func (c *escaper) sentTo(use inspector.Cursor, b block) bool {
	switch kind, i := use.ParentEdge(); kind {
	case edge.SendStmt_Value:
		send := use.Parent().Node().(*ast.SendStmt)
		ch := code.Var(c.Info, send.Chan)
		return ch != nil && (!code.IsLocal(ch) || ch.Kind() == types.ParamVar) && c.sentAway(send, true, b)
	case edge.CallExpr_Args:
		return c.sentByCall(use.Parent().Node().(*ast.CallExpr), i, b)
	}
	return false
}

// sentByCall tells whether a function of the package sends its i-th argument over a channel that is not its own, and that it is not given.
func (c *escaper) sentByCall(call *ast.CallExpr, i int, b block) bool {
	fn := code.Callee(c.Info, call)
	if fn == nil || fn.Signature().Variadic() {
		return false
	}
	decl, ok := c.declared(fn).(*ast.FuncDecl)
	if !ok {
		return false
	}
	p, ok := code.ParamAt(c.Info, decl.Type, i)
	return ok && p != nil && slices.ContainsFunc(c.Uses[p], func(use inspector.Cursor) bool {
		send, ok := use.Parent().Node().(*ast.SendStmt)
		if kind, _ := use.ParentEdge(); !ok || kind != edge.SendStmt_Value {
			return false
		}
		ch := code.Var(c.Info, send.Chan)
		return ch != nil && !code.IsLocal(ch) && c.sentAway(send, true, b)
	})
}

// answers tells whether an object has a field by which it may be answered: a channel, a function or a WaitGroup.
func answers(t types.Type) bool {
	if p, ok := under(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := under(t).(*types.Struct)
	if !ok {
		return true // not known
	}
	for f := range s.Fields() {
		switch under(f.Type()).(type) {
		case *types.Chan, *types.Signature:
			return true
		}
		if code.IsNamed(f.Type(), "sync", "WaitGroup") {
			return true
		}
	}
	return false
}

// receivesFrom tells whether a function, or one of the package that it mentions, receives from a channel, or hands it on.
func (c *escaper) receivesFrom(fn ast.Node, ch *types.Var, depth int) (found bool) {
	if depth == 0 {
		return true
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW && code.Var(c.Info, n.X) == ch
		case *ast.RangeStmt:
			found = found || code.Var(c.Info, n.X) == ch
		case *ast.CallExpr:
			found = found || slices.ContainsFunc(n.Args, func(e ast.Expr) bool { return code.Var(c.Info, e) == ch && c.Builtin(n) == "" })
		case *ast.Ident:
			other, _ := c.Info.Uses[n].(*types.Func)
			if decl := c.declared(other); !found && decl != nil && decl != fn {
				found = c.receivesFrom(decl, ch, depth-1)
			}
		}
		return !found
	})
	return found
}

// sentFunction tells whether a literal that works with the context of a group is sent out of the function, and says nothing to that.
func (c *escaper) sentFunction(lit, fn inspector.Cursor, ctx *types.Var) bool {
	send, ok := lit.Parent().Node().(*ast.SendStmt)
	if !ok || !c.needs(lit.Node().(*ast.FuncLit), ctx, false) {
		return false
	}
	ch := code.Var(c.Info, send.Chan)
	return ch != nil && (!code.IsLocal(ch) || ch.Kind() == types.ParamVar) && !c.receivesFrom(fn.Node(), ch, 3) && !code.Has(lit.Node(), func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SendStmt:
			return true
		case *ast.CallExpr:
			return c.Builtin(n) == "close" || code.CalleeName(n) == "Done"
		case *ast.AssignStmt: // what it finds is for the function around
			return slices.ContainsFunc(n.Lhs, func(e ast.Expr) bool {
				to := rootOf(c.Info, e)
				return to != nil && code.Within(c.declOf(to), fn.Node()) && !code.Within(c.declOf(to), lit.Node())
			})
		}
		return false
	})
}
