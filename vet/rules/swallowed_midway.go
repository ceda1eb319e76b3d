// Work that is left in the middle: loops that are left when the context has ended, and walks. Part of the rule swallowed.

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

// whileLives looks at `for ctx.Err() == nil`, also with a condition beside it that says whether something is left to do, behind which nil is returned.
func (c *check) whileLives(cur inspector.Cursor, n *ast.ForStmt) {
	ctx, more := c.livesCond(n.Cond)
	if ctx == nil {
		return
	}
	fn, r := c.errFunc(cur)
	v := code.Var(c.Info, ctx)
	if r == nil || v == nil || v.IsField() || c.derivedHere(v, fn) || c.boolResult(fn) || c.saysWhy(n) || c.promised(cur) {
		return
	}
	ret := c.behind(cur)
	if ret == nil || c.nilReturn([]ast.Stmt{ret}) == nil {
		return
	}
	more = more || c.lastPage(cur, n)
	shape := "break"
	if more && (c.unheard(fn, 0) || c.neverFails(fn) || c.serves(cur, fn)) || !more && c.service(cur, fn, ret) {
		shape = "service"
	}
	c.report(ret, shape, "the loop is left when "+v.Name()+" has ended, and nil says that all was done: return context.Cause("+v.Name()+")")
}

// livesCond gives the context that a loop's condition asks whether it still lives, alone or, which more tells, beside others, each of
// which says that something is left to do.
func (c *check) livesCond(cond ast.Expr) (ctx ast.Expr, more bool) {
	b, ok := unparen[*ast.BinaryExpr](cond)
	switch {
	case !ok:
	case b.Op == token.EQL && isNil(b, token.EQL):
		return c.ErrOf(b.X), false
	case b.Op == token.LAND:
		for _, sides := range [][2]ast.Expr{{b.X, b.Y}, {b.Y, b.X}} {
			if ctx, _ := c.livesCond(sides[0]); ctx != nil && c.saysMore(sides[1]) {
				return ctx, true
			}
		}
	}
	return nil, false
}

// lastPage tells whether a loop is left when nothing more is left to do: when a text that one round leaves to the next, as the token of a page is, is empty.
func (c *check) lastPage(loop inspector.Cursor, n *ast.ForStmt) bool {
	for cur := range loop.Preorder((*ast.BranchStmt)(nil)) {
		left, ok := brokenLoop(cur, cur.Node().(*ast.BranchStmt))
		if cur.Node().(*ast.BranchStmt).Tok != token.BREAK || !ok || left != loop {
			continue
		}
		s, ok := cur.Parent().Parent().Node().(*ast.IfStmt)
		if !ok || !code.Within(cur.Node(), s.Body) {
			continue
		}
		b, ok := unparen[*ast.BinaryExpr](s.Cond)
		if !ok || b.Op != token.EQL || c.Info.Types[b.Y].Value == nil || c.Info.Types[b.Y].Value.ExactString() != `""` {
			continue
		}
		if v := code.Var(c.Info, b.X); code.IsLocal(v) && v.Kind() == types.LocalVar && c.carriedOn(v, n) {
			return true
		}
	}
	return false
}

// carriedOn tells whether a variable outlives a round of a loop that sets it, or is assigned to one that does.
func (c *check) carriedOn(v *types.Var, loop *ast.ForStmt) bool {
	outlives := func(v *types.Var) bool { return code.IsLocal(v) && !code.Within(c.declOf(v), loop.Body) }
	return code.Has(loop.Body, func(n ast.Node) bool {
		as, ok := n.(*ast.AssignStmt)
		return ok && as.Tok == token.ASSIGN && (slices.ContainsFunc(as.Lhs, func(l ast.Expr) bool { return outlives(v) && code.Var(c.Info, l) == v }) ||
			len(as.Lhs) == 1 && code.Var(c.Info, as.Rhs[0]) == v && outlives(code.Var(c.Info, as.Lhs[0])))
	})
}

// saysMore tells whether a condition says that something is left to do: it compares a number, a text or the length of something of the function's
// own. What an object keeps is there when it is asked again, and a time or a switch says nothing of work.
func (c *check) saysMore(cond ast.Expr) bool {
	b, ok := unparen[*ast.BinaryExpr](cond)
	if !ok || !slices.Contains([]token.Token{token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ}, b.Op) {
		return false
	}
	for _, side := range []ast.Expr{b.X, b.Y} {
		if basic, ok := under(c.Info.TypeOf(side)).(*types.Basic); !ok || basic.Info()&(types.IsInteger|types.IsString) == 0 || code.IsNamed(c.Info.TypeOf(side), "time", "Duration") {
			return false
		}
		if call, ok := unparen[*ast.CallExpr](side); ok {
			if c.Builtin(call) != "len" {
				return false
			}
			side = call.Args[0]
		}
		if tv := c.Info.Types[side]; tv.Value != nil {
			continue
		}
		if v := code.Var(c.Info, side); !code.IsLocal(v) || v.Kind() == types.RecvVar {
			return false
		}
	}
	return true
}

