// A group, or the context of its tasks, that gets out of the block it belongs to.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Escape finds groups and their contexts that are kept, handed out or used after their end.
var Escape = register(&Rule{
	Name:  "escape",
	Title: "a group or its context outlives its block",
	Why: "A group ends with the block that waits for it, and its context dies then, also when nothing failed. " +
		"Kept in a field or a global, returned, sent, or used after `Wait`, they are dead: a call with the context fails at once with `context canceled`, " +
		"a task handed to an ended braid group panics, and an errgroup runs it with nobody to wait for it. " +
		"The best-known form is `g, ctx := errgroup.WithContext(ctx)`, which replaces the outer context: whatever comes after `g.Wait()` is given the dead one.",
	Wrong: `
func load(ctx context.Context, part func(context.Context) error, save func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return part(ctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return save(ctx)
}
`,
	Right: `
func load(ctx context.Context, part func(context.Context) error, save func(context.Context) error) error {
	g, groupCtx := errgroup.WithContext(ctx)
	g.Go(func() error { return part(groupCtx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return save(ctx)
}
`,
	Exempt: "A group made with `braid.Open` that is closed only where something has failed; groups made with `braid.Open`, or errgroups, in a field of an object that waits for them elsewhere; handles of tasks in a variable around the block, where their results can be had afterwards; values on their way down (arguments, a composite literal in a local variable that is not sent away); an object that is sent with a way to answer in it (a channel, a function, a `WaitGroup`), or over a channel from which the block, or a function of the package that it mentions, receives; " +
		"a variable around the block that is not used after it; after the end: `ctx.Err`, `ctx.Value`, `context.Cause`, `context.WithoutCancel`, logging; a body that is closed or drained; a group or context that is assigned anew in between; a context that was cancelled before anybody had it, so as to be dead.",
	Shapes: []Shape{
		{Name: "stored", Severity: Error, What: "a block's group, or its context, is stored in a field, an element or a global; or a function that works with the context of tasks which only ask for something"},
		{Name: "captured", Severity: Error, What: "it is assigned to a variable outside of its block"},
		{Name: "returned", Severity: Error, What: "it is returned from its block"},
		{Name: "sent", Severity: Error, What: "it is sent over a channel, perhaps in an object or in a function, and the block does not receive from that"},
		{Name: "task", Severity: Warning, What: "the handle of a block's task is stored, returned, or sent to outside of it"},
		{Name: "after", Severity: Error, What: "a group's context is used after its Wait, or what is dead with it: a context made of it, a function that works with it, the body of a response that was requested with it, a transaction, rows, a stream, a command or a request; also in what was deferred before"},
		{Name: "cancelled", Severity: Error, What: "a call is given a context after its cancel function was called"},
		{Name: "late", Severity: Error, What: "a task is handed to a group after its Wait"},
		{Name: "outlives", Severity: Error, What: "a goroutine that nobody waits for hands tasks to the group"},
		{Name: "fed", Severity: Warning, What: "a function that was subscribed somewhere hands tasks to the group, and is taken back only after its Wait"},
	},
}, func(c *check) {
	if c.Pkg.Path() == code.Braid {
		return // it makes the groups
	}
	e := &escaper{check: c, told: map[token.Pos]bool{}}
	blocks := map[*types.Var]block{}
	for _, t := range c.Tasks { // parameters of bodies and tasks
		if t.Lit == nil || t.Kind != code.BraidTask && t.Kind != code.ConcGroup {
			continue
		}
		for _, field := range t.Lit.Type.Params.List {
			for _, name := range field.Names {
				v, ok := c.Info.Defs[name].(*types.Var)
				if !ok {
					continue
				}
				if code.IsNamed(v.Type(), code.Braid, "Group") {
					blocks[v] = block{t.Lit, "the group"}
				} else if code.IsContext(v.Type()) {
					blocks[v] = block{t.Lit, "the context of a group"}
				}
			}
		}
	}
	for cur := range c.Root.Preorder((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) { // functions that are given a group
		if _, ok := cur.Node().(*ast.FuncLit); ok && !e.isBody(cur) {
			continue
		}
		typ, _ := code.FuncParts(cur.Node())
		for _, field := range typ.Params.List {
			for _, name := range field.Names {
				if v, ok := c.Info.Defs[name].(*types.Var); ok && code.IsNamed(v.Type(), code.Braid, "Group") {
					blocks[v] = block{cur.Node(), "the group"}
				}
			}
		}
	}
	for v, b := range blocks {
		e.escapes(v, b)
	}
	for _, t := range c.Tasks {
		if b, ok := blocks[code.Var(c.Info, t.Owner)]; ok && code.IsCall(c.Info, t.Call, code.Braid, "Fork", "Group.Fork", "TryFork", "Group.TryFork") {
			e.taskEscapes(t, b)
		}
	}
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if code.IsCall(c.Info, call, code.Errgroup, "Group.Wait") || code.IsCall(c.Info, call, code.Braid, "Group.Wait", "Group.Close") ||
			code.IsCall(c.Info, call, code.ConcPool, joinsOfConc...) || code.IsCall(c.Info, call, code.ConcPool, "Pool.Wait") {
			e.afterWait(cur, call)
		}
		e.cancelled(cur, call)
	}
})

