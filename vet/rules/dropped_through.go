// Joins at one remove: functions of the package that wait for the group they are given, and variables that hold the join of one. Part of the rule dropped.

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

// joined tells whether a call gives the error of a group, by itself, by a function that waits for the group it is given, or by a variable that holds the join;
// and of which group.
func (c *check) joined(call *ast.CallExpr) (g *types.Var, ok bool) {
	if isJoin(c, call) {
		return groupOf(c, call), true
	}
	if i := c.waitsFor(code.Callee(c.Info, call), 0); i >= 0 && i < len(call.Args) {
		return code.Var(c.Info, call.Args[i]), true
	}
	if held := c.heldBy(call); held != nil {
		return c.joinIn(c.Only(held))
	}
	return nil, false
}

// waitsFor gives the number of the parameter that is a group which a function of the package waits for, and whose error it returns; -1 if there is none.
func (c *check) waitsFor(fn *types.Func, depth int) int {
	at, ok := c.Decls[fn]
	if !ok || depth > 2 || code.ErrResult(c.Info, at.Node().(*ast.FuncDecl).Type) < 0 {
		return -1
	}
	params := fn.Signature().Params()
	for i := range params.Len() {
		if isGroup(params.At(i).Type()) && slices.ContainsFunc(c.Uses[params.At(i)], func(use inspector.Cursor) bool {
			join, ok := c.joinAt(use, depth+1)
			in, _ := code.FuncAround(use)
			return ok && in == at && c.comesOut(join)
		}) {
			return i
		}
	}
	return -1
}

// isGroup tells whether a type is that of a group whose join gives an error.
func isGroup(t types.Type) bool {
	return code.IsNamed(t, code.Errgroup, "Group") || code.IsNamed(t, code.Braid, "Group") ||
		slices.ContainsFunc([]string{"ErrorPool", "ContextPool", "ResultErrorPool", "ResultContextPool"}, func(name string) bool {
			return code.IsNamed(t, code.ConcPool, name)
		})
}

// joinAt gives the call that joins a group where that is mentioned: g.Wait(), or a call of a function that waits for it.
func (c *check) joinAt(use inspector.Cursor, depth int) (join inspector.Cursor, ok bool) {
	if u, ok := use.Parent().Node().(*ast.UnaryExpr); ok && u.Op == token.AND {
		use = use.Parent()
	}
	switch kind, i := use.ParentEdge(); kind {
	case edge.SelectorExpr_X:
		sel := use.Parent()
		if kind, _ := sel.ParentEdge(); kind == edge.CallExpr_Fun {
			return sel.Parent(), isJoin(c, sel.Parent().Node().(*ast.CallExpr))
		}
	case edge.CallExpr_Args:
		return use.Parent(), c.waitsFor(code.Callee(c.Info, use.Parent().Node().(*ast.CallExpr)), depth) == i
	}
	return use, false
}

// comesOut tells whether the error that a call gives is returned, as it is or wrapped, perhaps by a variable.
func (c *check) comesOut(call inspector.Cursor) bool {
	if _, ok := c.returnedIn(call); ok {
		return true
	}
	as, ok := call.Parent().Node().(*ast.AssignStmt)
	if !ok || len(as.Rhs) != 1 {
		return false
	}
	v := code.Var(c.Info, as.Lhs[len(as.Lhs)-1])
	return code.IsLocal(v) && (v.Kind() == types.ResultVar || slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		_, ok := c.returnedIn(use)
		return ok
	}))
}

// heldBy gives the variable that a call calls, if that holds the join of a group and nothing else.
func (c *check) heldBy(call *ast.CallExpr) *types.Var {
	id, ok := unparen[*ast.Ident](call.Fun)
	if !ok {
		return nil
	}
	v := code.Var(c.Info, id)
	if !code.IsLocal(v) {
		return nil
	}
	if _, ok := c.joinIn(c.Only(v)); !ok {
		return nil
	}
	return v
}

// joinIn tells whether an expression is a function that joins a group, and which: g.Wait, sync.OnceValue(g.Wait), or a literal that returns the error of a group from
// around it.
func (c *check) joinIn(e ast.Expr) (g *types.Var, ok bool) {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		if s := c.Info.Selections[e]; s != nil && s.Kind() == types.MethodVal {
			return code.Var(c.Info, e.X), joins(s.Obj().(*types.Func).Origin())
		}
	case *ast.CallExpr:
		if code.IsCall(c.Info, e, "sync", "OnceValue", "OnceValues") {
			return c.joinIn(ast.Unparen(e.Args[0]))
		}
	case *ast.FuncLit:
		lit, found := c.Root.FindNode(e)
		if !found || code.ErrResult(c.Info, e.Type) < 0 {
			return nil, false
		}
		for cur := range lit.Preorder((*ast.CallExpr)(nil)) {
			if in, _ := code.FuncAround(cur); in != lit || !isJoin(c, cur.Node().(*ast.CallExpr)) || !c.comesOut(cur) {
				continue
			}
			if g := groupOf(c, cur.Node().(*ast.CallExpr)); g != nil && !code.Within(c.declOf(g), e) {
				return g, true
			}
		}
	}
	return nil, false
}
