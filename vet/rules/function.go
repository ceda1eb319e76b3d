// Functions that are handed over by name.

package rules

import (
	"go/ast"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// functionOf gives the function that an expression is, if its body is in sight: a literal, one that is all that a local variable ever holds, or a function of the
// package; else nil.
func (c *check) functionOf(e ast.Expr) ast.Node {
	if lit := c.literalIn(e); lit != nil {
		return lit
	}
	if decl := funcOf(c, e); decl != nil {
		return decl
	}
	return nil
}

// literalIn gives the literal that an expression is, or that is all that a local variable ever holds; else nil.
func (c *check) literalIn(e ast.Expr) *ast.FuncLit {
	if lit, ok := unparen[*ast.FuncLit](e); ok {
		return lit
	}
	id, ok := unparen[*ast.Ident](e)
	if !ok {
		return nil
	}
	v := code.Var(c.Info, id)
	if !code.IsLocal(v) {
		return nil
	}
	lit, _ := c.Only(v).(*ast.FuncLit)
	return lit
}

// usesParam tells whether a function does anything with its i-th parameter but to ask whether it is nil, or to assign it to _.
func (c *check) usesParam(fn ast.Node, i int) bool {
	typ, _ := code.FuncParts(fn)
	p, ok := code.ParamAt(c.Info, typ, i)
	return ok && p != nil && slices.ContainsFunc(c.Uses[p], func(use inspector.Cursor) bool {
		switch n := use.Parent().Node().(type) {
		case *ast.AssignStmt:
			return slices.ContainsFunc(n.Lhs, func(e ast.Expr) bool { return !isBlank(e) })
		case *ast.BinaryExpr:
			return !isNilIdent(c.Info, n.Y)
		}
		return true
	})
}

// usesParams tells whether a function has any of its parameters in its body.
func (c *check) usesParams(fn ast.Node) bool {
	typ, _ := code.FuncParts(fn)
	for i := range typ.Params.NumFields() {
		if c.usesParam(fn, i) {
			return true
		}
	}
	return false
}
