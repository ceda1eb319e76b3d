// Joined errors that are looked up among others: part of the rule multierror.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// keyOf looks at codes[err], where the keys of the map are errors that packages declare: a join is none of them.
func (m *multi) keyOf(cur inspector.Cursor, n *ast.IndexExpr) {
	if t, ok := under(m.Info.TypeOf(n.X)).(*types.Map); ok && code.IsError(t.Key()) && m.UseOf(cur) != code.Assigned {
		m.lookedUp(n, n.X, n.Index)
	}
}

// looksUp looks at slices.Contains and slices.Index, which compare as == does.
func (m *multi) looksUp(cur inspector.Cursor, call *ast.CallExpr, fn *types.Func) {
	if (fn.Name() == "Contains" || fn.Name() == "Index") && len(call.Args) == 2 && code.IsError(m.Info.TypeOf(call.Args[1])) {
		m.lookedUp(call, call.Args[0], call.Args[1])
	}
}

// lookedUp reports a place where a join is looked up among errors that packages declare.
func (m *multi) lookedUp(at ast.Expr, among, err ast.Expr) {
	if !m.on("compare") || !m.allDeclared(among) {
		return
	}
	cur, ok := m.Root.FindNode(err)
	if !ok {
		return
	}
	if j := m.of(cur, err, 0); j != nil && !j.first && !j.some {
		m.report(at, "compare", m.compared(j))
	}
}

// allDeclared tells whether a map's keys, or the elements of a slice, are errors that packages declare, all of them in sight; nil may be among them.
func (m *multi) allDeclared(e ast.Expr) bool {
	lists := []ast.Expr{e}
	if v := code.Var(m.Info, e); v != nil {
		lists = m.Origins(v)
		if v.IsField() || v.Kind() == types.ParamVar || m.filled(v) {
			return false
		}
	}
	return len(lists) > 0 && !slices.ContainsFunc(lists, func(e ast.Expr) bool {
		lit, ok := unparen[*ast.CompositeLit](e)
		return !ok || !m.declares(lit.Elts)
	})
}

// declares tells whether expressions, or the keys of such, are errors that packages declare, or nil, and not nil alone.
func (m *multi) declares(list []ast.Expr) bool {
	declared := 0
	for _, elt := range list {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			elt = kv.Key
		}
		if m.sentinel(elt) {
			declared++
		} else if !nilExpr(m.Info, elt) {
			return false
		}
	}
	return declared > 0
}

// filled tells whether something is put into a variable's map or slice after it has been made, or somebody else may do so.
func (m *multi) filled(v *types.Var) bool {
	return slices.ContainsFunc(m.Uses[v], func(use inspector.Cursor) bool {
		switch m.UseOf(use) {
		case code.Stored, code.Returned:
			return true
		case code.Argument:
			call, ok := use.Parent().Node().(*ast.CallExpr)
			return !ok || !code.IsCall(m.Info, call, "slices", "Contains", "Index") && m.Builtin(call) != "len"
		}
		n, ok := use.Parent().Node().(*ast.IndexExpr)
		return ok && n.X == use.Node() && m.UseOf(use.Parent()) == code.Assigned
	})
}
