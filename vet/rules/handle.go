// A handle that is ignored: of a task that has a result, of a group that has to be closed.

package rules

import (
	"go/ast"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Handle finds handles of braid's that nobody keeps.
var Handle = register(&Rule{
	Name:  "handle",
	Title: "a handle of braid's is ignored",
	Why: "`braid.Fork` makes a task whose result is had through its handle, and `braid.Open` a group that has to be closed. " +
		"Without the handle nobody gets the result, and nobody can close the group: it is cancelled with an error when the task around it ends, or never. " +
		"The function that `AfterFunc` returns waits for what has begun, and what `Group.Defer` and `TryGo` return says that the group had ended.",
	Wrong: `
func warm(ctx context.Context, load func(context.Context) (int, error)) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		braid.Fork(g, load)
		return nil
	})
}
`,
	Right: `
func warm(ctx context.Context, load func(context.Context) (int, error)) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		n := braid.Fork(g, load)
		v, err := n.Wait(ctx)
		_ = v
		return err
	})
}
`,
	Exempt: "`Group.Go`, which has no handle; a handle that is kept anywhere.",
	Shapes: []Shape{
		{Name: "task", Severity: Warning, What: "the handle of Fork or TryFork is ignored: Group.Go is for tasks without a result"},
		{Name: "group", Severity: Error, What: "the group of Open is ignored: it cannot be closed"},
		{Name: "closed", Severity: Warning, What: "the error of TryGo or TryFork is ignored: the task may never run"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		switch {
		case code.IsCall(c.Info, call, code.Braid, "Fork", "Group.Fork"):
			if ignored(cur, 0) {
				c.report(call, "task", "the handle of this task is ignored, and its result with it: use Group.Go for a task without a result")
			}
		case code.IsCall(c.Info, call, code.Braid, "TryFork", "Group.TryFork"):
			if ignored(cur, 1) {
				c.report(call, "closed", "whether the group had ended is ignored: the task may never run")
			} else if ignored(cur, 0) {
				c.report(call, "task", "the handle of this task is ignored, and its result with it: use Group.TryGo")
			}
		case code.IsCall(c.Info, call, code.Braid, "Group.TryGo"):
			if ignored(cur, 0) {
				c.report(call, "closed", "whether the group had ended is ignored: the task may never run; Group.Go panics then")
			}
		case code.IsCall(c.Info, call, code.Braid, "Open"):
			if ignored(cur, 0) {
				c.report(call, "group", "this group is ignored: nobody can close it")
			}
		}
	}
})

// ignored tells whether the i-th result of a call is dropped or assigned to _.
func ignored(cur inspector.Cursor, i int) bool {
	switch kind, at := cur.ParentEdge(); kind {
	case edge.ExprStmt_X, edge.GoStmt_Call, edge.DeferStmt_Call:
		return true
	case edge.AssignStmt_Rhs:
		as := cur.Parent().Node().(*ast.AssignStmt)
		if len(as.Rhs) > 1 {
			i = at
		}
		id, ok := as.Lhs[i].(*ast.Ident)
		return ok && id.Name == "_"
	case edge.ValueSpec_Values:
		vs := cur.Parent().Node().(*ast.ValueSpec)
		if len(vs.Values) > 1 {
			i = at
		}
		return vs.Names[i].Name == "_"
	}
	return false
}
