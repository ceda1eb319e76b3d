// Functions that only look at something, whatever their twin with a context does: that may wait for what they find missing. Part of the rule noctx.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/braid-go/braid/vet/internal/code"
)

// looksFact marks functions with a twin that only look.
type looksFact struct{}

func (*looksFact) AFact()         {}
func (*looksFact) String() string { return "only looks" }

func init() { NoCtx.Analyzer.FactTypes = []analysis.Fact{new(looksFact)} }

// glances tells whether a function of this package or another takes a lock and waits for nothing else.
func (c *check) glances(fn *types.Func) bool {
	if fn.Pkg() == c.Pkg {
		return c.locks(fn) && c.looks(fn, 0)
	}
	return c.ImportObjectFact(fn.Origin(), new(looksFact))
}

// locks tells whether a function of the package takes a lock, or loads an atomic.
func (c *check) locks(fn *types.Func) bool {
	decl, ok := c.Decls[fn.Origin()]
	return ok && code.Has(decl.Node(), func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return false
		}
		callee := code.Callee(c.Info, call)
		return callee != nil && callee.Pkg() != nil && (callee.Pkg().Path() == "sync" && (callee.Name() == "Lock" || callee.Name() == "RLock") || callee.Pkg().Path() == "sync/atomic" && callee.Name() == "Load")
	})
}

// looks tells whether a function of the package calls nothing but locks, atomics, and functions that only look as well, and neither sends nor receives.
func (c *check) looks(fn *types.Func, depth int) bool {
	decl, ok := c.Decls[fn.Origin()]
	if !ok || depth > 3 {
		return false
	}
	body := decl.Node().(*ast.FuncDecl).Body
	return body != nil && !code.Has(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SendStmt, *ast.SelectStmt, *ast.GoStmt, *ast.ForStmt:
			return true
		case *ast.UnaryExpr:
			return n.Op == token.ARROW
		case *ast.CallExpr:
			callee := code.Callee(c.Info, n)
			switch {
			case c.Builtin(n) != "" || c.Info.Types[n.Fun].IsType():
			case callee == nil || callee.Pkg() == nil:
				return true
			case slices.Contains([]string{"sync", "sync/atomic", "time", "errors", "fmt", "strings", "slices", "maps"}, callee.Pkg().Path()):
				return callee.Name() == "Wait" || callee.Name() == "Sleep" || callee.Name() == "Do"
			default:
				return callee.Pkg() != c.Pkg || !c.looks(callee, depth+1)
			}
		}
		return false
	})
}
