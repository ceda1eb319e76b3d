// What is given a context after that was cancelled by hand. Part of the rule escape.

package rules

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// cancelled tells of a call that is given a context which a call of its cancel function, in a statement of its own before it, has ended.
func (c *escaper) cancelled(cur inspector.Cursor, call *ast.CallExpr) {
	block := cur.Parent().Parent()
	cancel := code.Var(c.Info, call.Fun)
	if kind, _ := cur.ParentEdge(); kind != edge.ExprStmt_X || !code.IsLocal(cancel) || c.InTest(call.Pos()) {
		return
	}
	fn, ok := code.FuncAround(cur)
	ctx := c.endedBy(cancel)
	if !ok || ctx == nil {
		return
	}
	if declared, known := c.DeclaredIn(ctx); !known || declared != fn {
		return
	}
	if !slices.ContainsFunc(c.Uses[ctx], func(use inspector.Cursor) bool { return use.Node().Pos() < call.Pos() && c.UseOf(use) == code.Argument }) {
		return // it is to be dead from the start: who stops something with it does not wait
	}
	line := c.Fset.Position(call.Pos()).Line
	told := false
	code.FlowOf(c.cfgs, fn.Node()).After(call, func(step ast.Node) bool {
		if told || sets(c.check, step, ctx) {
			return false
		}
		if !code.Within(step, block.Node()) || step.Pos() < call.Pos() {
			return true
		}
		ast.Inspect(step, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok || told || c.Info.Uses[id] != types.Object(ctx) {
				return !told
			}
			if at, found := c.Root.FindNode(id); found && c.UseOf(at) == code.Argument && c.needsLive(at) {
				told = true
				c.tell(id, "cancelled", fmt.Sprintf("%s has ended with the call of %s in line %d: use the context around it", ctx.Name(), cancel.Name(), line))
			}
			return true
		})
		return true
	})
}

// endedBy gives the context that was made together with a cancel function, if there is one such.
func (c *escaper) endedBy(cancel *types.Var) *types.Var {
	made := c.Origins(cancel)
	if len(made) != 1 {
		return nil
	}
	at, ok := c.Root.FindNode(made[0])
	call, is := made[0].(*ast.CallExpr)
	if !ok || !is || !ends(c.Info, call) {
		return nil
	}
	as, ok := at.Parent().Node().(*ast.AssignStmt)
	if !ok || len(as.Lhs) != 2 {
		return nil
	}
	ctx := code.Var(c.Info, as.Lhs[0])
	if ctx == nil || len(c.Origins(ctx)) != 1 {
		return nil
	}
	return ctx
}
