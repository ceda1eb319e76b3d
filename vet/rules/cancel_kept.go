// Where cancel functions are kept, and whether they get lost there. Part of the rule cancel.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// putInto gives the field, map or list that a mentioned variable is put into, or nil.
func (c *check) putInto(use inspector.Cursor) *types.Var {
	var to ast.Expr
	switch kind, i := use.ParentEdge(); kind {
	case edge.KeyValueExpr_Value:
		to = use.Parent().Node().(*ast.KeyValueExpr).Key
	case edge.CompositeLit_Elts:
		if s, ok := under(c.Info.TypeOf(use.Parent().Node().(*ast.CompositeLit))).(*types.Struct); ok {
			return s.Field(i).Origin()
		}
		return nil
	case edge.AssignStmt_Rhs:
		as := use.Parent().Node().(*ast.AssignStmt)
		if len(as.Lhs) != len(as.Rhs) {
			return nil
		}
		to = ast.Unparen(as.Lhs[i])
		if ix, ok := to.(*ast.IndexExpr); ok {
			to = ix.X
		} else if _, ok := to.(*ast.SelectorExpr); !ok {
			return nil
		}
	case edge.CallExpr_Args:
		if c.Builtin(use.Parent().Node().(*ast.CallExpr)) == "append" {
			if v := c.heldIn(use); v != nil {
				return v.Origin()
			}
		}
		return nil
	default:
		return nil
	}
	v := code.Var(c.Info, to)
	if v == nil {
		return nil
	}
	return v.Origin()
}

// ownStore tells whether a field, map or list is the package's own, and no other name of somebody else's: all that it ever is was made where it is set.
func (c *check) ownStore(v *types.Var) bool {
	switch {
	case code.IsLocal(v):
		if v.Kind() != types.LocalVar {
			return false
		}
	case v.Exported() || v.Pkg() != c.Pkg:
		return false
	}
	if !isList(v.Type()) {
		return v.IsField()
	}
	return !slices.ContainsFunc(c.Origins(v), func(e ast.Expr) bool {
		if call, ok := unparen[*ast.CallExpr](e); ok {
			return c.Builtin(call) != "make" && c.Builtin(call) != "append"
		}
		_, literal := unparen[*ast.CompositeLit](e)
		return !literal && !isNilIdent(c.Info, e)
	})
}

// overwritten tells whether a function may come from where a variable has got a cancel function to where it gets another one without having come by one of the uses.
func (c *check) overwritten(fn inspector.Cursor, def ast.Node, v *types.Var, uses []inspector.Cursor) (over bool) {
	for _, use := range uses { // a literal that was there before, and may be called at any time
		if in, _ := code.FuncAround(use); in != fn && in.Node().Pos() < def.Pos() {
			return false
		}
	}
	code.FlowOf(c.cfgs, fn.Node()).After(def, func(step ast.Node) bool {
		if slices.ContainsFunc(uses, func(use inspector.Cursor) bool { return code.Within(use.Node(), step) }) || c.asksNil(step, v) {
			return false
		}
		over = over || code.Has(step, func(n ast.Node) bool {
			as, ok := n.(*ast.AssignStmt)
			if !ok || len(as.Rhs) != 1 || as == def { // round a loop
				return false
			}
			_, made := unparen[*ast.CallExpr](as.Rhs[0])
			return made && slices.ContainsFunc(as.Lhs, func(l ast.Expr) bool { return code.Var(c.Info, l) == v })
		})
		return !over && !sets(c, step, v)
	})
	return over
}

// asksNil tells whether a step is a condition that a variable is nil, or is not.
func (c *check) asksNil(step ast.Node, v *types.Var) bool {
	return code.Has(step, func(n ast.Node) bool {
		b, ok := n.(*ast.BinaryExpr)
		return ok && code.Var(c.Info, b.X) == v && isNilIdent(c.Info, b.Y)
	})
}
