// What works only as long as the context that it was made with: transactions, rows, streams, commands and requests. Part of the rule escape.

package rules

import (
	"fmt"
	"go/ast"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// boundAfter finds uses, behind the Wait of a group, of what was made with the group's context, in a task or in the function itself.
func (c *escaper) boundAfter(flow *code.Flow, join *ast.CallExpr, g, ctx *types.Var, fn inspector.Cursor) {
	made := map[*types.Var]bool{}
	for cur := range fn.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if call.Pos() > join.Pos() || !c.makesBound(call, ctx) {
			continue
		}
		v := c.assignedTo(cur)
		in, _ := code.FuncAround(cur)
		if v == nil || len(c.Origins(v)) != 1 || in != fn && !c.isTaskOf(in.Node(), g) {
			continue
		}
		if declared, ok := c.DeclaredIn(v); ok && declared == fn {
			made[v] = true
		}
	}
	if len(made) == 0 {
		return
	}
	line := c.Fset.Position(join.Pos()).Line
	flow.After(join, func(step ast.Node) bool {
		if _, ok := step.(*ast.DeferStmt); ok {
			return true
		}
		code.Shallow(step, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			v, _ := c.Info.Uses[id].(*types.Var)
			if at, ok := c.Root.FindNode(id); ok && made[v] && c.needsBound(at, v.Type()) {
				delete(made, v)
				c.tell(id, "after", fmt.Sprintf("%s was made with %s, and ended with that at the Wait in line %d: make it with the context around", v.Name(), ctx.Name(), line))
			}
			return true
		})
		return true
	})
}

// isTaskOf tells whether a function is the literal of a task of a group.
func (c *escaper) isTaskOf(fn ast.Node, g *types.Var) bool {
	lit, ok := fn.(*ast.FuncLit)
	t := c.Task[lit]
	return ok && t != nil && t.Owner != nil && code.Var(c.Info, t.Owner) == g
}

// makesBound tells whether a call makes something that ends with a context, and is given that of a group, or one that is made of it.
func (c *escaper) makesBound(call *ast.CallExpr, ctx *types.Var) bool {
	with := slices.IndexFunc(call.Args, func(e ast.Expr) bool { return code.IsContext(c.Info.TypeOf(e)) })
	if with < 0 {
		return false
	}
	v := code.Var(c.Info, call.Args[with])
	if v == nil || v == ctx && call.Pos() < c.groupMade(ctx) || !c.derives(v, ctx, 0) {
		return false
	}
	name, t := code.CalleeName(call), firstResult(c.check, call)
	switch boundKind(t) {
	case "request":
		return code.IsCall(c.Info, call, "net/http", "NewRequestWithContext", "Request.WithContext", "Request.Clone")
	case "command":
		return code.IsCall(c.Info, call, "os/exec", "CommandContext")
	case "database":
		return querying.MatchString(name)
	case "stream":
		return true
	}
	return false
}

// querying matches names of methods of a database that bind what they give to the context.
var querying = regexp.MustCompile(`^(Begin|Query)`)

// boundKind says what kind of thing that ends with its context a type is, or "".
func boundKind(t types.Type) string {
	for _, name := range []string{"Tx", "Rows", "Row"} {
		if code.IsNamed(t, "database/sql", name) || code.IsNamed(t, "github.com/jmoiron/sqlx", name) {
			return "database"
		}
	}
	switch {
	case code.IsNamed(t, "os/exec", "Cmd"):
		return "command"
	case code.IsNamed(t, "net/http", "Request"):
		return "request"
	case isStream(t):
		return "stream"
	}
	return ""
}

// isStream tells whether a type is the client's end of a stream of gRPC's, by its methods.
func isStream(t types.Type) bool {
	i, ok := under(t).(*types.Interface)
	if !ok {
		return false
	}
	for _, name := range []string{"CloseSend", "RecvMsg", "SendMsg"} {
		if m, _, _ := types.LookupFieldOrMethod(i, false, nil, name); m == nil {
			return false
		}
	}
	return true
}

// needsBound tells whether a mention of something that may have ended needs that it has not: any but what ends it, or logs.
func (c *escaper) needsBound(use inspector.Cursor, t types.Type) bool {
	kind, _ := use.ParentEdge()
	method := ""
	if kind == edge.SelectorExpr_X {
		if up, _ := use.Parent().ParentEdge(); up != edge.CallExpr_Fun {
			return false
		}
		method = use.Parent().Node().(*ast.SelectorExpr).Sel.Name
	}
	switch boundKind(t) {
	case "request":
		if kind != edge.CallExpr_Args {
			return false
		}
		name := code.CalleeName(use.Parent().Node().(*ast.CallExpr))
		return name == "Do" || name == "RoundTrip"
	case "command":
		return method == "Run" || method == "Start" || method == "Output" || method == "CombinedOutput"
	case "stream":
		return method == "Recv" || method == "Send" || method == "CloseAndRecv"
	}
	switch kind {
	case edge.ReturnStmt_Results:
		return true
	case edge.CallExpr_Args:
		call := use.Parent().Node().(*ast.CallExpr)
		return !c.logs(call) && !ending.MatchString(code.CalleeName(call))
	}
	return method != "" && !ending.MatchString(method)
}