// midway looks at a branch for errors that are cancellations which returns nil, in a loop over things that are at hand, where nil is
// also returned when all are done.
func (c *check) midway(cur inspector.Cursor, s *ast.IfStmt) {
	if !c.on("midway") || len(s.Body.List) == 0 {
		return
	}
	err := c.saysCancelled(s.Cond)
	loop, ok := code.LoopAround(cur)
	if err == nil || !ok || !c.atHand(loop) {
		return
	}
	fn, r := c.errFunc(cur)
	ret := c.nilReturn(s.Body.List)
	if r == nil || ret == nil || c.boolResult(fn) || c.keeps(s.Body.List[:len(s.Body.List)-1]) || c.saysWhy(s) || c.promised(cur) || c.behind(loop) == nil {
		return
	}
	call := c.givesErr(cur, s.Init, err)
	if call == nil {
		call = c.checkedErr(cur, err)
	}
	if call == nil || c.observes(call) {
		return
	}
	ctx := code.Var(c.Info, c.CtxArg(call))
	if ctx == nil || ctx.IsField() || c.derivedHere(ctx, fn) || c.unheard(fn, 0) || c.neverFails(fn) || c.onlyToldOf(fn) {
		return
	}
	c.report(ret, "midway", "what is left of the loop is not done when "+ctx.Name()+" has ended, and nil says that all was: return the error of "+code.CalleeName(call))
}

// checkedErr gives the call that an error comes from where the branch is the first thing in one that asks whether there is an error.
func (c *check) checkedErr(cur inspector.Cursor, err *types.Var) *ast.CallExpr {
	outer := cur.Parent().Parent()
	s, ok := outer.Node().(*ast.IfStmt)
	if !ok || len(s.Body.List) == 0 || s.Body.List[0] != cur.Node() || !isNil(s.Cond, token.NEQ) || code.Var(c.Info, ast.Unparen(s.Cond).(*ast.BinaryExpr).X) != err {
		return nil
	}
	return c.givesErr(outer, s.Init, err)
}

// saysCancelled gives the error that a condition says to be a cancellation: by errors.Is, or by a function of the package that asks so of it.
func (c *check) saysCancelled(cond ast.Expr) *types.Var {
	call, ok := unparen[*ast.CallExpr](cond)
	if !ok || len(call.Args) == 0 {
		return nil
	}
	err := code.Var(c.Info, call.Args[0])
	if err == nil || !code.IsLocal(err) || !code.IsError(err.Type()) {
		return nil
	}
	if code.IsCall(c.Info, call, "errors", "Is") {
		if isCancellation(c.Info, call.Args[1]) {
			return err
		}
		return nil
	}
	if len(call.Args) == 1 && slices.ContainsFunc(c.yesFor(code.Callee(c.Info, call)), func(e ast.Expr) bool { return isCancellation(c.Info, e) }) {
		return err
	}
	return nil
}

// atHand tells whether a loop is over things that are at hand: a slice, a map, a number, or what slices and maps make of such.
func (c *check) atHand(loop inspector.Cursor) bool {
	s, ok := loop.Node().(*ast.RangeStmt)
	if !ok {
		return false
	}
	switch t := under(c.Info.TypeOf(s.X)).(type) {
	case *types.Slice, *types.Array, *types.Pointer, *types.Map:
		return true
	case *types.Basic:
		return t.Info()&types.IsInteger != 0
	}
	call, ok := unparen[*ast.CallExpr](s.X)
	if !ok {
		return false
	}
	fn := code.Callee(c.Info, call)
	return fn != nil && fn.Pkg() != nil && (fn.Pkg().Path() == "slices" || fn.Pkg().Path() == "maps")
}

// onlyToldOf tells whether all that is done with the error of a function is to log it, wherever it is called: it has nobody who goes on with its nil.
func (c *check) onlyToldOf(fn inspector.Cursor) bool {
	decl, ok := fn.Node().(*ast.FuncDecl)
	if !ok {
		return false
	}
	uses := c.Uses[c.Info.Defs[decl.Name]]
	return len(uses) > 0 && !slices.ContainsFunc(uses, func(use inspector.Cursor) bool {
		for up := range use.Enclosing((*ast.IfStmt)(nil), (*ast.ReturnStmt)(nil), (*ast.FuncLit)(nil)) {
			s, ok := up.Node().(*ast.IfStmt)
			return !ok || code.Within(use.Node(), s.Body) || s.Else != nil || c.keeps(s.Body.List)
		}
		return true
	})
}

