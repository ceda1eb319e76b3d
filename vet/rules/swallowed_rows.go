// Loops over what comes one by one, until there is no more or something has failed, and nobody asks which: part of the rule swallowed.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// neverAskedWhy looks at `for rows.Next()` over what a call gives that was given a context, where nobody asks rows.Err for what ended it, and nil is returned behind
// the loop, or the sequence of which it is all comes to an end.
func (c *check) neverAskedWhy(cur inspector.Cursor, n *ast.ForStmt) {
	call, ok := unparen[*ast.CallExpr](n.Cond)
	if !ok || n.Post != nil {
		return
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Next" && sel.Sel.Name != "Scan" || !isBool(c.Info.TypeOf(call)) {
		return
	}
	v := code.Var(c.Info, sel.X)
	if _, plain := unparen[*ast.Ident](sel.X); !plain || !code.IsLocal(v) || v.Kind() != types.LocalVar || !hasErr(v.Type()) {
		return
	}
	made := c.Origins(v)
	if len(made) == 0 || slices.ContainsFunc(made, func(e ast.Expr) bool { return !c.isCutWith(e, 0) }) && c.CtxArg(call) == nil || c.mayAskWhy(v) || c.saysWhy(n) {
		return
	}
	message := "a cancellation ends " + sel.Sel.Name + " as the last one does, and nobody asks " + v.Name() + ".Err which it was: return that"
	fn, ok := code.FuncAround(cur)
	if !ok {
		return
	}
	if yield := c.yieldOf(fn); yield != nil {
		_, body := code.FuncParts(fn.Node())
		if body.List[len(body.List)-1] == ast.Stmt(n) && !c.exempt(n.Pos()) && !c.endPromised(cur) {
			c.report(n.Cond, "rows", message)
		}
		return
	}
	if f, r := c.errFunc(cur); r == nil || f != fn || c.boolResult(fn) || c.behind(cur) == nil {
		return
	}
	c.report(n.Cond, "rows", message)
}

// hasErr tells whether something of a type can be asked for its error.
func hasErr(t types.Type) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "Err")
	fn, ok := obj.(*types.Func)
	return ok && fn.Signature().Params().Len() == 0 && fn.Signature().Results().Len() == 1 && code.IsError(fn.Signature().Results().At(0).Type())
}

// isCutWith tells whether a call ends with a context: it is given one, or it reads the body of an answer to a request that was.
func (c *check) isCutWith(e ast.Expr, depth int) bool {
	call, ok := unparen[*ast.CallExpr](e)
	if !ok || depth > 3 {
		return false
	}
	if c.CtxArg(call) != nil {
		return true
	}
	return slices.ContainsFunc(call.Args, func(arg ast.Expr) bool {
		if sel, ok := unparen[*ast.SelectorExpr](arg); ok && sel.Sel.Name == "Body" {
			arg = sel.X
		} else if depth == 0 {
			return false
		}
		v := code.Var(c.Info, arg)
		if !code.IsLocal(v) || !code.IsNamed(v.Type(), "net/http", "Response") && !code.IsNamed(v.Type(), "net/http", "Request") {
			return false
		}
		return slices.ContainsFunc(c.Origins(v), func(e ast.Expr) bool { return c.isCutWith(e, depth+1) })
	})
}

// mayAskWhy tells whether something that comes one by one may be asked for its error somewhere: there is a mention of its Err, the error of its Close is looked at,
// or somebody has it who may ask.
func (c *check) mayAskWhy(v *types.Var) bool {
	return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		switch c.UseOf(use) {
		case code.Method:
			sel := use.Parent().Node().(*ast.SelectorExpr)
			if sel.Sel.Name == "Close" {
				kind, _ := use.Parent().Parent().ParentEdge()
				return kind != edge.ExprStmt_X && kind != edge.DeferStmt_Call
			}
			return sel.Sel.Name == "Err"
		case code.Argument:
			kind, i := use.ParentEdge()
			return kind != edge.CallExpr_Args || !c.onlyTakes(use.Parent().Node().(*ast.CallExpr), i)
		case code.Stored, code.Returned, code.MethodVal:
			return true
		}
		return false
	})
}

// onlyTakes tells whether a function cannot ask its i-th argument for an error: it knows it only as something that has none, or it is of the package and has no
// mention of an Err.
func (c *check) onlyTakes(call *ast.CallExpr, i int) bool {
	fn := code.Callee(c.Info, call)
	if fn == nil || fn.Signature().Variadic() || i >= fn.Signature().Params().Len() {
		return false
	}
	if t := fn.Signature().Params().At(i).Type(); types.IsInterface(t) && !hasErr(t) {
		i := under(t).(*types.Interface)
		return !i.Empty()
	}
	decl, ok := c.Decls[fn]
	return ok && !code.Has(decl.Node(), func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		call, called := n.(*ast.CallExpr)
		return ok && sel.Sel.Name == "Err" || called && slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return hasErr(c.Info.TypeOf(e)) })
	})
}
