// Branches for the error of a call that was given a context, after which all is well: part of the rule
// swallowed.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// ignored looks at `if err != nil { return nil }`, and the same as a case of a switch, behind a call
// that was given a context. cur is the if or the switch.
func (c *check) ignored(cur inspector.Cursor, init ast.Stmt, cond ast.Expr, branch ast.Node, body []ast.Stmt) {
	if !isNil(cond, token.NEQ) || len(body) == 0 {
		return
	}
	ret := c.nilReturn(body)
	if ret == nil {
		if ret = c.bareNil(cur, body); ret == nil {
			if ret = c.leftForNil(cur, body); ret == nil {
				return
			}
		}
	}
	fn, r := c.errFunc(cur)
	if r == nil || c.boolResult(fn) {
		return
	}
	err := code.Var(c.Info, ast.Unparen(cond).(*ast.BinaryExpr).X)
	call := c.givesErr(cur, init, err)
	if call == nil || c.saysWhy(branch) || c.observes(call) {
		return
	}
	before := body[:len(body)-1]
	shape := "error"
	if len(before) > 0 {
		if c.keeps(before) || slices.ContainsFunc(before, func(s ast.Stmt) bool { return c.LooksAtCtx(s) }) {
			return
		}
		shape = "logged"
	} else if c.unheard(fn, 0) || c.failsAtEnd(call) && c.service(cur, fn, ret) {
		shape = "service"
	}
	c.report(ret, shape, "the error of "+code.CalleeName(call)+", a cancellation of "+r.Name()+" among them, comes out as success")
}

// failsAtEnd tells whether a call is of a function of the package whose only error is that its context has ended.
func (c *check) failsAtEnd(call *ast.CallExpr) bool {
	decl, ok := c.Decls[code.Callee(c.Info, call)]
	if !ok {
		return false
	}
	fails, only := false, true
	code.Shallow(decl.Node().(*ast.FuncDecl).Body, func(n ast.Node) bool {
		if ret, ok := n.(*ast.ReturnStmt); ok {
			if len(ret.Results) == 0 {
				only = false
			} else if err := ret.Results[len(ret.Results)-1]; c.ErrOf(err) != nil {
				fails = true
			} else if !isNilIdent(c.Info, err) {
				only = false
			}
		}
		return only
	})
	return fails && only
}

// onlyLogged looks at a branch for an error that at most logs it and runs into `return nil`.
func (c *check) onlyLogged(cur inspector.Cursor, s *ast.IfStmt) {
	if !c.on("logged") {
		return
	}
	body := s.Body
	switch {
	case isNil(s.Cond, token.NEQ) && s.Else == nil:
	case isNil(s.Cond, token.EQL):
		block, ok := s.Else.(*ast.BlockStmt)
		if !ok {
			return
		}
		body = block
	default:
		return
	}
	fn, r := c.errFunc(cur)
	if r == nil || c.boolResult(fn) || len(body.List) == 0 || c.keeps(body.List) || c.LooksAtCtx(body) || c.saysWhy(s) {
		return
	}
	next, ok := cur.NextSibling()
	if !ok {
		return
	}
	ret, ok := next.Node().(*ast.ReturnStmt)
	if !ok || c.nilReturn([]ast.Stmt{ret}) == nil {
		return
	}
	if call := c.givesErr(cur, s.Init, code.Var(c.Info, ast.Unparen(s.Cond).(*ast.BinaryExpr).X)); call != nil {
		c.report(s.Cond, "logged", "the error of "+code.CalleeName(call)+", a cancellation of "+r.Name()+" among them, comes out as success")
	}
}

// cutPause looks at a select that waits for a timer or the context and does nothing of either,
// before `return nil`: a pause that was cut short reports that the time is over.
func (c *check) cutPause(cur inspector.Cursor, s *ast.SelectStmt) {
	if len(s.Body.List) != 2 {
		return
	}
	var ctx *types.Var
	timer := false
	for _, cl := range s.Body.List {
		clause := cl.(*ast.CommClause)
		if len(clause.Body) > 0 {
			return
		}
		if v, is := c.DoneClause(clause); is {
			ctx = v
		} else if es, ok := clause.Comm.(*ast.ExprStmt); ok {
			u, ok := ast.Unparen(es.X).(*ast.UnaryExpr)
			timer = ok && isTimeChan(c.Info.TypeOf(u.X))
		}
	}
	fn, r := c.errFunc(cur)
	if ctx == nil || !timer || r == nil || ctx.IsField() || c.derivedHere(ctx, fn) || c.saysWhy(s) {
		return
	}
	if next, ok := cur.NextSibling(); ok {
		if ret, ok := next.Node().(*ast.ReturnStmt); ok && c.nilReturn([]ast.Stmt{ret}) != nil {
			c.report(ret, "done", "this is reached too when "+ctx.Name()+" has ended, and nil says that the time is over: return context.Cause("+ctx.Name()+") then")
		}
	}
}

