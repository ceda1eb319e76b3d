// Pauses that keep nobody: of contexts that cannot end there, in what shuts down, short in all rounds. Part of the rule sleep.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"time"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// keepsNobody tells whether a pause need not end with the context in reach.
func (c *check) keepsNobody(cur inspector.Cursor, r *code.Reach) bool {
	if c.boundsOwn(r.Ctx) || beforeExit(c, r.Task) || c.besides(cur, r) || c.endedBefore(cur) || c.cannotEnd(cur, r) || c.endsLater(cur, r.Ctx) || c.isEnding(cur) || c.programEnds(cur) {
		return true
	}
	loop, ok := code.LoopAround(cur)
	return ok && c.goesOn(loop.Node(), r.Ctx)
}

// inAll gives how long a loop pauses in all its rounds, at most: longer than anything if their number is no constant.
func (c *check) inAll(loop inspector.Cursor, pause time.Duration) time.Duration {
	rounds, known := int64(0), false
	switch n := loop.Node().(type) {
	case *ast.RangeStmt:
		rounds, known = code.IntValue(c.Info, n.X)
	case *ast.ForStmt:
		if n.Post == nil {
			break
		}
		ast.Inspect(n.Cond, func(m ast.Node) bool {
			if b, ok := m.(*ast.BinaryExpr); ok && !known && (b.Op == token.LSS || b.Op == token.LEQ) {
				rounds, known = code.IntValue(c.Info, b.Y)
			}
			return !known
		})
	}
	if !known || rounds > int64(allPauses) {
		return allPauses + 1
	}
	return time.Duration(rounds) * pause
}

// joinedBefore tells whether a context is that of an errgroup which the function has waited for before a place: it has ended.
func (c *check) joinedBefore(cur inspector.Cursor, ctx *types.Var) bool {
	here, _ := code.FuncAround(cur)
	for _, o := range c.Origins(ctx) {
		call, ok := ast.Unparen(o).(*ast.CallExpr)
		if !ok || !code.IsCall(c.Info, call, code.Errgroup, "WithContext") {
			continue
		}
		at, ok := c.Root.FindNode(call)
		if !ok {
			continue
		}
		as, ok := at.Parent().Node().(*ast.AssignStmt)
		if !ok {
			continue
		}
		if slices.ContainsFunc(c.Uses[code.Var(c.Info, as.Lhs[0])], func(use inspector.Cursor) bool {
			sel, ok := use.Parent().Node().(*ast.SelectorExpr)
			in, _ := code.FuncAround(use)
			return ok && sel.Sel.Name == "Wait" && in == here && use.Node().Pos() < cur.Node().Pos() && !code.Deferred(use)
		}) {
			return true
		}
	}
	return false
}

// cannotEnd tells whether the context in reach cannot end while the pause lasts: the function has asked whether there is a Done at all, has waited for the
// group that the context is of, or has made the context itself of none that can end, without a limit of time, and ends it by nothing but a defer.
func (c *check) cannotEnd(cur inspector.Cursor, r *code.Reach) bool {
	_, body := code.FuncParts(r.Func.Node())
	if code.Has(body, func(n ast.Node) bool {
		b, ok := n.(*ast.BinaryExpr)
		return ok && (b.Op == token.NEQ || b.Op == token.EQL) && c.DoneOf(b.X) != nil && isNilIdent(c.Info, b.Y)
	}) {
		return true
	}
	if c.shadowedByNone(cur, r.Ctx) {
		return true
	}
	if c.joinedBefore(cur, r.Ctx) {
		return true
	}
	if c.Given(r.Ctx) || r.Ctx.IsField() || r.Task != nil {
		return false
	}
	for _, o := range c.Origins(r.Ctx) {
		call, ok := ast.Unparen(o).(*ast.CallExpr)
		if !ok || !code.IsCall(c.Info, call, "context", "WithCancel", "WithCancelCause") {
			return false
		}
		at, ok := c.Root.FindNode(call)
		if !ok {
			return false
		}
		as, ok := at.Parent().Node().(*ast.AssignStmt)
		if !ok || len(as.Lhs) != 2 {
			return false
		}
		cancel := code.Var(c.Info, as.Lhs[1])
		if !code.IsLocal(cancel) || slices.ContainsFunc(c.Uses[cancel], func(use inspector.Cursor) bool {
			kind, _ := use.Parent().ParentEdge()
			return kind != edge.DeferStmt_Call
		}) {
			return false
		}
	}
	return len(c.Origins(r.Ctx)) > 0
}

// shadowedByNone tells whether the name of the context in reach means another one at a place, of none that can end.
func (c *check) shadowedByNone(cur inspector.Cursor, ctx *types.Var) bool {
	scope := c.Pkg.Scope().Innermost(cur.Node().Pos())
	if scope == nil {
		return false
	}
	_, obj := scope.LookupParent(ctx.Name(), cur.Node().Pos())
	v, ok := obj.(*types.Var)
	return ok && v != ctx && code.IsLocal(v) && code.IsContext(v.Type()) && !c.Cancellable(v)
}

