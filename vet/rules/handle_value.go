// The value of a task that nobody has waited for. Part of the rule handle.

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

// earlyValue reports calls of Value to which a function comes without having waited for anything since it has started the task.
func (c *check) earlyValue(fork inspector.Cursor) {
	const message = "Value does not wait, and panics as long as the task runs: use Wait here, or Value after the group's end"
	if sel, ok := fork.Parent().Node().(*ast.SelectorExpr); ok && sel.Sel.Name == "Value" {
		c.report(sel.Sel, "early", message)
		return
	}
	fn, ok := code.FuncAround(fork)
	v := c.heldIn(fork)
	if !ok || !code.IsLocal(v) || v.Kind() != types.LocalVar {
		return
	}
	if in, ok := c.DeclaredIn(v); !ok || in != fn || c.kept(v) {
		return
	}
	_, body := code.FuncParts(fn.Node())
	before := func(value *ast.CallExpr) bool { // in a loop over all, which the flow may pass by
		return !code.IsNamed(v.Type(), code.Braid, "Task") && code.Has(body, func(n ast.Node) bool {
			return n.Pos() > fork.Node().End() && n.End() < value.Pos() && c.waitsAt(n, v)
		})
	}
	told := false
	code.FlowOf(c.cfgs, fn.Node()).After(fork.Node(), func(step ast.Node) bool {
		if told || code.Has(step, func(n ast.Node) bool { return c.waitsAt(n, v) }) {
			return false
		}
		code.Shallow(step, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && !told && code.IsCall(c.Info, call, code.Braid, "Task.Value") && c.isOrIn(ast.Unparen(call.Fun).(*ast.SelectorExpr).X, v) && !before(call) {
				told = true
				c.report(call, "early", message)
			}
			return !told
		})
		return !told
	})
}

// kept tells whether a handle is put among others, or into another variable: somebody may wait for it there.
func (c *check) kept(v *types.Var) bool {
	return code.IsNamed(v.Type(), code.Braid, "Task") && slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool { return c.UseOf(use) == code.Stored })
}

// heldIn gives the variable that a call's result is assigned or appended to, or nil.
func (c *check) heldIn(cur inspector.Cursor) *types.Var {
	if kind, i := cur.ParentEdge(); kind == edge.CallExpr_Args && i > 0 && c.Builtin(cur.Parent().Node().(*ast.CallExpr)) == "append" {
		cur = cur.Parent()
	}
	as, ok := cur.Parent().Node().(*ast.AssignStmt)
	if !ok || len(as.Rhs) != 1 {
		return nil
	}
	if ix, ok := ast.Unparen(as.Lhs[0]).(*ast.IndexExpr); ok {
		return code.Var(c.Info, ix.X)
	}
	return code.Var(c.Info, as.Lhs[0])
}

// isOrIn tells whether an expression is a variable, an element of it, or what a loop over it gives.
func (c *check) isOrIn(e ast.Expr, v *types.Var) bool {
	if ix, ok := ast.Unparen(e).(*ast.IndexExpr); ok {
		return code.Var(c.Info, ix.X) == v
	}
	w := code.Var(c.Info, e)
	if w == nil || w == v {
		return w == v
	}
	made := c.Origins(w)
	return len(made) == 1 && code.Var(c.Info, made[0]) == v
}

// inLiteral tells whether a function literal has a variable of the function around in its hands.
func (c *check) inLiteral(v *types.Var) bool {
	declared, ok := c.DeclaredIn(v)
	return ok && slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		in, _ := code.FuncAround(use)
		return in != declared
	})
}

// waitsAt tells whether a node may wait for a task that is kept in a variable: for whatever it is, or by handing it to somebody.
func (c *check) waitsAt(n ast.Node, v *types.Var) bool {
	switch n := n.(type) {
	case *ast.UnaryExpr:
		return n.Op == token.ARROW || n.Op == token.AND && c.isOrIn(n.X, v)
	case *ast.CallExpr:
		if sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr); ok && c.isOrIn(sel.X, v) && sel.Sel.Name != "Value" {
			return true
		}
		if code.IsCall(c.Info, n, code.Braid, "Task.Wait") { // of another task, which may have waited for this one
			return c.inLiteral(v)
		}
		if name := c.Builtin(n); name == "append" || name == "len" || name == "cap" {
			return false
		}
		switch code.CalleeName(n) {
		case "Wait", "Close", "Lock", "RLock", "Run", "Call", "Sleep", "Join", "Acquire":
			return true
		}
		return slices.ContainsFunc(n.Args, func(e ast.Expr) bool { return c.isOrIn(e, v) })
	case *ast.Ident: // ends of ranges over channels
		_, ok := under(c.Info.TypeOf(n)).(*types.Chan)
		return ok
	}
	return false
}
