// Who hears the nil of a function: whether somebody in sight may take it for success and go on. What a function says that is only
// handed to something else, a framework that runs it and ends its context, nobody can judge who looks at the package.

package rules

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// unheard tells whether the function around a place is known to be used, and no use that is in sight goes on with what it returns:
// it is handed on as a value, or called by such a function as its last word, or on its own by a goroutine or a statement.
func (c *check) unheard(fn inspector.Cursor, depth int) bool {
	if depth > 4 {
		return false
	}
	switch n := fn.Node().(type) {
	case *ast.FuncLit:
		t := c.Task[n]
		if t == nil {
			t = c.TaskMade(fn)
		}
		if t != nil {
			return t.Kind == code.Bare || t.Kind == code.Timer
		}
		switch kind, _ := fn.ParentEdge(); kind {
		case edge.CallExpr_Args, edge.KeyValueExpr_Value, edge.CompositeLit_Elts, edge.ReturnStmt_Results:
			return true
		case edge.AssignStmt_Rhs, edge.ValueSpec_Values:
			if v := c.keptIn(fn); v != nil {
				return !code.IsLocal(v) || c.usesUnheard(c.Uses[v], depth)
			}
		}
		return false
	case *ast.FuncDecl:
		return c.usesUnheard(c.Uses[c.Info.Defs[n.Name]], depth)
	}
	return false
}

// keptIn gives the variable that a literal is assigned to.
func (c *check) keptIn(lit inspector.Cursor) *types.Var {
	switch n := lit.Parent().Node().(type) {
	case *ast.AssignStmt:
		if len(n.Lhs) == 1 {
			return code.Var(c.Info, n.Lhs[0])
		}
	case *ast.ValueSpec:
		if len(n.Names) == 1 {
			return code.Var(c.Info, n.Names[0])
		}
	}
	return nil
}

func (c *check) usesUnheard(uses []inspector.Cursor, depth int) bool {
	for _, use := range uses {
		if kind, _ := use.ParentEdge(); kind == edge.SelectorExpr_Sel {
			use = use.Parent()
		}
		if kind, _ := use.ParentEdge(); kind != edge.CallExpr_Fun {
			continue // a value: whoever calls it is out of sight
		}
		call := use.Parent()
		switch kind, _ := call.ParentEdge(); kind {
		case edge.GoStmt_Call, edge.DeferStmt_Call, edge.ExprStmt_X:
		case edge.ReturnStmt_Results:
			if fn, ok := code.FuncAround(call); !ok || !c.unheard(fn, depth+1) {
				return false
			}
		default:
			if !c.onlyTold(call) {
				return false
			}
		}
	}
	return len(uses) > 0
}

// onlyTold tells whether a call is the last that its function does but to log the error, and the function returns nothing.
func (c *check) onlyTold(call inspector.Cursor) bool {
	fn, ok := code.FuncAround(call)
	if !ok {
		return false
	}
	typ, body := code.FuncParts(fn.Node())
	if typ.Results != nil || len(body.List) == 0 {
		return false
	}
	s, ok := body.List[len(body.List)-1].(*ast.IfStmt)
	return ok && code.Within(call.Node(), s) && s.Else == nil && !code.Within(call.Node(), s.Body) && !c.keeps(s.Body.List)
}
