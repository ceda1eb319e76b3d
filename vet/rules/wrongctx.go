// Tasks that use another context than their own: a failing sibling, or the group's
// end, does not reach them.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// WrongCtx finds tasks that use another context than their own.
var WrongCtx = register(&Rule{
	Name:  "wrongctx",
	Title: "a task uses another context than its own",
	Why: "A group cancels its tasks by the context it made for them. A task that works with the context outside, or whose group's context was thrown away, " +
		"is not reached: when a sibling fails, the join waits for work that nobody wants.",
	Wrong: `
func both(ctx context.Context, a, b func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a(gctx) })
	g.Go(func() error { return b(ctx) })
	return g.Wait()
}
`,
	Right: `
func both(ctx context.Context, a, b func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a(ctx) })
	g.Go(func() error { return b(ctx) })
	return g.Wait()
}
`,
	Exempt: "A context made in the function around, where the task's own has no name; a context that is only asked for values, or why it ended, or, in a task that works under its own, whether to go on; one that is handed to what logs, traces or measures, unless it gives a context with which the task works; one that is waited for beside the task's own; beside the context of an errgroup any but that from which it was made (if that is a field's, what opens or starts something may be given it); a context that a method gives for another method of the same object, or for what opens or ends something; a request made before, where the response is kept; a wait for the end of the context around where another channel may say so too, a task may cancel it, or no other task can fail; functions that only log, open or end something with the context around, and those of an object whose cancel function more than what closes it calls; a group none of whose tasks could end with a context; a group of braid's under `context.Background` or `context.WithoutCancel` none of whose tasks fails, or which is supervised: its context ends with the join alone; `context.WithoutCancel` in some of the tasks.",
	Shapes: []Shape{
		{Name: "outer", Severity: Error, What: "a task that is given a context uses one of those outside, also to ask it in each round of a loop whether to go on, or sends a request that was made with one"},
		{Name: "field", Severity: Warning, What: "a task that is given a context hands one on that is kept in a field of an object outside, or that a method of it gives"},
		{Name: "group", Severity: Error, What: "a task of errgroup.WithContext uses another context than the group's, waits for the end of one alone, asks one in each round of a loop whether to go on, sends a request that was made with one, or fails by a function in sight that works with one"},
		{Name: "dropped", Severity: Error, What: "the context of errgroup.WithContext is assigned to _, or used by nobody"},
		{Name: "cutoff", Severity: Note, What: "all that the context of errgroup.WithContext is used for is context.WithoutCancel"},
	},
}, func(c *check) {
	groups := map[*types.Var]*types.Var{} // the context of each group
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if !code.IsCall(c.Info, call, code.Errgroup, "WithContext") {
			continue
		}
		as, ok := cur.Parent().Node().(*ast.AssignStmt)
		if !ok || len(as.Lhs) != 2 {
			continue
		}
		g, ctx := code.Var(c.Info, as.Lhs[0]), code.Var(c.Info, as.Lhs[1])
		id, _ := as.Lhs[1].(*ast.Ident)
		switch {
		case c.noneWaits(g), c.noneFails(g), !code.IsLocal(g) && code.IsCall(c.Info, callOf(call.Args[0]), "context", "Background", "TODO"):
		case id != nil && id.Name == "_", code.IsLocal(ctx) && !code.IsParam(c.Info, ctx) && len(c.released(ctx, false)) == 0:
			c.report(as.Lhs[1], "dropped", "the group's context is dropped: no task learns that a sibling has failed")
		case id != nil && c.onlyCutOff(id, ctx):
			c.report(id, "cutoff", id.Name+" is used for nothing but context.WithoutCancel: no task learns that a sibling has failed; without that it is an errgroup.Group that is meant")
		case g != nil && ctx != nil:
			if _, twice := groups[g]; twice {
				ctx = nil
			}
			groups[g] = ctx
		}
	}
	elsewhere := map[*ast.FuncLit]bool{}
	for _, t := range c.Tasks {
		if t.Lit == nil && t.Kind == code.ErrGroup {
			if lit := c.litElsewhere(t, groups); lit != nil && !elsewhere[lit] {
				elsewhere[lit] = true
				own := groups[code.Var(c.Info, t.Owner)]
				c.otherCtx(&code.Task{Kind: t.Kind, Lit: lit}, own, "group", "this task's group cancels another context, "+own.Name()+": ")
			}
			continue
		}
		if t.Lit == nil || t.Kind == code.Timer || c.Uncut(t) {
			continue
		}
		if own := anyCtxParam(c.Info, t.Lit.Type); own != nil {
			why := "this task has a context of its own: "
			c.otherCtx(t, own, "outer", why)
			c.asksEachRound(t, own, "outer", why)
			c.sentByOther(t, own, why)
			c.fieldCtx(t)
			continue
		}
		if t.Kind == code.ErrGroup && t.Owner != nil {
			if own := groups[code.Var(c.Info, t.Owner)]; own != nil {
				why := "this task's group cancels another context, " + own.Name() + ": "
				c.otherCtx(t, own, "group", why)
				c.asksEachRound(t, own, "group", why)
				c.parentAgain(t, own, why)
				c.sentBefore(t, own, why)
				c.throughCalls(t, own, why)
			}
		}
	}
})

