// Derived contexts that miss their purpose: nobody uses them, or they pile up.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Shadowed finds derived contexts that miss their purpose.
var Shadowed = register(&Rule{
	Name:  "shadowed",
	Title: "a derived context misses its purpose",
	Why: "`ctx, cancel := context.WithTimeout(ctx, d)` in an inner block makes a second variable: what comes after the block still has the old context, " +
		"without the timeout. And a context that a loop derives from itself grows by one link a round, with each deadline under the one before.",
	Wrong: `
func load(ctx context.Context, limit time.Duration, get func(context.Context) error) error {
	if limit > 0 {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		_ = ctx
	}
	return get(ctx)
}
`,
	Right: `
func load(ctx context.Context, limit time.Duration, get func(context.Context) error) error {
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	return get(ctx)
}
`,
	Exempt: "A derived context that anything but a log is given, that is waited for, or by whose end a loop goes, or that has more values and a log is given; a loop that is left in the same round, or sets the variable anew; values under another key in each round; a context that is put together in the loop for what comes behind it; `context.WithoutCancel`.",
	Shapes: []Shape{
		{Name: "unused", Severity: Error, What: "a derived context is used by nobody, or one with another end by nobody but a log or who asks whether it has ended, and its parent is used afterwards"},
		{Name: "grows", Severity: Warning, What: "a loop assigns to a context what it derives from it"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.AssignStmt)(nil)) {
		as := cur.Node().(*ast.AssignStmt)
		if len(as.Rhs) != 1 {
			continue
		}
		call, ok := ast.Unparen(as.Rhs[0]).(*ast.CallExpr)
		if !ok || len(call.Args) == 0 || !code.IsContext(firstResult(c, call)) {
			continue
		}
		id, ok := as.Lhs[0].(*ast.Ident)
		if !ok {
			continue
		}
		if id.Name == "_" {
			if ends(c.Info, call) && !isBlank(as.Lhs[1]) { // else the rule cancel tells of it
				c.report(id, "unused", "the context of context."+code.CalleeName(call)+" is dropped: nothing ends with it")
			}
			continue
		}
		v, parent := code.Var(c.Info, id), code.Var(c.Info, call.Args[0])
		if !code.IsLocal(v) || parent == nil || !code.IsContext(parent.Type()) {
			continue
		}
		if c.Info.Defs[id] != nil {
			if v != parent && code.IsLocal(parent) && c.idle(v, ends(c.Info, call)) && c.usedAfter(parent, as.End()) {
				c.report(id, "unused", "nobody uses this context: what follows is given "+parent.Name()+", without it")
			}
			continue
		}
		if fn := code.Callee(c.Info, call); v == parent && fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == "context" && fn.Name() != "WithoutCancel" && !c.anotherEachRound(cur, call) {
			c.grows(cur, id, v)
		}
	}
})

// anotherEachRound tells whether the key of a value that is put into a context is another one in each round of the loop: all are wanted.
func (c *check) anotherEachRound(cur inspector.Cursor, call *ast.CallExpr) bool {
	loop, ok := code.LoopAround(cur)
	return ok && code.IsCall(c.Info, call, "context", "WithValue") && code.Has(call.Args[1], func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return false
		}
		v, ok := c.Info.Uses[id].(*types.Var)
		return ok && loop.Node().Pos() <= v.Pos() && v.Pos() < loop.Node().End()
	})
}

// ends tells whether a call makes a context that ends before the one that it is made of: for a log that makes no difference, while values do.
func ends(info *types.Info, call *ast.CallExpr) bool {
	return code.IsCall(info, call, "context", "WithCancel", "WithCancelCause", "WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause")
}

// idle tells whether a context is used by nobody but _ and, if all that is to come of it is its end, by logs and by who asks whether it has come.
func (c *check) idle(v *types.Var, endOnly bool) bool {
	for _, use := range c.released(v, false) {
		if endOnly && c.asksOnce(use) {
			continue
		}
		call, ok := use.Parent().Node().(*ast.CallExpr)
		if !ok || !endOnly || !c.logs(call) || !c.unasked(use.Parent()) || c.OnlyAsks(code.Callee(c.Info, call)) || ending.MatchString(code.CalleeName(call)) || code.IsContext(firstResult(c, call)) {
			return false
		}
	}
	return true
}

