// Requests that a task sends and that were made before, with another context than the task's. Part of the rule wrongctx.

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

// sentBefore reports the requests that a task sends and that were made before, with the context that the group's is made of. Where the response is kept for the
// time after the group that is meant.
func (c *check) sentBefore(t *code.Task, own *types.Var, why string) {
	c.sentWith(t, func(v *types.Var, made token.Pos) bool {
		return c.parentOf(v, own) && (v != own || made < c.groupMade(own))
	}, "group", why, "the group's")
}

// sentByOther is sentBefore for a task that is given a context of its own, and requests that were made with any outside.
func (c *check) sentByOther(t *code.Task, own *types.Var, why string) {
	if t.Kind == code.Bare || t.Body {
		return
	}
	c.sentWith(t, func(v *types.Var, _ token.Pos) bool {
		return code.IsLocal(v) && !code.Within(c.declOf(v), t.Lit) && !c.derives(v, own, 0) && (own.Name() != "" || code.IsParam(c.Info, v))
	}, "outer", why, "the task's")
}

// sentWith reports the requests that a task sends and that were made before with a context that can end and is a wrong one.
func (c *check) sentWith(t *code.Task, wrong func(v *types.Var, made token.Pos) bool, shape, why, right string) {
	lit, ok := c.Root.FindNode(t.Lit)
	if !ok {
		return
	}
	for cur := range lit.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if name := code.CalleeName(call); name != "Do" && name != "RoundTrip" || len(call.Args) != 1 || c.TaskAround(cur) != t || !code.IsNamed(c.Info.TypeOf(call.Args[0]), "net/http", "Request") {
			continue
		}
		req := c.requestFrom(call.Args[0], t)
		if !code.IsLocal(req) || code.Within(c.declOf(req), t.Lit) || c.keepsResponse(cur, t) {
			continue
		}
		if v, made := c.requestedWith(req); v != nil && c.Cancellable(v) && wrong(v, made) {
			c.report(call.Args[0], shape, why+"this request was made with "+v.Name()+" before; give it "+right+" by WithContext")
			return
		}
	}
}

// requestFrom gives the variable for a request that a task sends, or for the list that it is out of: by its index, or because the task is run for each of that.
func (c *check) requestFrom(e ast.Expr, t *code.Task) *types.Var {
	if i, ok := unparen[*ast.IndexExpr](e); ok {
		return code.Var(c.Info, i.X)
	}
	req := code.Var(c.Info, e)
	if req == nil || !code.IsParam(c.Info, req) || !code.Within(c.declOf(req), t.Lit) || len(c.Origins(req)) > 0 {
		return req
	}
	for _, arg := range t.Call.Args {
		if s, ok := unparen[*ast.SliceExpr](arg); ok {
			arg = s.X
		}
		if list := code.Var(c.Info, arg); isListOf(c.Info.TypeOf(arg), req.Type()) {
			return list
		}
	}
	return req
}

// isListOf tells whether a type is a slice or an array with such elements.
func isListOf(list, elem types.Type) bool {
	switch t := under(list).(type) {
	case *types.Slice:
		return types.Identical(t.Elem(), elem)
	case *types.Array:
		return types.Identical(t.Elem(), elem)
	}
	return false
}

// groupMade says where the group of a context is made.
func (c *check) groupMade(own *types.Var) token.Pos {
	for _, e := range c.Origins(own) {
		if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && code.IsCall(c.Info, call, code.Errgroup, "WithContext") {
			return call.Pos()
		}
	}
	return token.NoPos
}

// requestedWith gives the context that all requests were made with which a variable, or a list, may hold, or nil, and where the last of them is made.
func (c *check) requestedWith(req *types.Var) (ctx *types.Var, last token.Pos) {
	if !code.IsNamed(req.Type(), "net/http", "Request") {
		return c.eachRequestedWith(req)
	}
	made := c.Origins(req)
	if len(made) != 1 {
		return nil, 0
	}
	if _, ok := unparen[*ast.CallExpr](made[0]); ok {
		return c.requestMade(made[0])
	}
	list := code.Var(c.Info, made[0])
	if !code.IsLocal(list) || code.IsNamed(list.Type(), "net/http", "Request") {
		return nil, 0
	}
	return c.eachRequestedWith(list)
}

// requestMade gives the context with which a request is made, by a call or as what is in a variable, or nil, and where.
func (c *check) requestMade(e ast.Expr) (ctx *types.Var, at token.Pos) {
	if call, ok := unparen[*ast.CallExpr](e); ok {
		if code.IsCall(c.Info, call, "net/http", "NewRequestWithContext") {
			return code.Var(c.Info, call.Args[0]), call.Pos()
		}
		return nil, 0
	}
	each := code.Var(c.Info, e)
	if each == nil || !code.IsNamed(each.Type(), "net/http", "Request") {
		return nil, 0
	}
	return c.requestedWith(each)
}

// eachRequestedWith is requestedWith for a list that requests are put into.
func (c *check) eachRequestedWith(list *types.Var) (ctx *types.Var, last token.Pos) {
	if !code.IsLocal(list) || code.IsParam(c.Info, list) {
		return nil, 0
	}
	for _, use := range c.Uses[list] {
		e := c.putIn(use)
		if e == nil {
			continue
		}
		v, pos := c.requestMade(e)
		if v == nil || ctx != nil && v != ctx {
			return nil, 0
		}
		ctx, last = v, max(last, pos)
	}
	return ctx, last
}

// putIn gives what a mention of a list puts into it, by its index or by append.
func (c *check) putIn(use inspector.Cursor) ast.Expr {
	up := use.Parent()
	switch kind, i := use.ParentEdge(); {
	case kind == edge.IndexExpr_X:
		if kind, _ := up.ParentEdge(); kind == edge.AssignStmt_Lhs {
			if as := up.Parent().Node().(*ast.AssignStmt); len(as.Rhs) == 1 && as.Lhs[0] == up.Node() {
				return as.Rhs[0]
			}
		}
	case kind == edge.CallExpr_Args && i == 0:
		if call := up.Node().(*ast.CallExpr); c.Builtin(call) == "append" && len(call.Args) == 2 {
			return call.Args[1]
		}
	}
	return nil
}

// keepsResponse tells whether what a call gives, or a part of it, may be used by others than the task.
func (c *check) keepsResponse(call inspector.Cursor, t *code.Task) bool {
	v := code.Var(c.Info, lhsOf(call))
	if kind, _ := call.ParentEdge(); kind != edge.AssignStmt_Rhs {
		return true
	}
	if v == nil || !code.IsLocal(v) {
		return !isBlank(lhsOf(call))
	}
	if !code.Within(c.declOf(v), t.Lit) {
		return true
	}
	return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		if sel, ok := use.Parent().Node().(*ast.SelectorExpr); ok && sel.Sel.Name == "Body" {
			use = use.Parent()
		}
		switch c.UseOf(use) {
		case code.Stored, code.Returned, code.MethodVal:
			return true
		case code.Argument:
			to, ok := use.Parent().Node().(*ast.CallExpr)
			return ok && c.Builtin(to) == "append"
		}
		return false
	})
}
