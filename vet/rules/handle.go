// A handle that is ignored: of a task that has a result, of a group that has to be closed.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

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
		"`Task.Value` is for the time after the group has ended: it does not wait, and panics while the task runs. " +
		"The function that `AfterFunc` returns waits for what has begun, and what `Group.Defer` and `TryGo` return says that the group had ended. " +
		"`MoveOn` gives no error where it cut its body short: whether it did is its first result.",
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
	Exempt: "`Group.Go`, which has no handle; a handle that is kept where somebody may read it; `Value` behind a wait for whatever it is; what `MoveOn` cut short and the caller alone is given, whose length is asked for, or of which a comment says that it need not be all.",
	Shapes: []Shape{
		{Name: "task", Severity: Warning, What: "the handle of Fork or TryFork is ignored: Group.Go is for tasks without a result"},
		{Name: "unread", Severity: Warning, What: "handles are collected, also in an unexported field, and nobody reads them"},
		{Name: "early", Severity: Error, What: "Value is called where nothing has waited for the task: it panics"},
		{Name: "group", Severity: Error, What: "the group of Open is ignored: it cannot be closed"},
		{Name: "closed", Severity: Warning, What: "the error of TryGo or TryFork is ignored: the task may never run"},
		{Name: "slept", Severity: Error, What: "the error of Sleep is ignored in a loop that does not look at the context otherwise: once that is dead the loop no longer sleeps"},
		{Name: "fired", Severity: Warning, What: "whether the time of MoveOn ran out is assigned to _, and what its body collected of a list is kept under a key"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		switch {
		case code.IsCall(c.Info, call, code.Braid, "Fork", "Group.Fork"):
			c.earlyValue(cur)
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
		case code.IsCall(c.Info, call, code.Braid, "MoveOn", "MoveOnAt"):
			c.keptThoughFired(cur, call)
		case code.IsCall(c.Info, call, code.Braid, "Sleep"):
			c.sleepsDead(cur)
		case code.IsCall(c.Info, call, code.Braid, "Open"):
			if ignored(cur, 0) {
				c.report(call, "group", "this group is ignored: nobody can close it")
			}
		default:
			c.forkedInVain(cur, call)
		}
	}
	for o := range c.Uses {
		v, ok := o.(*types.Var)
		if !ok || code.IsParam(c.Info, v) || !isTasks(v.Type()) || !code.IsLocal(v) && (!v.IsField() || v.Exported() || v.Pkg() != c.Pkg) {
			continue
		}
		if at := c.onlyFilled(v); at != nil {
			c.report(at, "unread", "nobody reads the handles in "+v.Name()+", and the results are lost with them: use Group.Go for tasks without a result")
		}
	}
})

// sleepsDead reports a Sleep whose error is ignored, in a loop that goes on when the context is dead: then it never sleeps again.
func (c *check) sleepsDead(cur inspector.Cursor) {
	at, ok := code.LoopAround(cur)
	if !ok || !ignored(cur, 0) {
		return
	}
	loop, ok := at.Node().(*ast.ForStmt)
	if !ok || loop.Cond != nil && loop.Post != nil || c.LooksAtCtx(loop) || code.Has(loop, func(n ast.Node) bool {
		other, ok := n.(*ast.CallExpr)
		return ok && other != cur.Node() && c.CtxArg(other) != nil
	}) {
		return // it is counted, or ended by another
	}
	again := false
	fn, _ := code.FuncAround(cur)
	code.FlowOf(c.cfgs, fn.Node()).After(cur.Node(), func(step ast.Node) bool {
		again = again || code.Within(cur.Node(), step)
		return !again
	})
	if again {
		c.report(cur.Node(), "slept", "once the context is dead this returns at once, and the loop burns a processor: return its error")
	}
}