// endsLater tells whether a variable of the function's own holds at a place, on each way to it, a context that nothing can end.
func (c *check) endsLater(cur inspector.Cursor, v *types.Var) bool {
	fn, ok := code.FuncAround(cur)
	if !ok || !code.IsLocal(v) || code.IsParam(c.Info, v) {
		return false
	}
	if in, ok := c.DeclaredIn(v); !ok || in != fn {
		return false
	}
	steps, start := code.FlowOf(c.cfgs, fn.Node()).Reaching(cur.Node(), func(step ast.Node) bool { return sets(c, step, v) })
	for _, step := range steps {
		as, ok := step.(*ast.AssignStmt)
		if !ok || len(as.Lhs) != 1 || len(as.Rhs) != 1 {
			return false
		}
		if call, ok := ast.Unparen(as.Rhs[0]).(*ast.CallExpr); !ok || !code.IsCall(c.Info, call, "context", "Background", "TODO", "WithoutCancel") {
			return false
		}
	}
	return len(steps) > 0 && !start
}

// isEnding tells whether a place is in a function that is about the end of things, by its name.
func (c *check) isEnding(cur inspector.Cursor) bool {
	decl, _ := code.DeclAround(cur)
	return decl != nil && ending.MatchString(decl.Name.Name)
}

// boundsOwn tells whether a context bounds a call of the function's own, and comes from nowhere else.
func (c *check) boundsOwn(v *types.Var) bool {
	if v == nil || c.Given(v) {
		return false
	}
	for _, e := range c.Origins(v) {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		if ok && code.IsCall(c.Info, call, "context", "Background", "TODO") {
			continue
		}
		if !ok || !code.IsCall(c.Info, call, "context", "WithTimeout", "WithDeadline", "WithTimeoutCause", "WithDeadlineCause") {
			return false
		}
	}
	return len(c.Origins(v)) > 0
}

// besides tells whether a pause has nothing to do with the context in reach: it is in a goroutine that nobody waits for and that does not use it, outside of loops;
// or the function around has made that itself, for something else, and it is in no loop that uses it, or in a goroutine that does not.
func (c *check) besides(cur inspector.Cursor, r *code.Reach) bool {
	if c.Given(r.Ctx) {
		t := r.Task
		_, looped := code.LoopAround(cur)
		return !looped && t != nil && t.Kind == code.Bare && t.Lit != nil && !c.MentionsCtx(t.Lit) && !c.joins(t)
	}
	if t := r.Task; t != nil && t.Kind == code.Bare && t.Lit != nil {
		return !c.MentionsCtx(t.Lit)
	}
	loop, ok := code.LoopAround(cur)
	return !ok || !c.MentionsCtx(loop.Node())
}

// goesOn tells whether a loop is meant to go on when a context has ended: it frees what it calls by context.WithoutCancel, or ends itself that context or one
// that it is made of.
func (c *check) goesOn(loop ast.Node, ctx *types.Var) bool {
	if uses(c, loop, "context", "WithoutCancel") {
		return true
	}
	for depth := 0; code.IsLocal(ctx) && depth < 5; depth++ {
		made := c.Origins(ctx)
		if len(made) != 1 {
			return false
		}
		call, ok := ast.Unparen(made[0]).(*ast.CallExpr)
		if !ok || !ends(c.Info, call) {
			return false
		}
		at, ok := c.Root.FindNode(call)
		if !ok {
			return false
		}
		if as, ok := at.Parent().Node().(*ast.AssignStmt); ok && len(as.Lhs) == 2 {
			if cancel := code.Var(c.Info, as.Lhs[1]); code.IsLocal(cancel) && !code.Within(as, loop) && slices.ContainsFunc(c.Uses[cancel], func(use inspector.Cursor) bool {
				in, ok := code.LoopAround(use)
				return ok && in.Node() == loop && c.UseOf(use) == code.Called && !code.Deferred(use)
			}) {
				return true
			}
		}
		ctx = code.Var(c.Info, call.Args[0])
	}
	return false
}

// programEnds tells whether the program ends right behind a pause: next comes os.Exit, some Fatal or a function of the package that ends so, after no
// more than logs.
func (c *check) programEnds(cur inspector.Cursor) bool {
	for at := cur; ; at = at.Parent() {
		switch at.Parent().Node().(type) {
		case *ast.ExprStmt:
			continue
		case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
		case *ast.IfStmt:
			continue
		default:
			return false
		}
		for next, ok := at.NextSibling(); ok; next, ok = next.NextSibling() {
			if c.endsProgram(next.Node()) {
				return true
			}
			s, ok := next.Node().(*ast.ExprStmt)
			if !ok {
				return false
			}
			if call, ok := s.X.(*ast.CallExpr); !ok || !c.logs(call) {
				return false
			}
		}
	}
}

// beforeExit tells whether a pause is in a goroutine that ends the program.
func beforeExit(c *check, t *code.Task) bool {
	return t != nil && t.Kind == code.Bare && t.Lit != nil && uses(c, t.Lit.Body, "os", "Exit")
}
