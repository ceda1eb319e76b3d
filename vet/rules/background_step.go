// A call under a fresh context that is one step of a task, of whose other steps the task's context can end. Part of the rule background.

package rules

import (
	"go/ast"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// stepOfTask tells whether a call that gives an error only, by which a task of a group fails, is a method of something that the task has asked with a
// context before that can end. What has had an effect already may have to be finished, and what takes something that was given may have to put it away: that is not told of.
func (c *check) stepOfTask(cur inspector.Cursor, call *ast.CallExpr) bool {
	object, t := receiverText(call), c.TaskAround(cur)
	if t == nil || t.Kind == code.Bare || t.Kind == code.Timer || object == "" || !c.failsBy(cur) || settles.MatchString(code.CalleeName(call)) {
		return false
	}
	asked, done := false, false
	var given []*types.Var
	lit, ok := c.Root.FindNode(t.Lit)
	if !ok {
		return false
	}
	for at := range lit.Preorder((*ast.CallExpr)(nil)) {
		other := at.Node().(*ast.CallExpr)
		if other.End() >= call.Pos() || c.CtxArg(other) == nil || c.observes(other) {
			continue
		}
		asks := c.asksFor(at, other)
		asked = asked || asks && receiverText(other) == object
		done = done || !asks
		if v := c.assignedTo(at); v != nil {
			given = append(given, v)
		}
	}
	return asked && !done && !slices.ContainsFunc(given, func(v *types.Var) bool {
		return slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return c.mentions(e, v) })
	})
}

// wholeTask tells whether a task of a group fails with a call, and no other call of it is given a context: all that it does goes on when the group has been
// cancelled, and the group waits for it.
func (c *check) wholeTask(at inspector.Cursor, call *ast.CallExpr) bool {
	t := c.TaskAround(at)
	if t == nil || t.Kind == code.Bare || t.Kind == code.Timer || t.Lit == nil || !c.failsBy(at) || settles.MatchString(code.CalleeName(call)) {
		return false
	}
	if g := code.Var(c.Info, t.Owner); t.Kind == code.ErrGroup && (g == nil || !slices.ContainsFunc(c.Origins(g), func(o ast.Expr) bool {
		made, ok := o.(*ast.CallExpr)
		return ok && code.IsCall(c.Info, made, code.Errgroup, "WithContext")
	})) {
		return false // nothing cancels it, or who knows
	}
	return !code.Has(t.Lit, func(n ast.Node) bool {
		other, ok := n.(*ast.CallExpr)
		return ok && other != call && (c.CtxArg(other) != nil || c.DoneOf(other) != nil)
	})
}

// settles matches names of functions that say what has become of something.
var settles = regexp.MustCompile(`(?i)^(commit|ack|nack|complet|done|report|notif|mark|record|save|persist|publish|send|renew|extend|heartbeat|set|update|put)`)

// receiverText gives the text of what a method is called of.
func receiverText(call *ast.CallExpr) string {
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		return types.ExprString(sel.X)
	}
	return ""
}

// failsBy tells whether the function around returns the error of a call.
func (c *check) failsBy(cur inspector.Cursor) bool {
	switch up := cur.Parent().Node().(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.AssignStmt:
		err := code.Var(c.Info, up.Lhs[len(up.Lhs)-1])
		return err != nil && code.IsError(err.Type()) && slices.ContainsFunc(c.Uses[err], func(use inspector.Cursor) bool {
			if use.Node().Pos() < up.End() {
				return false
			}
			for ret := range use.Enclosing((*ast.ReturnStmt)(nil), (*ast.BlockStmt)(nil)) {
				_, ok := ret.Node().(*ast.ReturnStmt)
				return ok
			}
			return false
		})
	}
	return false
}
