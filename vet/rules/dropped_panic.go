// Panics that were recovered for whoever waits, who does not look: part of the rule dropped.

package rules

import (
	"go/ast"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

var ofPanics = regexp.MustCompile(`(?i)panic|recover`)

// panicDropped looks at a WaitAndRecover of conc's that stands alone: what it gives is the panic of a task, which Wait would have raised again.
func (c *check) panicDropped(cur inspector.Cursor, call *ast.CallExpr) {
	switch kind, _ := cur.ParentEdge(); kind {
	case edge.ExprStmt_X, edge.DeferStmt_Call, edge.GoStmt_Call:
	default:
		return
	}
	line := c.Fset.Position(call.Pos()).Line
	if slices.ContainsFunc(c.FileOf(call.Pos()).Comments, func(g *ast.CommentGroup) bool {
		end := c.Fset.Position(g.End()).Line
		return (end == line-1 || end == line) && (deliberate.MatchString(g.Text()) || ofPanics.MatchString(g.Text()))
	}) {
		return
	}
	c.report(call, "panic", "what the group has recovered is dropped: nobody learns that a task has panicked; use Wait, which raises it again, or return AsError of this")
}
