// What is bound to the context of a group without being one: contexts with values that are made of it, and bodies of responses that were requested with it.
// Part of the rule escape.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// valueNeedsLive tells whether a context with a value, which a call makes, is of use only if it is alive: so is one that is returned. What is set anew from
// elsewhere is not followed.
func (c *escaper) valueNeedsLive(call inspector.Cursor, depth int) bool {
	switch kind, _ := call.ParentEdge(); kind {
	case edge.CallExpr_Args:
		return c.needsLiveAt(call, depth+1)
	case edge.ReturnStmt_Results:
		return true
	}
	v := c.assignedTo(call)
	if !code.IsLocal(v) || depth > 5 {
		return false
	}
	needs := false
	for _, use := range c.Uses[v] {
		if use.Node().Pos() < call.Node().End() {
			continue
		}
		if c.UseOf(use) == code.Assigned {
			as, ok := use.Parent().Node().(*ast.AssignStmt)
			if !ok || len(as.Rhs) != 1 || !c.mentions(as.Rhs[0], v) {
				return false
			}
			continue
		}
		needs = needs || c.UseOf(use) == code.Returned || c.needsLiveAt(use, depth+1)
	}
	return needs
}

// bodyAfter finds bodies of responses that a task has requested with the group's context, and that are read or given away behind its Wait.
func (c *escaper) bodyAfter(flow *code.Flow, join *ast.CallExpr, g, ctx *types.Var) {
	kept := map[*types.Var]bool{}
	for _, t := range c.Tasks {
		if t.Lit != nil && t.Owner != nil && code.Var(c.Info, t.Owner) == g {
			c.keptBodies(t, ctx, kept)
		}
	}
	if len(kept) == 0 {
		return
	}
	elements := map[*types.Var]bool{}
	for list := range kept {
		for _, v := range c.elementsOf(list) {
			elements[v] = !c.setsBody(v)
		}
	}
	line := c.Fset.Position(join.Pos()).Line
	flow.After(join, func(step ast.Node) bool {
		if _, ok := step.(*ast.DeferStmt); ok {
			return true
		}
		for v := range kept {
			if sets(c.check, step, v) {
				delete(kept, v)
			}
		}
		code.Shallow(step, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			v, _ := c.Info.Uses[id].(*types.Var)
			if at, ok := c.Root.FindNode(id); ok && (kept[v] || elements[v]) && c.readsBody(at) {
				delete(kept, v)
				delete(elements, v)
				c.tell(id, "after", fmt.Sprintf("the body was requested with %s, which is dead since the Wait in line %d: read it in the task, or request it with the context around", ctx.Name(), line))
			}
			return true
		})
		return true
	})
}

// elementsOf gives the variables that take the elements of a list of responses: those of loops over it, and those that are made of one by its index.
func (c *escaper) elementsOf(list *types.Var) (vars []*types.Var) {
	for _, use := range c.Uses[list] {
		var to ast.Expr
		switch kind, _ := use.ParentEdge(); kind {
		case edge.RangeStmt_X:
			to = use.Parent().Node().(*ast.RangeStmt).Value
		case edge.IndexExpr_X:
			if as, ok := use.Parent().Parent().Node().(*ast.AssignStmt); ok && as.Tok == token.DEFINE && len(as.Rhs) == 1 && as.Rhs[0] == use.Parent().Node() {
				to = as.Lhs[0]
			}
		}
		if id, ok := to.(*ast.Ident); ok && id.Name != "_" {
			vars = append(vars, code.Var(c.Info, id))
		}
	}
	return vars
}

// keptBodies adds the variables around a task that it gives a response, or the body of one, which was requested with the group's context.
func (c *escaper) keptBodies(t *code.Task, ctx *types.Var, kept map[*types.Var]bool) {
	code.Shallow(t.Lit.Body, func(n ast.Node) bool {
		as, ok := n.(*ast.AssignStmt)
		if !ok {
			return true
		}
		to := rootOf(c.Info, as.Lhs[0])
		if _, field := ast.Unparen(as.Lhs[0]).(*ast.SelectorExpr); field || !code.IsLocal(to) || code.Within(c.declOf(to), t.Lit) {
			return true
		}
		from := ast.Unparen(as.Rhs[0])
		if sel, ok := from.(*ast.SelectorExpr); ok && sel.Sel.Name == "Body" {
			from = ast.Unparen(sel.X)
		}
		if v := code.Var(c.Info, from); v != nil {
			if made := c.Origins(v); len(made) == 1 && !c.setsBody(v) {
				from = ast.Unparen(made[0])
			}
		}
		if call, ok := from.(*ast.CallExpr); ok && code.IsLocal(to) && !c.setsBody(to) {
			if with := c.requestedBy(call); with != nil && c.derives(with, ctx, 0) {
				kept[to] = true
			}
		}
		return true
	})
}

// requestedBy gives the context of the request that a call sends, or nil. The call may be one of a function of the package that does no more than that.
func (c *escaper) requestedBy(call *ast.CallExpr) *types.Var {
	if i := c.requests(code.Callee(c.Info, call)); i >= 0 && i < len(call.Args) {
		return code.Var(c.Info, call.Args[i])
	}
	return c.sends(call)
}