// asksOnce tells whether a use of a context asks whether it has ended, and no loop goes by that.
func (c *check) asksOnce(use inspector.Cursor) bool {
	for range use.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil)) {
		return false
	}
	for call := range use.Enclosing((*ast.CallExpr)(nil)) {
		return c.ErrOf(call.Node().(*ast.CallExpr)) == use.Node()
	}
	return false
}

// unasked tells whether nobody looks at what a call gives, or it is a logger: what looks like one by its name, and gives something, is none.
func (c *check) unasked(call inspector.Cursor) bool {
	kind, _ := call.ParentEdge()
	return kind == edge.ExprStmt_X || givesLog(c.Info.TypeOf(call.Node().(ast.Expr)))
}

// usedAfter tells whether a call is given a context somewhere behind pos.
func (c *check) usedAfter(v *types.Var, pos token.Pos) bool {
	for _, use := range c.Uses[v] {
		if call, ok := use.Parent().Node().(*ast.CallExpr); ok && use.Node().Pos() > pos && !c.observes(call) {
			return true
		}
	}
	return false
}

func (c *check) grows(cur inspector.Cursor, at ast.Node, v *types.Var) {
	loop, ok := code.LoopAround(cur)
	if !ok || loop.Node().Pos() <= v.Pos() && v.Pos() < loop.Node().End() {
		return
	}
	if outer, ok := code.LoopAround(loop); (!ok || code.Within(c.declOf(v), outer.Node())) && c.builtUp(cur, loop, v) {
		return
	}
	fn, _ := code.FuncAround(cur)
	f := code.FlowOf(c.cfgs, fn.Node())
	if f == nil {
		return
	}
	again := false
	f.After(cur.Node(), func(step ast.Node) bool {
		if code.Within(cur.Node(), step) {
			again = true
			return false
		}
		return !again && !code.Has(step, func(n ast.Node) bool { // set anew
			as, ok := n.(*ast.AssignStmt)
			return ok && as.Tok == token.ASSIGN && len(as.Lhs) > 0 && code.Var(c.Info, as.Lhs[0]) == v
		})
	})
	if again {
		c.report(at, "grows", v.Name()+" grows by one link each round of the loop: derive into a variable of the round")
	}
}

// builtUp tells whether a loop puts together a context that is for what comes behind it: there it is used, and in the loop by nobody but what derives
// the next one; or values were put into it, and it is returned.
func (c *check) builtUp(cur, loop inspector.Cursor, v *types.Var) bool {
	fn, _ := code.FuncAround(cur)
	after, within, returned := false, false, false
	for _, use := range c.Uses[v] {
		in, _ := code.FuncAround(use)
		switch {
		case c.UseOf(use) == code.Assigned:
		case use.Node().Pos() > loop.Node().End():
			after = after || code.Within(use.Node(), fn.Node())
			returned = returned || in == fn && c.UseOf(use) == code.Returned
		case code.Within(use.Node(), loop.Node()):
			within = within || in != fn || !c.setsSame(use, v)
		}
	}
	call, _ := ast.Unparen(cur.Node().(*ast.AssignStmt).Rhs[0]).(*ast.CallExpr)
	return after && !within || returned && code.IsCall(c.Info, call, "context", "WithValue")
}

// setsSame tells whether a mention of a context is in what the same variable is given.
func (c *check) setsSame(use inspector.Cursor, v *types.Var) bool {
	for up := range use.Enclosing((*ast.AssignStmt)(nil), (*ast.BlockStmt)(nil)) {
		as, ok := up.Node().(*ast.AssignStmt)
		return ok && code.Var(c.Info, as.Lhs[0]) == v
	}
	return false
}