// onlyCutOff tells whether the context of a group, declared together with that, is used in tasks only to be freed from its end, without a comment that says why.
func (c *check) onlyCutOff(id *ast.Ident, ctx *types.Var) bool {
	uses := c.released(ctx, false)
	if ctx == nil || c.Info.Defs[id] != types.Object(ctx) || len(uses) == 0 {
		return false
	}
	return !slices.ContainsFunc(uses, func(use inspector.Cursor) bool {
		call, ok := use.Parent().Node().(*ast.CallExpr)
		t := c.TaskAround(use)
		return !ok || !code.IsCall(c.Info, call, "context", "WithoutCancel") || t == nil || t.Kind != code.ErrGroup || code.Deferred(use) || c.amongEndings(use) || c.saysSo(call)
	})
}

// callOf gives the call that an expression is, or an empty one.
func callOf(e ast.Expr) *ast.CallExpr {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		return call
	}
	return &ast.CallExpr{Fun: ast.NewIdent("_")}
}

// noneFails tells whether all tasks of a local group are in sight, and return nil whatever happens: then none is there to cancel the others.
func (c *check) noneFails(g *types.Var) bool {
	tasks := 0
	for _, t := range c.Tasks {
		if t.Owner == nil || code.Var(c.Info, t.Owner) != g {
			continue
		}
		if t.Lit == nil || !returnsNil(t.Lit.Body) {
			return false
		}
		if _, only := t.Lit.Body.List[0].(*ast.ReturnStmt); only { // a stub says nothing
			return false
		}
		tasks++
	}
	return tasks > 0 && g != nil && !c.Escapes(g)
}

// noneWaits tells whether all tasks of a group are in sight, and none has anything to do with a context: nothing that could end
// with the group's.
func (c *check) noneWaits(g *types.Var) bool {
	tasks := 0
	for _, t := range c.Tasks {
		if t.Owner == nil || code.Var(c.Info, t.Owner) != g {
			continue
		}
		if t.Lit == nil || c.MentionsCtx(t.Lit) || code.Has(t.Lit.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SendStmt, *ast.SelectStmt:
				return true
			case *ast.UnaryExpr:
				return n.Op == token.ARROW
			case *ast.CallExpr:
				if lit := c.literalOf(n); lit != nil && c.MentionsCtx(lit) {
					return true
				}
				fn := code.Callee(c.Info, n)
				if fn == nil || fn.Pkg() == nil {
					return false
				}
				shape, _ := ctxForm(fn)
				return shape != "" || code.Is(fn, "time", "Sleep")
			}
			return false
		}) {
			return false
		}
		tasks++
	}
	return tasks > 0 && g != nil && !c.Escapes(g)
}

// literalOf gives the literal that a call runs, if that is all that a local variable ever holds.
func (c *check) literalOf(call *ast.CallExpr) *ast.FuncLit {
	if _, ok := unparen[*ast.Ident](call.Fun); !ok {
		return nil
	}
	return c.literalIn(call.Fun)
}

