// Whether what follows a question whether an error is a cancellation drops what else there may be in it.

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

// drops tells whether an if statement whose condition has the call, or a case of a switch
// without tag, drops the error: the branch for which it is true, or what follows where it
// guards a return, does not use it.
func (m *multi) drops(cur inspector.Cursor, err ast.Expr) bool {
	not := false
	for c := cur; ; c = c.Parent() {
		switch kind, _ := c.ParentEdge(); kind {
		case edge.ParenExpr_X, edge.BinaryExpr_X, edge.BinaryExpr_Y:
		case edge.UnaryExpr_X:
			not = !not
		case edge.IfStmt_Cond:
			branch := c.Parent().Node().(*ast.IfStmt)
			if not {
				if branch.Else != nil {
					return !m.mentions(branch.Else, err)
				}
				return endsIn[*ast.ReturnStmt](branch.Body.List) && !m.returnedBehind(c.Parent(), err) || !m.mentionedBehind(c.Parent(), err)
			}
			return !m.mentions(branch.Body, err) && (m.leavesOrSets(branch.Body, err) || !m.mentionedBehind(c.Parent(), err))
		case edge.CaseClause_List:
			clause := c.Parent()
			if clause.Parent().Parent().Node().(*ast.SwitchStmt).Tag != nil || not {
				return false
			}
			return !slices.ContainsFunc(clause.Node().(*ast.CaseClause).Body, func(s ast.Stmt) bool { return m.mentions(s, err) })
		default:
			return false
		}
	}
}

// mentionedBehind tells whether a statement that follows another in its block has the error in it.
func (m *multi) mentionedBehind(at inspector.Cursor, err ast.Expr) bool {
	for next, ok := at.NextSibling(); ok; next, ok = next.NextSibling() {
		if m.mentions(next.Node(), err) {
			return true
		}
	}
	return false
}

// returnedBehind tells whether what follows a statement in its block, with nothing but logs in between, is a return of the error.
func (m *multi) returnedBehind(at inspector.Cursor, err ast.Expr) bool {
	for next, ok := at.NextSibling(); ok; next, ok = next.NextSibling() {
		switch s := next.Node().(type) {
		case *ast.ReturnStmt:
			return m.mentions(s, err)
		case *ast.ExprStmt:
			if m.keeps([]ast.Stmt{s}) {
				return false
			}
		default:
			return false
		}
	}
	return false
}

// leavesOrSets tells whether a block does not go on behind its end, or gives the error another value.
func (m *multi) leavesOrSets(b *ast.BlockStmt, err ast.Expr) bool {
	v := code.Var(m.Info, err)
	return endsIn[*ast.ReturnStmt](b.List) || endsIn[*ast.BranchStmt](b.List) || code.Has(b, func(n ast.Node) bool {
		as, ok := n.(*ast.AssignStmt)
		return ok && slices.ContainsFunc(as.Lhs, func(e ast.Expr) bool { return v != nil && code.Var(m.Info, e) == v })
	})
}

// mentions tells whether a statement has the error in it other than to put something in its place.
func (m *multi) mentions(n ast.Node, err ast.Expr) (found bool) {
	v := code.Var(m.Info, err)
	ast.Inspect(n, func(n ast.Node) bool {
		if as, ok := n.(*ast.AssignStmt); ok && as.Tok == token.ASSIGN && len(as.Lhs) == 1 && code.Var(m.Info, as.Lhs[0]) == v && m.standsFor(as.Rhs[0], v) {
			return false
		}
		if id, ok := n.(*ast.Ident); ok && v != nil && m.Info.Uses[id] == types.Object(v) {
			found = true
		}
		return !found
	})
	return found
}

// standsFor tells whether an expression that has nothing of an error is put in its place: nil, an error of a package, that of a context, or one that is made there.
func (m *multi) standsFor(e ast.Expr, v *types.Var) bool {
	if nilExpr(m.Info, e) || m.sentinel(e) || m.ErrOf(e) != nil {
		return true
	}
	call, ok := unparen[*ast.CallExpr](e)
	return ok && makesError(code.Callee(m.Info, call)) && !slices.ContainsFunc(m.Uses[v], func(use inspector.Cursor) bool { return code.Within(use.Node(), call) })
}
