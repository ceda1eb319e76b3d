// Errors of groups that are asked for, given over to a deferred function or to a channel, and lost all the same: part of the rule dropped.

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

// lostBehind gives the shape and the message of what becomes of a join whose error is taken, if it is lost behind that.
func (c *check) lostBehind(cur inspector.Cursor, g *types.Var) (shape, message string) {
	if by := c.lostToDeferred(cur); by != nil {
		return "overwritten", "a deferred function gives the result what " + code.CalleeName(by) + " returns, whatever this error is: join the two"
	}
	if c.lostInChannel(cur) {
		return "unread", "this is sent to a channel from which nobody keeps what is received: the failures of all tasks come out of this call alone"
	}
	branch, ok := c.asking(cur)
	switch {
	case !ok || c.saysWhy(branch.Node()):
	case c.givesEndOf(branch, g):
		return "instead", "where this fails the error of the group's own context is given, which says no more than that it has ended: give what the join returned"
	case !c.answersElsewhere(g) && !c.cancelledBefore(branch) && c.nilThough(branch):
		return "asked", "this is only asked whether there is an error, and nil is returned where there is: return it"
	}
	return "", ""
}

// asking gives the if that asks a join whether it has failed, where nothing else is done with the error: if g.Wait() != nil, or with a variable that has no other use.
func (c *check) asking(cur inspector.Cursor) (branch inspector.Cursor, ok bool) {
	asked := cur
	if as, ok := cur.Parent().Node().(*ast.AssignStmt); ok {
		v := code.Var(c.Info, as.Lhs[len(as.Lhs)-1])
		fn, inFunc := code.FuncAround(cur)
		if len(as.Rhs) != 1 || !inFunc || v == nil || !c.unshared(v, fn) || v.Kind() == types.ResultVar {
			return cur, false
		}
		reads := slices.DeleteFunc(slices.Clone(c.Uses[v]), func(use inspector.Cursor) bool { return c.UseOf(use) == code.Assigned })
		if len(reads) != 1 {
			return cur, false
		}
		asked = reads[0]
	}
	b, isCond := asked.Parent().Node().(*ast.BinaryExpr)
	kind, _ := asked.Parent().ParentEdge()
	return asked.Parent().Parent(), isCond && kind == edge.IfStmt_Cond && (isNil(b, token.EQL) || isNil(b, token.NEQ))
}

// givesEndOf tells whether the branch for a failed join gives ctx.Err() as the error, of the context that was made with the group: that has ended with the first
// failure, or with the join itself.
func (c *check) givesEndOf(branch inspector.Cursor, g *types.Var) bool {
	s := branch.Node().(*ast.IfStmt)
	failed := s.Body.List
	if isNil(s.Cond, token.EQL) {
		next, ok := branch.NextSibling()
		if !ok || s.Else != nil || !endsIn[*ast.ReturnStmt](failed) {
			return false
		}
		failed = []ast.Stmt{next.Node().(ast.Stmt)}
	}
	return slices.ContainsFunc(failed, func(s ast.Stmt) bool {
		var err ast.Expr
		switch s := s.(type) {
		case *ast.ReturnStmt:
			if len(s.Results) > 0 {
				err = s.Results[len(s.Results)-1]
			}
		case *ast.AssignStmt:
			err = s.Rhs[len(s.Rhs)-1]
		}
		return err != nil && code.IsError(c.Info.TypeOf(err)) && code.Has(err, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			return ok && code.CalleeName(call) == "Err" && c.madeBeside(c.ErrOf(call), g)
		})
	})
}

// madeBeside tells whether a context comes out of the call that made a group, and of none besides.
func (c *check) madeBeside(ctx ast.Expr, g *types.Var) bool {
	v := code.Var(c.Info, ctx)
	if v == nil || !code.IsLocal(g) {
		return false
	}
	of, from := c.Origins(v), c.Origins(g)
	return len(of) == 1 && len(from) == 1 && of[0] == from[0]
}

// nilThough tells whether a function that gives an error alone returns nil where a join has failed: in the branch for that, or behind one for success where nothing
// more is decided, and no log has a warning. The function's documentation may say that this is on purpose.
func (c *check) nilThough(branch inspector.Cursor) bool {
	fn, ok := code.FuncAround(branch)
	if !ok {
		return false
	}
	typ, _ := code.FuncParts(fn.Node())
	if decl, _ := code.DeclAround(branch); decl == nil || deliberate.MatchString(decl.Doc.Text()) || code.ErrResult(c.Info, typ) != 0 || c.neverFails(fn) {
		return false
	}
	s := branch.Node().(*ast.IfStmt)
	if isNil(s.Cond, token.NEQ) {
		ret, ok := s.Body.List, len(s.Body.List) == 1
		return ok && c.returnsOnlyNil(ret[0])
	}
	if _, looped := code.LoopAround(branch); looped || s.Else != nil || len(s.Body.List) == 0 || endsIn[*ast.ReturnStmt](s.Body.List) || endsIn[*ast.BranchStmt](s.Body.List) {
		return false
	}
	last := branch
	for next, ok := branch.NextSibling(); ok; next, ok = next.NextSibling() {
		if c.decides(next.Node()) {
			return false
		}
		last = next
	}
	return c.returnsOnlyNil(last.Node())
}

