// The context that a place should heed.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// reach gives the context that a place should heed: none in main, init, and
// deferred functions.
func (c *check) reach(cur inspector.Cursor) *code.Reach {
	if c.exempt(cur.Node().Pos()) {
		return nil
	}
	if decl, _ := code.DeclAround(cur); decl != nil && decl.Recv == nil {
		if name := decl.Name.Name; name == "init" || name == "main" && c.Pkg.Name() == "main" {
			return nil
		}
	}
	if code.Deferred(cur) {
		return nil
	}
	r := c.ReachAt(cur)
	if r != nil && c.whereNil(cur, r.Ctx) {
		return nil
	}
	return r
}

// whereNil tells whether a place is in a branch that is taken because a variable is nil.
func (c *check) whereNil(cur inspector.Cursor, v *types.Var) bool {
	for up := range cur.Enclosing((*ast.IfStmt)(nil)) {
		s := up.Node().(*ast.IfStmt)
		b, ok := ast.Unparen(s.Cond).(*ast.BinaryExpr)
		if !ok || code.Var(c.Info, b.X) != v {
			continue
		}
		if isNil(b, token.EQL) && code.Within(cur.Node(), s.Body) || isNil(b, token.NEQ) && s.Else != nil && code.Within(cur.Node(), s.Else) {
			return true
		}
	}
	return false
}
