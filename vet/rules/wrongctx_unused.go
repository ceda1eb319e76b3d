// Contexts that are made and given to nobody: part of the rule wrongctx.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// unused finds contexts made by context.With… that nothing works under or waits for: their limit, or their cancel function, ends nothing.
func (c *check) unused() {
	for cur := range c.Root.Preorder((*ast.AssignStmt)(nil)) {
		as := cur.Node().(*ast.AssignStmt)
		if len(as.Lhs) != 2 || len(as.Rhs) != 1 {
			continue
		}
		call, ok := as.Rhs[0].(*ast.CallExpr)
		if !ok || !code.IsCall(c.Info, call, "context", "WithCancel", "WithTimeout", "WithDeadline", "WithCancelCause", "WithTimeoutCause", "WithDeadlineCause") {
			continue
		}
		v := code.Var(c.Info, as.Lhs[0])
		switch id, _ := as.Lhs[0].(*ast.Ident); {
		case id == nil:
		case id.Name == "_":
			if !isBlank(as.Lhs[1]) { // of which the rule cancel tells
				c.report(id, "unused", "the context of context."+code.CalleeName(call)+" is dropped: nothing ends with it")
			}
		case c.Info.Defs[id] == types.Object(v) && v != nil && len(c.Uses[v]) > 0 && !slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool { return !c.onlyErr(use) }):
			c.report(id, "unused", id.Name+" is only asked whether it has ended: nothing works under it, and nothing ends with it")
		}
	}
}

// onlyErr tells whether a use of a context asks, outside of loops, whether it has ended, or is none.
func (c *check) onlyErr(use inspector.Cursor) bool {
	if as, ok := use.Parent().Node().(*ast.AssignStmt); ok {
		return len(as.Lhs) == 1 && isBlank(as.Lhs[0])
	}
	for range use.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil)) {
		return false
	}
	for call := range use.Enclosing((*ast.CallExpr)(nil)) {
		return c.ErrOf(call.Node().(*ast.CallExpr)) == use.Node()
	}
	return false
}