type escaper struct {
	*check
	told map[token.Pos]bool
}

// isBody tells whether a literal is kept in a variable that braid.Run is given and nobody else has.
func (c *escaper) isBody(lit inspector.Cursor) bool {
	switch lit.Parent().Node().(type) {
	case *ast.AssignStmt, *ast.ValueSpec:
	default:
		return false
	}
	v := c.keptIn(lit)
	return code.IsLocal(v) && len(c.Uses[v]) > 0 && !slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		call, ok := use.Parent().Node().(*ast.CallExpr)
		return !ok || !code.IsCall(c.Info, call, code.Braid, "Run")
	})
}

func (c *escaper) tell(n ast.Node, shape, message string) {
	if !c.told[n.Pos()] {
		c.told[n.Pos()] = true
		c.report(n, shape, message)
	}
}

// block is where a group or context is good.
type block struct {
	fn   ast.Node
	what string
}

// escapes finds the mentions of v that carry it out of its block.
func (c *escaper) escapes(v *types.Var, b block) {
	for _, use := range c.Uses[v] {
		if b.what == "the group" {
			c.outlives(use, v, b)
		}
		shape, to := c.sink(use, b)
		if _, inline := b.fn.(*ast.FuncLit); shape == "" && inline && c.handsOver(use, v) {
			if lit, ok := c.literalIn(use, b); ok {
				if shape, to = c.sink(lit, b); shape != "" {
					to = "kept in a function that is " + to
				}
			}
		}
		if shape == "" {
			continue
		}
		c.tell(use.Node(), shape, fmt.Sprintf("%s (%s) is %s: it is dead when its block has ended", b.what, v.Name(), to))
	}
}

// sink says where an expression goes, if that is out of its block.
func (c *escaper) sink(use inspector.Cursor, b block) (shape, to string) {
	composite := false
	for cur := use; ; {
		kind, i := cur.ParentEdge()
		parent := cur.Parent()
		switch kind {
		case edge.ParenExpr_X, edge.UnaryExpr_X:
		case edge.SelectorExpr_X: // a method value keeps it
			if c.UseOf(cur) != code.MethodVal {
				return "", ""
			}
		case edge.KeyValueExpr_Value, edge.CompositeLit_Elts:
			composite = true
		case edge.CallExpr_Args:
			call := parent.Node().(*ast.CallExpr)
			if code.IsCall(c.Info, call, "sync/atomic", "Pointer.Store", "Value.Store") {
				return c.target(ast.Unparen(call.Fun).(*ast.SelectorExpr).X, b)
			}
			if kept := c.mapStoredIn(call, i); kept != nil {
				return c.target(kept, b)
			}
			if composite && c.sentByCall(call, i, b) {
				return "sent", "sent over a channel"
			}
			if c.Builtin(call) != "append" {
				return "", ""
			}
			composite = true
		case edge.AssignStmt_Rhs:
			as := parent.Node().(*ast.AssignStmt)
			if len(as.Lhs) != len(as.Rhs) {
				return "", ""
			}
			if c.sentIn(as.Lhs[i], composite, b) {
				return "sent", "sent over a channel"
			}
			return c.target(as.Lhs[i], b)
		case edge.SendStmt_Value:
			if !c.sentAway(parent.Node().(*ast.SendStmt), composite, b) {
				return "", ""
			}
			return "sent", "sent over a channel"
		case edge.ReturnStmt_Results:
			fn, ok := code.FuncAround(cur)
			if !ok || fn.Node() != b.fn && c.calledInPlace(fn) {
				return "", ""
			}
			if _, isDecl := b.fn.(*ast.FuncDecl); isDecl && composite { // an object made for the group's own work
				return "", ""
			}
			if fn.Node() != b.fn {
				return "", ""
			}
			return "returned", "returned"
		default:
			return "", ""
		}
		cur = parent
	}
}

