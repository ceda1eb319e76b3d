// What carries a group, its context or its tasks out of a block in something else: functions that are kept,
// handles of tasks, objects that are returned. Part of the rule escape.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// literalIn gives the outermost literal in a block that has a place in it, if that is no task and not called in place.
func (c *escaper) literalIn(use inspector.Cursor, b block) (out inspector.Cursor, ok bool) {
	for lit := range use.Enclosing((*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		if lit.Node() == b.fn {
			break
		}
		out, ok = lit, true
	}
	return out, ok && c.Task[litOf(out)] == nil && !c.calledInPlace(out)
}

func litOf(cur inspector.Cursor) *ast.FuncLit {
	lit, _ := cur.Node().(*ast.FuncLit)
	return lit
}

// taskEscapes finds handles of a block's tasks that are carried out of it.
func (c *escaper) taskEscapes(t *code.Task, b block) {
	if _, ok := b.fn.(*ast.FuncLit); !ok {
		return // a function that is given a group may give back what it has started
	}
	from := []inspector.Cursor{t.At}
	if as, ok := t.At.Parent().Node().(*ast.AssignStmt); ok {
		if v := code.Var(c.Info, as.Lhs[0]); code.IsLocal(v) && code.Within(c.declOf(v), b.fn) && code.IsNamed(v.Type(), code.Braid, "Task") {
			from = c.Uses[v]
		}
	}
	for _, cur := range from {
		if in, ok := code.FuncAround(cur); !ok || in.Node() != b.fn {
			continue
		}
		shape, to := c.sink(cur, b)
		if send, ok := cur.Parent().Node().(*ast.SendStmt); ok && shape == "sent" {
			if ch := rootOf(c.Info, send.Chan); ch == nil || code.Within(c.declOf(ch), b.fn) {
				continue
			}
		}
		if shape == "stored" || shape == "returned" || shape == "sent" {
			c.tell(cur.Node(), "task", fmt.Sprintf("the handle of a task is %s: the task has ended when its block has, or was cancelled; hand out its result", to))
		}
	}
}

// inResult tells whether a mention is in a composite literal that is returned at a join or behind it, or kept in
// a variable that is.
func (c *escaper) inResult(use inspector.Cursor, join *ast.CallExpr) bool {
	composite := false
	for cur := use; ; cur = cur.Parent() {
		kind, i := cur.ParentEdge()
		switch kind {
		case edge.ParenExpr_X, edge.UnaryExpr_X:
		case edge.KeyValueExpr_Value, edge.CompositeLit_Elts:
			composite = true
		case edge.ReturnStmt_Results:
			return composite && cur.Parent().Node().End() > join.Pos()
		case edge.AssignStmt_Rhs:
			as := cur.Parent().Node().(*ast.AssignStmt)
			if !composite || len(as.Lhs) != len(as.Rhs) || as.Tok != token.DEFINE {
				return false
			}
			for _, other := range c.Uses[c.Info.ObjectOf(as.Lhs[i].(*ast.Ident))] {
				if c.UseOf(other) == code.Returned && other.Parent().Node().End() > join.Pos() {
					return true
				}
			}
			return false
		default:
			return false
		}
	}
}