// anyCtxParam is code.CtxParam for literals whose context may also be named _, or have no name.
func anyCtxParam(info *types.Info, f *ast.FuncType) *types.Var {
	for _, field := range f.Params.List {
		if len(field.Names) == 0 && code.IsContext(info.TypeOf(field.Type)) {
			return types.NewParam(field.Pos(), nil, "", info.TypeOf(field.Type))
		}
		for _, name := range field.Names {
			if v, ok := info.Defs[name].(*types.Var); ok && code.IsContext(v.Type()) {
				return v
			}
		}
	}
	return nil
}

// otherCtx reports the first use in a task of each context from outside that is neither the
// task's own nor made of it.
func (c *check) otherCtx(t *code.Task, own *types.Var, shape, why string) {
	lit, ok := c.Root.FindNode(t.Lit)
	if !ok {
		return
	}
	seen := map[*types.Var]bool{own: true}
	for cur := range lit.Preorder((*ast.Ident)(nil)) {
		v, _ := c.Info.Uses[cur.Node().(*ast.Ident)].(*types.Var)
		if v == nil || seen[v] || !code.IsContext(v.Type()) || !code.IsLocal(v) || code.Within(c.declOf(v), t.Lit) {
			continue
		}
		if own.Name() == "" && !code.IsParam(c.Info, v) { // who gives his own no name may have made another on purpose
			continue
		}
		if shape == "group" && (!c.parentOf(v, own) || c.meansOuter(cur, t, v, own)) { // made for something else
			continue
		}
		if !c.Cancellable(v) || c.derives(v, own, 0) || c.looksOnly(cur, own) {
			continue
		}
		if in := c.TaskAround(cur); in != t && in != nil && (in.Kind == code.Bare || anyCtxParam(c.Info, in.Lit.Type) != nil) { // that one has a context itself
			continue
		}
		seen[v] = true
		c.report(cur.Node(), shape, why+v.Name()+" does not end with it")
	}
}

// parentOf tells whether the context of a group is made of another one, perhaps without a value that this one has, so that either may be meant.
func (c *check) parentOf(v, group *types.Var) bool {
	if call := callOf(c.Only(v)); v != group && code.IsLocal(v) && code.IsCall(c.Info, call, "context", "WithValue") {
		if of := code.Var(c.Info, call.Args[0]); of != nil && of != group {
			v = of
		}
	}
	return slices.ContainsFunc(c.Origins(group), func(e ast.Expr) bool {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		return ok && code.IsCall(c.Info, call, code.Errgroup, "WithContext") && code.Var(c.Info, call.Args[0]) == v
	})
}

// derives tells whether a context is made of another.
func (c *check) derives(v, of *types.Var, depth int) bool {
	if v == of {
		return true
	}
	if depth > 5 {
		return false
	}
	for _, o := range c.Origins(v) {
		call, ok := ast.Unparen(o).(*ast.CallExpr)
		if !ok {
			if w := code.Var(c.Info, o); w != nil && w != v && c.derives(w, of, depth+1) {
				return true
			}
			continue
		}
		for _, arg := range call.Args {
			if w := code.Var(c.Info, arg); w != nil && w != v && code.IsContext(w.Type()) && c.derives(w, of, depth+1) {
				return true
			}
		}
	}
	return false
}

// looksOnly tells whether a mention of a context does no work with it.
func (c *check) looksOnly(use inspector.Cursor, own *types.Var) bool {
	switch kind, _ := use.ParentEdge(); kind {
	case edge.SelectorExpr_X:
		switch use.Parent().Node().(*ast.SelectorExpr).Sel.Name {
		case "Value", "Err", "Deadline":
			return true
		case "Done": // beside its own
			for s := range use.Enclosing((*ast.SelectStmt)(nil)) {
				beside := false
				for _, clause := range s.Node().(*ast.SelectStmt).Body.List {
					if ctx, is := c.DoneClause(clause.(*ast.CommClause)); is && ctx == own {
						beside = true
					}
				}
				return beside
			}
		}
	case edge.CallExpr_Args:
		call := use.Parent().Node().(*ast.CallExpr)
		return (c.observes(call) || says(code.Callee(c.Info, call))) && !c.givesWork(use.Parent())
	case edge.AssignStmt_Lhs, edge.BinaryExpr_X, edge.BinaryExpr_Y:
		return true
	}
	return false
}
