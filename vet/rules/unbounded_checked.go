// Lists and numbers whose size was looked at before the loop: more than that are refused, or cut off. Part of the rule unbounded.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// checked tells whether the length of a list, or a number itself, was compared with a limit somewhere before a place, or what it is a part of
// was asked whether it is valid.
func (c *check) checked(e ast.Expr, at inspector.Cursor) (found bool) {
	decl, fn := code.DeclAround(at)
	root := rootOf(c.Info, e)
	if decl == nil || root == nil {
		return false
	}
	text := types.ExprString(e)
	for cur := range fn.Preorder((*ast.BinaryExpr)(nil), (*ast.CallExpr)(nil)) {
		if cur.Node().Pos() >= at.Node().Pos() {
			break
		}
		switch n := cur.Node().(type) {
		case *ast.BinaryExpr:
			found = found || c.sizeOf(n.X, root, text) && limits(c.Info, n.Op, n.Y) || c.sizeOf(n.Y, root, text) && limits(c.Info, n.Op, n.X)
		case *ast.CallExpr:
			smaller := c.Builtin(n) == "min" && slices.ContainsFunc(n.Args, func(e ast.Expr) bool { return c.sizeOf(e, root, text) })
			found = found || smaller || validating.MatchString(code.CalleeName(n)) && c.isAbout(n, root)
		}
	}
	return found
}

// validating matches names of functions that ask whether what came in is as it should be.
var validating = regexp.MustCompile(`(?i)valid|check|verify|sanit|limit|clamp|ensure`)

// isAbout tells whether a variable, or a part of it, is the receiver or an argument of a call.
func (c *check) isAbout(call *ast.CallExpr, v *types.Var) bool {
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && rootOf(c.Info, sel.X) == v {
		return true
	}
	return slices.ContainsFunc(call.Args, func(e ast.Expr) bool {
		if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok {
			e = u.X
		}
		return rootOf(c.Info, e) == v
	})
}

// sizeOf tells whether an expression is a number that is written as text and starts from root, the length of such a list, or a variable that
// is one of these.
func (c *check) sizeOf(e ast.Expr, root *types.Var, text string) bool {
	is := func(e ast.Expr) bool {
		e = ast.Unparen(e)
		if c.isLen(e) {
			e = ast.Unparen(e.(*ast.CallExpr).Args[0])
		}
		return types.ExprString(e) == text && rootOf(c.Info, e) == root
	}
	return is(e) || slices.ContainsFunc(c.Origins(code.Var(c.Info, e)), is)
}

// limits tells whether a comparison with something is one with a limit: what is only asked is not whether there are any.
func limits(info *types.Info, op token.Token, with ast.Expr) bool {
	n, known := code.IntValue(info, with)
	switch op {
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		return !known || n > 1
	case token.EQL, token.NEQ:
		return known && n > 1
	}
	return false
}

// counted gives the list whose length says how many rounds a loop has, or the number itself, if that is written as such or in a variable that
// is set once.
func (c *check) counted(loop ast.Node) ast.Expr {
	var n ast.Expr
	switch loop := loop.(type) {
	case *ast.RangeStmt:
		n = loop.X
	case *ast.ForStmt:
		if loop.Cond == nil {
			return nil
		}
		cond, ok := ast.Unparen(loop.Cond).(*ast.BinaryExpr)
		_, steps := loop.Post.(*ast.IncDecStmt)
		if add, ok := loop.Post.(*ast.AssignStmt); ok { // in pieces
			steps = add.Tok == token.ADD_ASSIGN && c.few(add.Rhs[0])
		}
		if !ok || !steps || cond.Op != token.LSS && cond.Op != token.LEQ && cond.Op != token.NEQ {
			return nil
		}
		n = cond.Y
	}
	if b, ok := under(c.Info.TypeOf(n)).(*types.Basic); !ok || b.Info()&types.IsInteger == 0 {
		return nil
	}
	if v := code.Var(c.Info, n); code.IsLocal(v) {
		if made := c.Only(v); made != nil && c.isLen(made) {
			n = made
		}
	}
	if c.isLen(n) {
		return ast.Unparen(n).(*ast.CallExpr).Args[0]
	}
	return n
}

func (c *check) isLen(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok && c.Builtin(call) == "len"
}
