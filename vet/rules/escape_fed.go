// Functions that are called when something comes, hand tasks to a group, and are taken back only when the group has ended. Part of the rule escape.

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

// fed finds a mention of a group in a function that was subscribed somewhere, where the subscription ends only behind the Wait of the group.
func (c *escaper) fed(use inspector.Cursor, g *types.Var, fn inspector.Cursor, join *ast.CallExpr) {
	lit, ok := c.literalIn(use, block{fn.Node(), ""})
	if !ok || !c.handsOver(use, g) || c.LooksAtCtx(lit.Node()) {
		return
	}
	if kind, _ := lit.ParentEdge(); kind != edge.CallExpr_Args {
		return
	}
	at := lit.Parent()
	call := at.Node().(*ast.CallExpr)
	if in, _ := code.FuncAround(at); in != fn || call.Pos() > join.Pos() || !subscribing.MatchString(code.CalleeName(call)) || c.endsOtherwise(call, fn, join) || !c.endsBehind(at, fn, join) {
		return
	}
	c.tell(use.Node(), "fed", fmt.Sprintf("%s has ended in line %d before this is taken back, and may then be handed a task: end what calls this before the Wait", g.Name(), c.Fset.Position(join.Pos()).Line))
}

// subscribing matches names of functions that call what they are given when something comes, until they are told to end.
var subscribing = regexp.MustCompile(`(?i)^(subscribe|watch|listen|observe|notify|register|on[A-Z]|add(listener|handler|observer|watcher|callback|hook)|(queue|psub|chan)subscribe)`)

// endsOtherwise tells whether a subscription is given a context, which may end it, or what it is had of is ended before the join.
func (c *escaper) endsOtherwise(call *ast.CallExpr, fn inspector.Cursor, join *ast.CallExpr) bool {
	if slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return code.IsContext(c.Info.TypeOf(e)) }) {
		return true
	}
	of := receiverText(call)
	return of != "" && code.Has(fn.Node(), func(n ast.Node) bool {
		end, ok := n.(*ast.CallExpr)
		return ok && end.Pos() > call.End() && end.Pos() < join.Pos() && receiverText(end) == of && unsubscribing.MatchString(code.CalleeName(end))
	})
}

// unsubscribing matches names of what ends a subscription.
var unsubscribing = regexp.MustCompile(`(?i)^(un|stop|close|cancel|remove|end|shutdown|drain)`)

// endsBehind tells whether all that ends a subscription, by what the call gives, is deferred or behind a join.
func (c *escaper) endsBehind(call, fn inspector.Cursor, join *ast.CallExpr) bool {
	if kind, _ := call.ParentEdge(); kind == edge.CallExpr_Fun { // defer subscribe(…)()
		up, _ := call.Parent().ParentEdge()
		return up == edge.DeferStmt_Call
	}
	end := c.assignedTo(call)
	if end == nil {
		return false
	}
	ended := false
	for _, use := range c.Uses[end] {
		switch c.UseOf(use) {
		case code.Called:
		case code.Method:
			if sel := use.Parent().Node().(*ast.SelectorExpr); !unsubscribing.MatchString(sel.Sel.Name) {
				return false
			}
		case code.Read:
			continue // compared with nil
		default:
			return false
		}
		in, _ := code.FuncAround(use)
		if !code.Deferred(use) && (in != fn || use.Node().Pos() < join.End()) {
			return false
		}
		ended = true
	}
	return ended
}
