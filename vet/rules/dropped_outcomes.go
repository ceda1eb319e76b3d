// Outcomes of which nobody looks at the errors: part of the rule dropped.

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

// outcomesDropped looks at a call of braid.Settle: its outcomes alone tell of failures, and its error does not.
func (c *check) outcomesDropped(cur inspector.Cursor, call *ast.CallExpr) {
	const message = "what the functions failed with is in the outcomes alone, and nobody looks at their Err or State"
	if c.saysWhyBeside(call) {
		return
	}
	switch kind, _ := cur.ParentEdge(); kind {
	case edge.ExprStmt_X, edge.DeferStmt_Call, edge.GoStmt_Call:
		c.report(call, "outcomes", message)
	case edge.AssignStmt_Rhs:
		as := cur.Parent().Node().(*ast.AssignStmt)
		if len(as.Rhs) != 1 || c.saysWhy(as) {
			return
		}
		if v := code.Var(c.Info, as.Lhs[0]); isBlank(as.Lhs[0]) || code.IsLocal(v) && v.Kind() == types.LocalVar && c.onlyValues(v) {
			c.report(call, "outcomes", message)
		}
	}
}

// onlyValues tells whether all that is done with outcomes is to count them and to take their values, without asking whether there is one.
func (c *check) onlyValues(outcomes *types.Var) bool {
	return !slices.ContainsFunc(c.Uses[outcomes], func(use inspector.Cursor) bool {
		switch kind, _ := use.ParentEdge(); kind {
		case edge.AssignStmt_Lhs:
			return false
		case edge.CallExpr_Args:
			return c.Builtin(use.Parent().Node().(*ast.CallExpr)) != "len"
		case edge.IndexExpr_X:
			return !c.takesValue(use.Parent())
		case edge.RangeStmt_X:
			return !c.rangesValues(use.Parent().Node().(*ast.RangeStmt))
		}
		return true
	})
}

// rangesValues tells whether a loop over outcomes takes no more than the value of each.
func (c *check) rangesValues(loop *ast.RangeStmt) bool {
	if loop.Value == nil || isBlank(loop.Value) {
		return true
	}
	v := code.Var(c.Info, loop.Value)
	return code.IsLocal(v) && !slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool { return !c.takesValue(use) })
}

// takesValue tells whether the value of an outcome is taken where that is mentioned, and neither it nor the variable it is assigned to is compared with nil or a constant.
func (c *check) takesValue(outcome inspector.Cursor) bool {
	if kind, _ := outcome.ParentEdge(); kind != edge.SelectorExpr_X || outcome.Parent().Node().(*ast.SelectorExpr).Sel.Name != "Value" {
		return false
	}
	value := outcome.Parent()
	if c.asksIfThere(value) {
		return false
	}
	as, ok := value.Parent().Node().(*ast.AssignStmt)
	return !ok || as.Tok != token.DEFINE || !slices.ContainsFunc(as.Lhs, func(e ast.Expr) bool {
		v := code.Var(c.Info, e)
		return code.IsLocal(v) && slices.ContainsFunc(c.Uses[v], c.asksIfThere)
	})
}

// asksIfThere tells whether a value, or something of it, is a condition, or compared with nil or a constant.
func (c *check) asksIfThere(value inspector.Cursor) bool {
	for at := value; ; at = at.Parent() {
		switch kind, _ := at.ParentEdge(); kind {
		case edge.ParenExpr_X, edge.SelectorExpr_X, edge.IndexExpr_X, edge.CallExpr_Fun, edge.CallExpr_Args, edge.StarExpr_X:
		case edge.UnaryExpr_X:
			if at.Parent().Node().(*ast.UnaryExpr).Op == token.NOT {
				return true
			}
		case edge.IfStmt_Cond, edge.CaseClause_List, edge.SwitchStmt_Tag:
			return true
		case edge.BinaryExpr_X, edge.BinaryExpr_Y:
			b := at.Parent().Node().(*ast.BinaryExpr)
			switch b.Op {
			case token.LAND, token.LOR:
				return true
			case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
				return c.constant(b.X) || c.constant(b.Y)
			}
		default:
			return false
		}
	}
}

// constant tells whether an expression is nil or a constant.
func (c *check) constant(e ast.Expr) bool {
	tv := c.Info.Types[e]
	return tv.IsNil() || tv.Value != nil
}
