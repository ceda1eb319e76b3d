// Functions that say yes to some errors.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// yesFor gives the errors for each of which a function of the package, which is given an error and no more, says yes: it asks for them by errors.Is.
func (c *check) yesFor(fn *types.Func) (targets []ast.Expr) {
	decl, ok := c.Decls[fn]
	if !ok || fn.Signature().Params().Len() != 1 || fn.Signature().Results().Len() != 1 || !isBool(fn.Signature().Results().At(0).Type()) {
		return nil
	}
	for cur := range decl.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if in, _ := code.FuncAround(cur); in == decl && code.IsCall(c.Info, call, "errors", "Is") && code.Var(c.Info, call.Args[0]) == fn.Signature().Params().At(0) && c.saysYes(cur) {
			targets = append(targets, call.Args[1])
		}
	}
	return targets
}

// saysYes tells whether a function returns true where a condition is true: it returns the condition itself, or one that is true with it, or true in the
// branch for it.
func (c *check) saysYes(cur inspector.Cursor) bool {
	for ; ; cur = cur.Parent() {
		var branch []ast.Stmt
		switch kind, _ := cur.ParentEdge(); kind {
		case edge.ParenExpr_X:
			continue
		case edge.BinaryExpr_X, edge.BinaryExpr_Y:
			b := cur.Parent().Node().(*ast.BinaryExpr)
			if b.Op == token.LOR || b.Op == token.LAND && isNil(b.X, token.NEQ) {
				continue
			}
			return false
		case edge.ReturnStmt_Results:
			return true
		case edge.IfStmt_Cond:
			branch = cur.Parent().Node().(*ast.IfStmt).Body.List
		case edge.CaseClause_List:
			branch = cur.Parent().Node().(*ast.CaseClause).Body
		default:
			return false
		}
		if len(branch) != 1 {
			return false
		}
		ret, ok := branch[0].(*ast.ReturnStmt)
		return ok && len(ret.Results) == 1 && types.ExprString(ret.Results[0]) == "true"
	}
}