func isTimeChan(t types.Type) bool {
	ch, ok := t.Underlying().(*types.Chan)
	return ok && code.IsNamed(ch.Elem(), "time", "Time")
}

// deferredNil looks at a deferred literal that sets the function's error to nil and has asked no
// more than whether there is one.
func (c *check) deferredNil(cur inspector.Cursor, d *ast.DeferStmt) {
	lit, ok := ast.Unparen(d.Call.Fun).(*ast.FuncLit)
	if !ok {
		return
	}
	fn, ok := code.FuncAround(cur)
	if !ok {
		return
	}
	typ, _ := code.FuncParts(fn.Node())
	if code.ErrResult(c.Info, typ) < 0 {
		return
	}
	r := c.reach(cur.Parent())
	if r == nil || r.Request || c.saysWhy(d) {
		return
	}
	for _, name := range typ.Results.List[len(typ.Results.List)-1].Names {
		v, _ := c.Info.Defs[name].(*types.Var)
		for _, use := range c.Uses[v] {
			if in, _ := code.FuncAround(use); in.Node() != lit || c.UseOf(use) != code.Assigned {
				continue
			}
			as, ok := use.Parent().Node().(*ast.AssignStmt)
			if !ok || len(as.Lhs) != 1 || !isNilIdent(c.Info, as.Rhs[0]) || c.sparesError(lit, as, v) {
				continue
			}
			if c.anyError(use, lit, v) {
				c.report(as, "deferred", "every error of this function, a cancellation of "+r.Name()+" among them, comes out as success")
			} else if ctx := c.atEnd(use, lit, v); ctx != nil && !c.doesMore(use.Parent()) && c.leavesHalf(cur, fn, ctx) {
				c.report(as, "deferred", "when "+ctx.Name()+" has ended every error of this function comes out as success, with its work half done")
			}
		}
	}
}

// anyError tells whether a place in a literal is reached for each error: the only conditions around it ask whether
// there is one.
func (c *check) anyError(at inspector.Cursor, lit *ast.FuncLit, v *types.Var) bool {
	for up := range at.Enclosing((*ast.IfStmt)(nil), (*ast.CaseClause)(nil), (*ast.CommClause)(nil), (*ast.FuncLit)(nil)) {
		if up.Node() == lit {
			break
		}
		branch, ok := up.Node().(*ast.IfStmt)
		if !ok || !isNil(branch.Cond, token.NEQ) || code.Var(c.Info, ast.Unparen(branch.Cond).(*ast.BinaryExpr).X) != v {
			return false
		}
	}
	return true
}

// sparesError tells whether a literal that sets an error to nil may have returned before, keeps the
// error elsewhere, or recovers.
func (c *check) sparesError(lit *ast.FuncLit, as *ast.AssignStmt, v *types.Var) (spares bool) {
	code.Shallow(lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			spares = spares || c.Builtin(n) == "recover"
		case *ast.ReturnStmt:
			spares = spares || n.Pos() < as.Pos()
		case *ast.AssignStmt:
			spares = spares || n != as && slices.ContainsFunc(n.Rhs, func(e ast.Expr) bool { return code.Var(c.Info, e) == v })
		}
		return !spares
	})
	return spares
}

// givesErr gives the call that err comes from, in the init of an if or switch itself or right before
// it, if that was given a context that is not the function's own or is a group's join.
func (c *check) givesErr(cur inspector.Cursor, init ast.Stmt, err *types.Var) *ast.CallExpr {
	if err == nil || !code.IsError(err.Type()) {
		return nil
	}
	call := c.errCall(cur, init, err)
	if call == nil {
		return nil
	}
	if code.IsCall(c.Info, call, code.Errgroup, "Group.Wait") || code.IsCall(c.Info, call, code.Braid, "Group.Wait", "Group.Close") {
		return call
	}
	ctx := c.CtxArg(call)
	if ctx == nil {
		return nil
	}
	if v := code.Var(c.Info, ctx); v != nil && !v.IsField() {
		if fn, _ := code.FuncAround(cur); c.ownTimeout(v, fn) {
			return nil
		}
	}
	return call
}