// mapStoredIn gives the sync.Map in which a call stores its i-th argument, if nothing in the package takes anything out of that again; else nil.
func (c *escaper) mapStoredIn(call *ast.CallExpr, i int) ast.Expr {
	if !code.IsCall(c.Info, call, "sync", "Map.Store", "Map.Swap", "Map.LoadOrStore") || i != 1 {
		return nil
	}
	in := ast.Unparen(call.Fun).(*ast.SelectorExpr).X
	m := code.Var(c.Info, in)
	if m == nil || slices.ContainsFunc(c.Uses[m], func(use inspector.Cursor) bool {
		if kind, _ := use.ParentEdge(); kind == edge.SelectorExpr_Sel {
			use = use.Parent()
		}
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		if !ok {
			return c.UseOf(use) != code.Assigned // others have it
		}
		switch sel.Sel.Name {
		case "Delete", "LoadAndDelete", "CompareAndDelete", "Clear":
			return true
		}
		return false
	}) {
		return nil
	}
	return in
}

func (c *escaper) calledInPlace(fn inspector.Cursor) bool {
	kind, _ := fn.ParentEdge()
	return kind == edge.CallExpr_Fun
}

// target says what an assignment to lhs means for something that is good in a block.
func (c *escaper) target(lhs ast.Expr, b block) (shape, to string) {
	inBlock := func(v *types.Var) bool { return b.fn.Pos() <= v.Pos() && v.Pos() < b.fn.End() }
	if id, ok := ast.Unparen(lhs).(*ast.Ident); ok {
		v, _ := c.Info.ObjectOf(id).(*types.Var)
		switch {
		case v == nil || id.Name == "_" || code.IsLocal(v) && inBlock(v):
			return "", ""
		case code.IsLocal(v):
			if !c.usedAfter(v, nil, b) {
				return "", ""
			}
			return "captured", "assigned to a variable outside of its block"
		}
		return "stored", "stored in a global"
	}
	root := rootOf(c.Info, lhs)
	if root != nil && code.IsLocal(root) && inBlock(root) && root.Kind() == types.LocalVar {
		return "", ""
	}
	if root != nil && code.IsLocal(root) && root.Kind() == types.LocalVar && !c.usedAfter(root, code.Var(c.Info, lhs), b) {
		return "", ""
	}
	return "stored", "stored in what outlives it"
}

// usedAfter tells whether a variable of the function around a block, or a field of it, is
// used after the block in a way that needs a group or context which has not ended.
func (c *escaper) usedAfter(v, field *types.Var, b block) bool {
	lit, ok := c.Root.FindNode(b.fn)
	if !ok {
		return true
	}
	end := lit.Parent().Node().End()
	for _, use := range c.Uses[v] {
		if use.Node().Pos() < end {
			continue
		}
		if field != nil {
			sel, ok := use.Parent().Node().(*ast.SelectorExpr)
			if kind, _ := use.ParentEdge(); kind == edge.SelectorExpr_X && (!ok || sel.Sel.Name != field.Name()) {
				continue
			}
			return true
		}
		if b.what == "the group" || c.needsLive(use) {
			return true
		}
		switch c.UseOf(use) {
		case code.Returned, code.Stored:
			return true
		}
	}
	return false
}

// rootOf gives the variable that x.f[i].g starts from.
func rootOf(info *types.Info, e ast.Expr) *types.Var {
	for {
		switch n := ast.Unparen(e).(type) {
		case *ast.SelectorExpr:
			e = n.X
		case *ast.IndexExpr:
			e = n.X
		case *ast.StarExpr:
			e = n.X
		case *ast.Ident:
			v, _ := info.ObjectOf(n).(*types.Var)
			return v
		default:
			return nil
		}
	}
}

// outlives finds tasks that a goroutine or a timer, which the block does not wait for, hands to the group.
func (c *escaper) outlives(use inspector.Cursor, v *types.Var, b block) {
	if !c.handsOver(use, v) {
		return
	}
	t := c.TaskAround(use)
	if t == nil || t.Kind != code.Bare && t.Kind != code.Timer || !code.Within(t.At.Node(), b.fn) || c.joins(t) {
		return
	}
	c.tell(use.Node(), "outlives", fmt.Sprintf("%s may have ended when this goroutine, which nobody waits for, hands it a task", v.Name()))
}

// handsOver tells whether a mention of a group hands it a task.
func (c *escaper) handsOver(use inspector.Cursor, v *types.Var) bool {
	for _, t := range c.Tasks {
		if t.Owner != nil && code.Within(use.Node(), t.Call) && code.Within(use.Node(), t.Owner) && !t.Body {
			return true
		}
	}
	return false
}
