// Panics that are only counted, and what a log of one says besides: part of the rule recovered.

package rules

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// onlyCounted tells whether a call adds a constant to a count that is kept for whoever looks at it some time: to a field or a variable of the
// package, of sync/atomic, that no condition asks for, or to a metric. A count that is a function's own, it reads itself.
func (c *check) onlyCounted(call *ast.CallExpr) bool {
	fn := code.Callee(c.Info, call)
	if fn == nil || fn.Pkg() == nil || len(call.Args) > 2 || slices.ContainsFunc(call.Args[max(0, len(call.Args)-1):], func(e ast.Expr) bool { return c.Info.Types[e].Value == nil }) {
		return false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	switch path := fn.Pkg().Path(); {
	case strings.HasSuffix(path, "prometheus/client_golang/prometheus"):
		return fn.Name() == "Inc" || fn.Name() == "Add" || fn.Name() == "WithLabelValues"
	case path != "sync/atomic":
		return false
	case fn.Name() == "Add":
		return c.neverAsked(code.Var(c.Info, sel.X))
	case strings.HasPrefix(fn.Name(), "Add"):
		return c.neverAsked(code.Var(c.Info, call.Args[0]))
	}
	return false
}

// neverAsked tells whether a variable is a field or the package's, and no condition of the package has it in it.
func (c *check) neverAsked(v *types.Var) bool {
	return v != nil && !code.IsLocal(v) && !v.Exported() && !slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		for up := range use.Enclosing((*ast.IfStmt)(nil), (*ast.ForStmt)(nil), (*ast.SwitchStmt)(nil), (*ast.BinaryExpr)(nil), (*ast.FuncDecl)(nil)) {
			switch n := up.Node().(type) {
			case *ast.IfStmt:
				return code.Within(use.Node(), n.Cond) || n.Init != nil && code.Within(use.Node(), n.Init)
			case *ast.ForStmt:
				return n.Cond != nil && code.Within(use.Node(), n.Cond)
			case *ast.SwitchStmt:
				return n.Tag != nil && code.Within(use.Node(), n.Tag)
			case *ast.BinaryExpr:
				return true
			}
			return false
		}
		return false
	})
}

// partOfLog tells whether a call only asks for something that a log is to say beside what was recovered: the name of a task, a time. A call that
// gives an error does more.
func (c *check) partOfLog(at inspector.Cursor, recovered *types.Var) bool {
	call := at.Node().(*ast.CallExpr)
	if recovered != nil && code.Has(call, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		return ok && c.Info.Uses[id] == types.Object(recovered)
	}) || code.IsError(c.Info.TypeOf(call)) {
		return false
	}
	for up := range at.Parent().Enclosing((*ast.CallExpr)(nil), (*ast.FuncLit)(nil)) {
		log, ok := up.Node().(*ast.CallExpr)
		if !ok {
			return false
		}
		if !code.Within(call, log.Fun) && c.logs(log) {
			return true
		}
	}
	return false
}