// errCall gives the call that err is the last result of, or that gives the sequence that it is the second value of.
func (c *check) errCall(cur inspector.Cursor, init ast.Stmt, err *types.Var) *ast.CallExpr {
	stmt := init
	if stmt == nil {
		prev, ok := cur.PrevSibling()
		if !ok {
			if loop, ok := cur.Parent().Parent().Node().(*ast.RangeStmt); ok && code.Var(c.Info, loop.Value) == err {
				call, _ := ast.Unparen(loop.X).(*ast.CallExpr)
				return call
			}
			return nil
		}
		stmt, _ = prev.Node().(ast.Stmt)
	}
	as, ok := stmt.(*ast.AssignStmt)
	if !ok || len(as.Rhs) != 1 || code.Var(c.Info, as.Lhs[len(as.Lhs)-1]) != err {
		return nil
	}
	call, _ := ast.Unparen(as.Rhs[0]).(*ast.CallExpr)
	return call
}

// ownTimeout tells whether a context is one that the function limited itself.
func (c *check) ownTimeout(v *types.Var, fn inspector.Cursor) bool {
	for _, o := range c.Origins(v) {
		if call, ok := ast.Unparen(o).(*ast.CallExpr); ok && code.IsCall(c.Info, call, "context", "WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause") {
			return true
		}
	}
	return false
}

// cancelsItself tells whether a parameter is overwritten with a context that the function also cancels in other ways than as it leaves: then its end may be success.
func (c *check) cancelsItself(v *types.Var, fn inspector.Cursor) bool {
	for cur := range fn.Preorder((*ast.AssignStmt)(nil)) {
		as := cur.Node().(*ast.AssignStmt)
		if len(as.Lhs) != 2 || len(as.Rhs) != 1 || code.Var(c.Info, as.Lhs[0]) != v {
			continue
		}
		call, ok := ast.Unparen(as.Rhs[0]).(*ast.CallExpr)
		cancel := code.Var(c.Info, as.Lhs[1])
		if !ok || cancel == nil || !code.IsCall(c.Info, call, "context", "WithCancel", "WithCancelCause") {
			continue
		}
		for _, use := range c.Uses[cancel] {
			if in, _ := code.FuncAround(use); c.UseOf(use) != code.Assigned && (in != fn || !code.Deferred(use)) {
				return true
			}
		}
	}
	return false
}

// explained tells whether a comment stands on a line of its own in a branch.
func (c *check) explained(f *ast.File, n ast.Node) bool {
	var body []ast.Stmt
	switch n := n.(type) {
	case *ast.IfStmt:
		body = n.Body.List
	case *ast.CommClause:
		body = n.Body
	case *ast.CaseClause:
		body = n.Body
	}
	if len(body) == 0 {
		return false
	}
	lines := map[int]bool{c.Fset.Position(n.Pos()).Line: true}
	for _, s := range body {
		lines[c.Fset.Position(s.Pos()).Line], lines[c.Fset.Position(s.End()).Line] = true, true
	}
	return slices.ContainsFunc(f.Comments, func(g *ast.CommentGroup) bool {
		return n.Pos() < g.Pos() && g.End() < body[len(body)-1].End() && !lines[c.Fset.Position(g.Pos()).Line]
	})
}

var deliberate = regexp.MustCompile(`(?i)best[- ]effort|deliberate|intentional|on purpose|non-?critical|not critical|not fatal|non-?fatal|don't care|do not care|graceful|skip(s|ping)? (the |this |any )?err|not an error|no error|(ok|okay|safe|fine) to|safely|we (can |may )?ignore|can be ignored|ignore (the |this |any )?err|expected|shutting down|terminating|stop(ped|ping)? (processing|on)|as usual|fall ?back|(don't|do not|never) return`)

// saysWhy tells whether a comment in or right above a statement says that the error is ignored on purpose, as any does that stands on a line of its own in the branch.
func (c *check) saysWhy(n ast.Node) bool {
	f := c.FileOf(n.Pos())
	if f == nil {
		return false
	}
	if c.explained(f, n) {
		return true
	}
	from := c.Fset.Position(n.Pos()).Line
	for _, g := range f.Comments {
		if g.End() > n.End() {
			break
		}
		if (g.Pos() > n.Pos() || c.Fset.Position(g.End()).Line == from-1) && deliberate.MatchString(g.Text()) {
			return true
		}
	}
	return false
}
