// Contexts that objects give or keep, among them requests: those of the objects of the function around a task. Part of the rule wrongctx.

package rules

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// fieldCtx reports the first call in a task that is given a context out of a field, or one that a method of something outside gives: it lives as long as the
// object, and not as the task.
func (c *check) fieldCtx(t *code.Task) {
	lit, ok := c.Root.FindNode(t.Lit)
	if !ok || t.Kind == code.Bare {
		return
	}
	for cur := range lit.Preorder((*ast.SelectorExpr)(nil)) {
		at, given := cur, false
		root := rootOf(c.Info, cur.Node().(*ast.SelectorExpr))
		if root == nil || code.Within(c.declOf(root), t.Lit) {
			continue
		}
		if v := code.Var(c.Info, cur.Node().(ast.Expr)); v == nil || !v.IsField() || !code.IsContext(v.Type()) {
			if at, given = c.givesCtx(cur, root); !given {
				continue
			}
		}
		kind, _ := at.ParentEdge()
		if kind != edge.CallExpr_Args || c.TaskAround(at) != t {
			continue
		}
		if call := at.Parent().Node().(*ast.CallExpr); !c.observes(call) && !code.IsCall(c.Info, call, "context", "AfterFunc") && !(given && c.ofItsOwn(at, call)) {
			e := at.Node().(ast.Expr)
			c.report(e, "field", "this task has a context of its own: "+types.ExprString(e)+" does not end with it")
			return
		}
	}
}

// ofItsOwn tells whether what an object gives goes to a method of that object, goes along with another context, or to what opens or ends something.
func (c *check) ofItsOwn(given inspector.Cursor, call *ast.CallExpr) bool {
	of := receiverText(given.Node().(*ast.CallExpr))
	return receiverText(call) == of || strings.HasPrefix(receiverText(call), of+".") || opening.MatchString(code.CalleeName(call)) || c.endingNow(given, call) ||
		slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return e != given.Node() && code.IsContext(c.Info.TypeOf(e)) })
}

// givesCtx gives the call of a method that has no parameters and gives a context, if that is of an object which keeps its value: x.Context().
func (c *check) givesCtx(sel inspector.Cursor, root *types.Var) (call inspector.Cursor, ok bool) {
	call = sel.Parent()
	if kind, _ := sel.ParentEdge(); kind != edge.CallExpr_Fun || len(call.Node().(*ast.CallExpr).Args) > 0 {
		return sel, false
	}
	fn := code.Callee(c.Info, call.Node().(*ast.CallExpr))
	if fn == nil || fn.Signature().Recv() == nil || !code.IsContext(c.Info.TypeOf(call.Node().(ast.Expr))) {
		return sel, false
	}
	return call, !code.IsLocal(root) || len(c.Origins(root)) == 0 || root.Kind() == types.LocalVar && len(c.Origins(root)) == 1
}

// requestOf gives the parameter, never set anew, whose Context a call asks for, if it is a request.
func (c *check) requestOf(e ast.Expr) *types.Var {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || !code.IsCall(c.Info, call, "net/http", "Request.Context") {
		return nil
	}
	v := code.Var(c.Info, ast.Unparen(call.Fun).(*ast.SelectorExpr).X)
	if v == nil || !code.IsParam(c.Info, v) || len(c.Origins(v)) > 0 {
		return nil
	}
	return v
}

// madeOf tells whether the context of a group is made of a request's.
func (c *check) madeOf(group, request *types.Var) bool {
	return request != nil && slices.ContainsFunc(c.Origins(group), func(e ast.Expr) bool {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		return ok && code.IsCall(c.Info, call, code.Errgroup, "WithContext") && c.requestOf(call.Args[0]) == request
	})
}

// belowRequest tells whether the context of a group is made of one that is a request's, perhaps with values or a limit of time, which no task ends.
func (c *check) belowRequest(group, request *types.Var) bool {
	if request == nil || len(c.Origins(group)) > 2 { // the second may be what it is made of, in the same variable
		return false
	}
	for _, e := range c.Origins(group) {
		if call := callOf(e); code.IsCall(c.Info, call, code.Errgroup, "WithContext") {
			return c.isOfRequest(code.Var(c.Info, call.Args[0]), group, request, 0)
		}
	}
	return false
}

// isOfRequest tells whether a context is that of a request, or one with values or a limit of time that is made of it. What is made for a group is left out.
func (c *check) isOfRequest(v, group, request *types.Var, depth int) bool {
	if v == nil || !code.IsLocal(v) || depth > 3 || c.endedByTask(v) {
		return false
	}
	found := 0
	for _, e := range c.Origins(v) {
		call := callOf(e)
		if v == group && code.IsCall(c.Info, call, code.Errgroup, "WithContext") {
			continue
		}
		if found++; c.requestOf(call) == request {
			continue
		}
		if !ends(c.Info, call) && !code.IsCall(c.Info, call, "context", "WithValue") {
			return false
		}
		if of := ast.Unparen(call.Args[0]); c.requestOf(of) != request && !c.isOfRequest(code.Var(c.Info, of), nil, request, depth+1) {
			return false
		}
	}
	return found == 1
}
