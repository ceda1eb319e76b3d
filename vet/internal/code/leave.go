// Leaving: how a loop may end before its time, and why.

package code

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// Reason says on what condition a loop over a channel is left.
type Reason int

const (
	OnClosed    Reason = iota // the channel is closed
	OnError                   // an error is not nil
	OnCondition               // anything else that is asked for
	OnContext                 // a context has ended
	OnOther                   // something else was received, or a default
)

// Leave is a statement that ends a loop.
type Leave struct {
	Cur    inspector.Cursor
	Return bool // the whole function
	Reason Reason
}

// LoopOf gives the loop in which a channel is received from: the range over
// it, or the innermost loop around the receive in its own function.
func LoopOf(op Op) (inspector.Cursor, bool) {
	if op.Kind == RangeOver {
		return op.Cur, true
	}
	return LoopAround(op.Cur)
}

// Leaves gives the statements that end the loop around a receive.
func (x *Index) Leaves(op Op) []Leave {
	loop, ok := LoopOf(op)
	if !ok {
		return nil
	}
	var out []Leave
	for cur := range loop.Preorder((*ast.ReturnStmt)(nil), (*ast.BranchStmt)(nil)) {
		if fn, ok := FuncAround(cur); !ok || fn.Node() != op.Home {
			continue
		}
		_, isReturn := cur.Node().(*ast.ReturnStmt)
		if !isReturn && !breaks(cur, loop) {
			continue
		}
		out = append(out, Leave{cur, isReturn, x.reason(cur, loop, op)})
	}
	return out
}

// breaks tells whether a branch statement leaves the loop.
func breaks(cur, loop inspector.Cursor) bool {
	br := cur.Node().(*ast.BranchStmt)
	if br.Tok != token.BREAK {
		return false
	}
	if br.Label != nil {
		for c := range cur.Enclosing((*ast.LabeledStmt)(nil)) {
			if l := c.Node().(*ast.LabeledStmt); l.Label.Name == br.Label.Name {
				return within(loop.Node(), l)
			}
		}
		return false
	}
	for c := range cur.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil), (*ast.SwitchStmt)(nil), (*ast.TypeSwitchStmt)(nil), (*ast.SelectStmt)(nil)) {
		return c == loop
	}
	return false
}

func (x *Index) reason(cur, loop inspector.Cursor, op Op) Reason {
	for c := cur; c != loop; c = c.Parent() {
		kind, _ := c.ParentEdge()
		switch n := c.Parent().Node().(type) {
		case *ast.IfStmt:
			switch kind {
			case edge.IfStmt_Body:
				if x.saysClosed(n.Cond, op, true) {
					return OnClosed
				}
				if x.saysError(n.Cond) {
					return OnError
				}
				if x.LooksAtCtx(n.Cond) {
					return OnContext
				}
				return OnCondition
			case edge.IfStmt_Else:
				if x.saysClosed(n.Cond, op, false) {
					return OnClosed
				}
				return OnCondition
			}
		case *ast.CaseClause:
			return OnCondition
		case *ast.CommClause:
			if n == op.Clause {
				continue
			}
			if _, ok := x.DoneClause(n); ok {
				return OnContext
			}
			return OnOther
		}
	}
	return OnCondition
}

// saysClosed tells whether a condition is !ok (or ok) of v, ok := <-ch.
func (x *Index) saysClosed(cond ast.Expr, op Op, not bool) bool {
	cond = ast.Unparen(cond)
	if not {
		u, ok := cond.(*ast.UnaryExpr)
		if !ok || u.Op != token.NOT {
			return false
		}
		cond = ast.Unparen(u.X)
	}
	id, ok := cond.(*ast.Ident)
	if !ok {
		return false
	}
	v, _ := x.Info.Uses[id].(*types.Var)
	if v == nil {
		return false
	}
	for _, e := range x.Origins(v) {
		if ast.Unparen(e) == op.Cur.Node() {
			return true
		}
	}
	return false
}

func (x *Index) saysError(cond ast.Expr) bool {
	found := false
	ast.Inspect(cond, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if n.Op == token.NEQ && IsError(x.Info.TypeOf(n.X)) {
				found = true
			}
		case *ast.CallExpr:
			if IsCall(x.Info, n, "errors", "Is", "As", "AsType") {
				found = true
			}
		}
		return !found
	})
	return found
}