// requests says by its number which parameter of a function of the package is the context that it requests the response with which it returns, on each way on
// which it returns one; -1 if there is none.
func (c *escaper) requests(fn *types.Func) int {
	decl, ok := c.Decls[fn]
	if !ok || fn.Signature().Results().Len() == 0 || !code.IsNamed(fn.Signature().Results().At(0).Type(), "net/http", "Response") {
		return -1
	}
	typ, body := code.FuncParts(decl.Node())
	ctx := code.CtxParam(c.Info, typ)
	sent, all := false, ctx != nil
	code.Shallow(body, func(n ast.Node) bool {
		ret, ok := n.(*ast.ReturnStmt)
		if !ok || len(ret.Results) > 0 && isNilIdent(c.Info, ret.Results[0]) {
			return true
		}
		sent, all = true, all && len(ret.Results) > 0 && c.givesSent(ret.Results[0], ctx)
		return true
	})
	if !sent || !all {
		return -1
	}
	for i := range fn.Signature().Params().Len() {
		if fn.Signature().Params().At(i) == ctx {
			return i
		}
	}
	return -1
}

// givesSent tells whether an expression is a response that was requested with a context, as it came.
func (c *escaper) givesSent(e ast.Expr, ctx *types.Var) bool {
	e = ast.Unparen(e)
	if v := code.Var(c.Info, e); v != nil {
		made := c.Origins(v)
		if len(made) != 1 || !code.IsLocal(v) || c.setsBody(v) {
			return false
		}
		e = ast.Unparen(made[0])
	}
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	with := c.sends(call)
	return with != nil && c.derives(with, ctx, 0)
}

// sends gives the context of the request that a call of a client sends, or nil.
func (c *escaper) sends(call *ast.CallExpr) *types.Var {
	if !code.IsCall(c.Info, call, "net/http", "Client.Do", "Transport.RoundTrip", "RoundTripper.RoundTrip") || len(call.Args) != 1 {
		return nil
	}
	e := ast.Unparen(call.Args[0])
	if req := code.Var(c.Info, e); req != nil {
		made := c.Origins(req)
		if len(made) != 1 {
			return nil
		}
		e = ast.Unparen(made[0])
	}
	if made, ok := e.(*ast.CallExpr); ok && (code.IsCall(c.Info, made, "net/http", "NewRequestWithContext", "Request.WithContext", "Request.Clone")) {
		return code.Var(c.Info, made.Args[0])
	}
	return nil
}

// setsBody tells whether the body of a response in a variable is replaced: by what was read of it, for one.
func (c *escaper) setsBody(v *types.Var) bool {
	return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		for kind, _ := use.ParentEdge(); kind == edge.IndexExpr_X; kind, _ = use.ParentEdge() {
			use = use.Parent()
		}
		kind, _ := use.ParentEdge()
		up, _ := use.Parent().ParentEdge()
		return kind == edge.SelectorExpr_X && up == edge.AssignStmt_Lhs
	})
}

// readsBody tells whether a mention of a body, or of a response, reads the body or gives it away: anything but to close or to drain it.
func (c *escaper) readsBody(use inspector.Cursor) bool {
	for kind, _ := use.ParentEdge(); kind == edge.IndexExpr_X; kind, _ = use.ParentEdge() {
		use = use.Parent()
	}
	response := code.IsNamed(c.Info.TypeOf(use.Node().(ast.Expr)), "net/http", "Response")
	if kind, _ := use.ParentEdge(); response && kind == edge.SelectorExpr_X {
		if use.Parent().Node().(*ast.SelectorExpr).Sel.Name != "Body" {
			return false
		}
		use, response = use.Parent(), false
	}
	switch kind, _ := use.ParentEdge(); kind {
	case edge.ReturnStmt_Results:
		return true
	case edge.CallExpr_Args:
		call := use.Parent().Node().(*ast.CallExpr)
		return !response && c.Builtin(call) == "" && !c.dropsResults(use.Parent()) && !slices.ContainsFunc(call.Args, func(e ast.Expr) bool {
			v := code.Var(c.Info, e)
			return v != nil && v.Pkg() != nil && v.Pkg().Path() == "io" && v.Name() == "Discard"
		}) && !ending.MatchString(code.CalleeName(call))
	case edge.SelectorExpr_X:
		return use.Parent().Node().(*ast.SelectorExpr).Sel.Name == "Read"
	}
	return false
}

// dropsResults tells whether a call gives something, at which nobody looks.
func (c *escaper) dropsResults(call inspector.Cursor) bool {
	switch up := call.Parent().Node().(type) {
	case *ast.ExprStmt:
		return !noResult(c.Info.TypeOf(call.Node().(ast.Expr)))
	case *ast.AssignStmt:
		return !slices.ContainsFunc(up.Lhs, func(e ast.Expr) bool { return !isBlank(e) })
	}
	return false
}