// cutWalk looks at what the callback of a walk over files returns when the context has ended, if that is no error: the rest is skipped, or looked at in vain, and the walk
// gives nil. It tells whether the function is such a callback.
func (c *check) cutWalk(cur, fn inspector.Cursor, v *types.Var, body []ast.Stmt) bool {
	if kind, _ := fn.ParentEdge(); kind != edge.CallExpr_Args {
		return false
	}
	walk := fn.Parent()
	if call := walk.Node().(*ast.CallExpr); !code.IsCall(c.Info, call, "path/filepath", "Walk", "WalkDir") && !code.IsCall(c.Info, call, "io/fs", "WalkDir") {
		return false
	}
	ret, ok := body[len(body)-1].(*ast.ReturnStmt)
	if !ok {
		return false
	}
	outer, r := c.errFunc(walk)
	if r == nil || !c.skipsWalk(ret) || c.keeps(body[:len(body)-1]) || c.derivedHere(v, outer) || c.boolResult(outer) || !c.isLastWord(walk) {
		return true
	}
	shape := "done"
	if c.unheard(outer, 0) || c.neverFails(outer) {
		shape = "service"
	}
	c.report(ret, shape, "this is reached because "+v.Name()+" has ended, and the walk gives nil, as if it had been everywhere: return context.Cause("+v.Name()+")")
	return true
}

// skipsWalk tells whether a return of a walk's callback ends it, or a part of it, without an error.
func (c *check) skipsWalk(ret *ast.ReturnStmt) bool {
	if len(ret.Results) != 1 {
		return false
	}
	v := code.Var(c.Info, ret.Results[0])
	return isNilIdent(c.Info, ret.Results[0]) || isGlobal(v) && (v.Name() == "SkipAll" || v.Name() == "SkipDir") && (v.Pkg().Path() == "io/fs" || v.Pkg().Path() == "path/filepath")
}

// isLastWord tells whether the function around a call returns the call's error, or nil behind it, and does nothing with a context in between.
func (c *check) isLastWord(call inspector.Cursor) bool {
	for at := range call.Enclosing((*ast.ReturnStmt)(nil), (*ast.AssignStmt)(nil), (*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		stmt := at
		switch n := at.Node().(type) {
		case *ast.ReturnStmt:
			return ast.Unparen(n.Results[len(n.Results)-1]) == call.Node() && !slices.ContainsFunc(n.Results[:len(n.Results)-1], func(e ast.Expr) bool { return !c.zero(e) })
		case *ast.AssignStmt:
			if kind, _ := at.ParentEdge(); kind == edge.IfStmt_Init {
				stmt = at.Parent()
			}
		default:
			return false
		}
		ret := c.behind(stmt)
		if ret == nil || c.nilReturn([]ast.Stmt{ret}) == nil {
			return false
		}
		for next, ok := stmt.NextSibling(); ok && next.Node() != ret; next, ok = next.NextSibling() {
			if c.MentionsCtx(next.Node()) {
				return false
			}
		}
		return true
	}
	return false
}

// bareNil gives the return at the end of a branch if it is a bare one, and no result has
// been given a value on any way to it, but an error that is nil there.
func (c *check) bareNil(cur inspector.Cursor, body []ast.Stmt) *ast.ReturnStmt {
	ret, ok := body[len(body)-1].(*ast.ReturnStmt)
	if !ok || len(ret.Results) > 0 {
		return nil
	}
	fn, ok := code.FuncAround(cur)
	if !ok {
		return nil
	}
	typ, _ := code.FuncParts(fn.Node())
	if typ.Results == nil {
		return nil
	}
	flow := code.FlowOf(c.cfgs, fn.Node())
	for _, f := range typ.Results.List {
		for _, name := range f.Names {
			v, ok := c.Info.Defs[name].(*types.Var)
			if !ok {
				continue
			}
			if slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
				in, _ := code.FuncAround(use)
				return c.UseOf(use) == code.Argument || in != fn && c.UseOf(use) == code.Assigned
			}) {
				return nil // by its address, or in a literal
			}
			steps, _ := flow.Reaching(ret, func(step ast.Node) bool { return sets(c, step, v) || countsOn(c, step, v) })
			if slices.ContainsFunc(steps, func(step ast.Node) bool { return !c.nilAfter(step, v, ret) }) {
				return nil
			}
		}
	}
	return ret
}

// nilAfter tells whether an error that is set is nil at a place: right behind, an if that returns has asked whether it is not.
func (c *check) nilAfter(step ast.Node, v *types.Var, at ast.Node) bool {
	cur, ok := c.Root.FindNode(step)
	if _, isSet := step.(*ast.AssignStmt); !ok || !isSet || !code.IsError(v.Type()) {
		return false
	}
	asks := cur.Parent()
	if kind, _ := cur.ParentEdge(); kind != edge.IfStmt_Init {
		if asks, ok = cur.NextSibling(); !ok {
			return false
		}
	}
	s, ok := asks.Node().(*ast.IfStmt)
	return ok && s.Else == nil && isNil(s.Cond, token.NEQ) && code.Var(c.Info, ast.Unparen(s.Cond).(*ast.BinaryExpr).X) == v && endsIn[*ast.ReturnStmt](s.Body.List) && !code.Within(at, s)
}

// countsOn tells whether a step counts a variable up or down.
func countsOn(c *check, step ast.Node, v *types.Var) bool {
	return code.Has(step, func(n ast.Node) bool {
		s, ok := n.(*ast.IncDecStmt)
		return ok && code.Var(c.Info, s.X) == v
	})
}