// isTasks tells whether a type is one of handles of tasks: a slice, array or map of them, or one alone.
func isTasks(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		t = u.Elem()
	case *types.Array:
		t = u.Elem()
	case *types.Map:
		t = u.Elem()
	}
	return code.IsNamed(t, code.Braid, "Task")
}

// forkedInVain reports a call of a function of the package that gives the handle of a task which it has forked, if nobody in the package keeps that.
func (c *check) forkedInVain(cur inspector.Cursor, call *ast.CallExpr) {
	fn := code.Callee(c.Info, call)
	decl, ok := c.Decls[fn]
	if !ok || !ignored(cur, 0) || fn.Exported() || !c.givesFork(decl.Node().(*ast.FuncDecl)) {
		return
	}
	for _, use := range c.Uses[fn] {
		if kind, _ := use.ParentEdge(); kind == edge.SelectorExpr_Sel {
			use = use.Parent()
		}
		if kind, _ := use.ParentEdge(); kind != edge.CallExpr_Fun || !ignored(use.Parent(), 0) {
			return
		}
	}
	c.report(call, "task", "the handle that "+fn.Name()+" gives is ignored, and the result of the task with it: use Group.Go for a task without a result")
}

// givesFork tells whether all that a function returns is what Fork gives.
func (c *check) givesFork(decl *ast.FuncDecl) bool {
	gives := false
	return !code.Has(decl.Body, func(n ast.Node) bool {
		ret, ok := n.(*ast.ReturnStmt)
		if !ok {
			return false
		}
		var fork *ast.CallExpr
		if len(ret.Results) == 1 {
			fork, _ = unparen[*ast.CallExpr](ret.Results[0])
		}
		gives = fork != nil && code.IsCall(c.Info, fork, code.Braid, "Fork", "Group.Fork")
		return !gives
	}) && gives
}

// onlyFilled gives the first mention of a variable if all that is done with it is to put something
// into it and to ask for its length.
func (c *check) onlyFilled(v *types.Var) (first ast.Node) {
	for _, use := range c.Uses[v] {
		if first == nil {
			first = use.Node()
		}
		if kind, _ := use.ParentEdge(); kind == edge.SelectorExpr_Sel {
			use = use.Parent()
		}
		kind, _ := use.ParentEdge()
		parent := use.Parent()
		switch kind {
		case edge.AssignStmt_Lhs:
		case edge.KeyValueExpr_Key: // T{field: …}
			if !v.IsField() {
				return nil
			}
		case edge.AssignStmt_Rhs: // _ = v
			if !slices.ContainsFunc(parent.Node().(*ast.AssignStmt).Lhs, func(e ast.Expr) bool { return !isBlank(e) }) {
				continue
			}
			return nil
		case edge.IndexExpr_X:
			if up, _ := parent.ParentEdge(); up != edge.AssignStmt_Lhs && !onlyAsksKey(parent) {
				return nil
			}
		case edge.CallExpr_Args:
			call := parent.Node().(*ast.CallExpr)
			switch c.Builtin(call) {
			case "len", "cap", "clear", "delete":
			case "append":
				as, ok := parent.Parent().Node().(*ast.AssignStmt)
				if !ok || len(as.Lhs) != 1 || !isVar(c.Info, as.Lhs[0], v) || call.Args[0] != use.Node() {
					return nil
				}
			default:
				return nil
			}
		default:
			return nil
		}
	}
	return first
}

// onlyAsksKey tells whether an index expression is asked only whether there is such a key: _, ok := m[key].
func onlyAsksKey(ix inspector.Cursor) bool {
	as, ok := ix.Parent().Node().(*ast.AssignStmt)
	return ok && len(as.Rhs) == 1 && len(as.Lhs) == 2 && isBlank(as.Lhs[0])
}

// isVar tells whether an expression is a variable, or that field of whatever.
func isVar(info *types.Info, e ast.Expr, v *types.Var) bool {
	w := code.Var(info, e)
	return w != nil && w.Origin() == v
}

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
