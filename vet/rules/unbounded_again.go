// Tasks that start more of their own kind, one for each of what they have found. Part of the rule unbounded.

package rules

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// again tells whether a task runs the function that starts it, for each element of a list that this has been given by a call with a context: a page's links,
// a folder's folders. There is one for each that can be reached.
func (c *check) again(t *code.Task) bool {
	loop, ok := code.LoopAround(t.At)
	if !ok {
		return false
	}
	r, ok := loop.Node().(*ast.RangeStmt)
	fn, in := code.FuncAround(loop)
	if !ok || !in || !c.found(r.X, fn) || !c.calls(t, fn) {
		return false
	}
	_, body := code.FuncParts(fn.Node())
	return !c.waitsIn(loop) && !c.limited(loop, t) && !c.onceAKey(loop, t) && !c.hasSlot(loop, t) && !code.LeavesAfter(t.At, loop) && !takes(body)
}

// found tells whether a function has been given a list by one call, with a context and an error: it has asked somebody for it.
func (c *check) found(list ast.Expr, fn inspector.Cursor) bool {
	v := rootOf(c.Info, list)
	if !code.IsLocal(v) {
		return false
	}
	made := c.Origins(v)
	if len(made) != 1 || !code.Within(made[0], fn.Node()) {
		return false
	}
	call, ok := unparen[*ast.CallExpr](made[0])
	return ok && gives(c.Info, call) && c.CtxArg(call) != nil
}

// calls tells whether a task runs a function, declared or in a variable.
func (c *check) calls(t *code.Task, fn inspector.Cursor) bool {
	var of types.Object
	switch n := fn.Node().(type) {
	case *ast.FuncDecl:
		of = c.Info.Defs[n.Name]
	case *ast.FuncLit:
		if as, ok := fn.Parent().Node().(*ast.AssignStmt); ok && len(as.Lhs) == 1 {
			if v := code.Var(c.Info, as.Lhs[0]); v != nil {
				of = v
			}
		}
	}
	found := false
	ast.Inspect(t.At.Node(), func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && of != nil {
			v := code.Var(c.Info, call.Fun)
			callee := code.Callee(c.Info, call)
			found = found || v != nil && v == of || callee != nil && callee == of
		}
		return !found
	})
	return found
}

// takes tells whether something in a function is acquired, or put into a channel: it may be a slot.
func takes(body *ast.BlockStmt) bool {
	return code.Has(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SendStmt:
			return true
		case *ast.CallExpr:
			return strings.Contains(strings.ToLower(code.CalleeName(n)), "acquire")
		}
		return false
	})
}
