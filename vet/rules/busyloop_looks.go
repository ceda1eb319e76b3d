// Calls that only look at something, and neither wait for it nor change it: part of the rule busyloop.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"

	"github.com/braid-go/braid/vet/internal/code"
)

// looking tells whether a call only looks at something.
func (c *check) looking(call *ast.CallExpr) bool {
	switch c.Builtin(call) {
	case "len", "cap":
		return true
	}
	if c.ErrOf(call) != nil || c.Info.Types[call.Fun].IsType() {
		return true
	}
	fn := code.Callee(c.Info, call)
	if fn == nil || fn.Pkg() == nil {
		return c.saysWhether(call)
	}
	switch fn.Pkg().Path() {
	case c.Pkg.Path():
		return c.looksInSight(fn, call)
	case "sync/atomic":
		return len(fn.Name()) >= 4 && fn.Name()[:4] == "Load"
	case "sync":
		return fn.Name() == "Lock" || fn.Name() == "Unlock" || fn.Name() == "RLock" || fn.Name() == "RUnlock"
	case "runtime":
		return fn.Name() == "Gosched"
	}
	return false
}

// states are what something can be, as functions are named that say whether it is: they look, and do not wait for it.
var states = regexp.MustCompile(`(?i)^(is|has|are|all)?(ready|done|closed|finished|idle|healthy|stopped|started|alive|empty|full|loaded|connected|running|completed?|available)$`)

// saysWhether tells whether a call is of a function in a variable that is named after a state, and says whether it is there.
func (c *check) saysWhether(call *ast.CallExpr) bool {
	v := code.Var(c.Info, call.Fun)
	return v != nil && len(call.Args) == 0 && states.MatchString(v.Name()) && isBool(c.Info.TypeOf(call))
}

// looksInSight tells whether a function of the package only looks: all that it does is to give something back, and to hold a lock meanwhile.
func (c *check) looksInSight(fn *types.Func, call *ast.CallExpr) bool {
	decl, ok := c.Decls[fn.Origin()]
	if !ok || code.Within(call, decl.Node()) || fn.Signature().Results().Len() != 1 || !isBool(fn.Signature().Results().At(0).Type()) {
		return false
	}
	body := decl.Node().(*ast.FuncDecl).Body
	if body == nil {
		return false
	}
	ok = true
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			callee := code.Callee(c.Info, n)
			ok = ok && (callee == nil || callee.Pkg() != c.Pkg) && c.looking(n)
		case *ast.UnaryExpr:
			ok = ok && n.Op != token.ARROW
		case ast.Stmt:
			switch n.(type) {
			case *ast.BlockStmt, *ast.ExprStmt, *ast.DeferStmt, *ast.ReturnStmt:
			default:
				ok = false
			}
		}
		return ok
	})
	return ok
}