func (c *check) returnsOnlyNil(n ast.Node) bool {
	ret, ok := n.(*ast.ReturnStmt)
	return ok && len(ret.Results) == 1 && isNilIdent(c.Info, ret.Results[0])
}

// decides tells whether a statement goes more than one way, or warns.
func (c *check) decides(n ast.Node) bool {
	return code.Has(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt, *ast.ForStmt, *ast.RangeStmt:
			return true
		case *ast.CallExpr:
			return c.logsFailure(n)
		}
		return false
	})
}

// lostToDeferred gives the call whose error a deferred function gives the result, in each case and without a look at what that was, where it is the error of a join.
func (c *check) lostToDeferred(join inspector.Cursor) *ast.CallExpr {
	fn, ok := code.FuncAround(join)
	if !ok || !c.comesOut(join) {
		return nil
	}
	typ, _ := code.FuncParts(fn.Node())
	err := c.namedError(typ)
	if err == nil {
		return nil
	}
	for _, use := range c.Uses[err] {
		lit, _ := code.FuncAround(use)
		in, _ := code.FuncAround(lit)
		if c.UseOf(use) != code.Assigned || !isDeferredLit(lit) || in != fn || lit.Node().End() > join.Node().Pos() {
			continue
		}
		if by := c.setBlindly(use, lit, err); by != nil && !c.saysWhy(use.Parent().Node()) && !c.saysWhy(lit.Parent().Parent().Node()) {
			return by
		}
	}
	return nil
}

// namedError gives the last result of a function, if that is an error with a name.
func (c *check) namedError(typ *ast.FuncType) *types.Var {
	if code.ErrResult(c.Info, typ) < 0 {
		return nil
	}
	names := typ.Results.List[len(typ.Results.List)-1].Names
	if len(names) == 0 {
		return nil
	}
	v, _ := c.Info.Defs[names[len(names)-1]].(*types.Var)
	return v
}

// setBlindly gives the call whose error a variable is given in a statement of a literal's own block, or of a loop in that, if the literal asks nothing of the variable
// and returns nowhere.
func (c *check) setBlindly(use, lit inspector.Cursor, v *types.Var) *ast.CallExpr {
	as := use.Parent().Node().(*ast.AssignStmt)
	_, body := code.FuncParts(lit.Node())
	call, ok := unparen[*ast.CallExpr](as.Rhs[len(as.Rhs)-1])
	if !ok || len(as.Rhs) > 1 || code.Var(c.Info, as.Lhs[len(as.Lhs)-1]) != v || !c.mayGiveNil(call) {
		return nil
	}
	if block := use.Parent().Parent(); block.Node() != body {
		loop := block.Parent()
		switch loop.Node().(type) {
		case *ast.ForStmt, *ast.RangeStmt:
		default:
			return nil
		}
		if loop.Parent().Node() != body {
			return nil
		}
	}
	if code.Has(body, func(n ast.Node) bool { _, ok := n.(*ast.ReturnStmt); return ok }) || slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		return code.Within(use.Node(), body) && c.UseOf(use) != code.Assigned
	}) {
		return nil
	}
	return call
}

// lostInChannel tells whether a join is sent to a channel of the function's own, and all who receive from that drop what they get, without having cancelled the tasks.
func (c *check) lostInChannel(cur inspector.Cursor) bool {
	send, ok := cur.Parent().Node().(*ast.SendStmt)
	if kind, _ := cur.ParentEdge(); !ok || kind != edge.SendStmt_Value {
		return false
	}
	ch := code.Var(c.Info, send.Chan)
	if !code.IsLocal(ch) || ch.Kind() != types.LocalVar {
		return false
	}
	received := 0
	for _, use := range c.Uses[ch] {
		at := use.Parent()
		switch kind, _ := use.ParentEdge(); kind {
		case edge.SendStmt_Chan:
		case edge.CallExpr_Args:
			if c.Builtin(at.Node().(*ast.CallExpr)) == "" {
				return false
			}
		case edge.RangeStmt_X:
			if at.Node().(*ast.RangeStmt).Key != nil {
				return false
			}
			received++
		case edge.UnaryExpr_X:
			if kind, _ := at.ParentEdge(); kind != edge.ExprStmt_X || c.cancelledBefore(at) || c.saysWhy(at.Parent().Node()) {
				return false
			}
			received++
		default:
			return false
		}
	}
	return received > 0
}

// joinLogged tells whether the error that a join gives is no more than logged in a function that returns an error.
func (c *check) joinLogged(join inspector.Cursor) bool {
	as, ok := join.Parent().Node().(*ast.AssignStmt)
	fn, in := code.FuncAround(join)
	if !ok || !in || len(as.Rhs) != 1 {
		return false
	}
	err := code.Var(c.Info, as.Lhs[len(as.Lhs)-1])
	typ, _ := code.FuncParts(fn.Node())
	return code.IsLocal(err) && !code.IsParam(c.Info, err) && code.ErrResult(c.Info, typ) >= 0 && c.onlyLooked(join.Parent(), err)
}
