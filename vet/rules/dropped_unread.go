// What becomes of a variable with the error of a group: part of the rule dropped.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// unread tells whether no way from an assignment leads to anything that reads the variable.
func (c *check) unread(as inspector.Cursor, v *types.Var) bool {
	fn, ok := code.FuncAround(as)
	if !ok || !c.unshared(v, fn) {
		return false
	}
	reached, read := false, false
	code.FlowOf(c.cfgs, fn.Node()).After(as.Node(), func(step ast.Node) bool {
		reached = true
		if ret, ok := step.(*ast.ReturnStmt); ok && len(ret.Results) == 0 && v.Kind() == types.ResultVar {
			read = true
		}
		for _, use := range c.Uses[v] {
			if code.Within(use.Node(), step) && c.UseOf(use) != code.Assigned && !c.asksInVain(use) && !c.endsInIf(use, v) {
				read = true
			}
		}
		return !read && !sets(c, step, v)
	})
	return reached && !read
}

// unshared tells whether a variable is a function's own: no literal captures it, and nobody has its address.
func (c *check) unshared(v *types.Var, fn inspector.Cursor) bool {
	return code.IsLocal(v) && !slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		in, _ := code.FuncAround(use)
		kind, _ := use.ParentEdge()
		return in != fn || kind == edge.UnaryExpr_X
	})
}

// asksInVain tells whether a mention is in the condition of an if that does nothing, and has no comment that says why.
func (c *check) asksInVain(use inspector.Cursor) bool {
	for at := use; ; at = at.Parent() {
		switch kind, _ := at.ParentEdge(); kind {
		case edge.BinaryExpr_X, edge.BinaryExpr_Y, edge.ParenExpr_X:
		case edge.IfStmt_Cond:
			s := at.Parent().Node().(*ast.IfStmt)
			if len(s.Body.List) > 0 || s.Else != nil {
				return false
			}
			return !slices.ContainsFunc(c.FileOf(s.Pos()).Comments, func(g *ast.CommentGroup) bool { return code.Within(g, s.Body) })
		default:
			return false
		}
	}
}

// endsInIf tells whether a mention is in an if that has the variable to itself, and does nothing but give it another value, which is lost as it ends.
func (c *check) endsInIf(use inspector.Cursor, v *types.Var) bool {
	for up := range use.Enclosing((*ast.IfStmt)(nil)) {
		s := up.Node().(*ast.IfStmt)
		if s.Init == nil || s.Else != nil || len(s.Body.List) == 0 || !code.Within(c.declOf(v), s.Init) {
			return false
		}
		return !slices.ContainsFunc(s.Body.List, func(in ast.Stmt) bool {
			as, ok := in.(*ast.AssignStmt)
			return !ok || len(as.Lhs) != 1 || code.Var(c.Info, as.Lhs[0]) != v
		})
	}
	return false
}

// lostTo gives the call whose error a variable is given, behind an assignment and on some way only, before anybody has read it. What the
// tasks say in another way may be why, and an error that takes the place of another is no loss.
func (c *check) lostTo(as inspector.Cursor, v *types.Var) (by *ast.CallExpr) {
	fn, ok := code.FuncAround(as)
	if !ok || !c.unshared(v, fn) {
		return nil
	}
	code.FlowOf(c.cfgs, fn.Node()).After(as.Node(), func(step ast.Node) bool {
		if slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
			return code.Within(use.Node(), step) && c.UseOf(use) != code.Assigned
		}) {
			return false
		}
		if !sets(c, step, v) {
			return true
		}
		if next, ok := step.(*ast.AssignStmt); ok && next.Pos() > as.Node().End() && len(next.Rhs) == 1 && code.Var(c.Info, next.Lhs[len(next.Lhs)-1]) == v {
			if call, ok := ast.Unparen(next.Rhs[0]).(*ast.CallExpr); ok && c.mayGiveNil(call) && !c.saysWhyTaken(as, next, fn) {
				by = call
			}
		}
		return false
	})
	return by
}

var givesOne = regexp.MustCompile(`(?i)err|wrap|caus|^new`)

// mayGiveNil tells whether a call may give no error: it makes none, and asks no context.
func (c *check) mayGiveNil(call *ast.CallExpr) bool {
	return !makesError(code.Callee(c.Info, call)) && c.ErrOf(call) == nil && !givesOne.MatchString(code.CalleeName(call))
}

// saysWhyTaken tells whether a comment says why an assignment takes the place of another, or the condition that it is under has
// to do with what tasks and other literals say, or with an error.
func (c *check) saysWhyTaken(as inspector.Cursor, next *ast.AssignStmt, fn inspector.Cursor) bool {
	at, ok := c.Root.FindNode(next)
	if !ok || c.saysWhy(next) {
		return true
	}
	for up := range at.Enclosing((*ast.IfStmt)(nil), (*ast.CaseClause)(nil), (*ast.CommClause)(nil)) {
		if code.Within(as.Node(), up.Node()) {
			return false
		}
		s, ok := up.Node().(*ast.IfStmt)
		if !ok || c.saysWhy(s) || c.LooksAtCtx(s.Cond) || code.Has(s.Cond, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			return ok && c.toldElsewhere(code.Var(c.Info, id), fn)
		}) {
			return true
		}
	}
	return false
}

// lostToNextRound tells whether a join that is assigned in each round of a loop, of a group of that round, is given the next one's error before anybody has
// read it: on the way to the next round nothing may leave the loop or skip the rest, so that only the last round is heard.
func (c *check) lostToNextRound(as inspector.Cursor, g, v *types.Var) bool {
	fn, _ := code.FuncAround(as)
	loop, ok := code.LoopAround(as)
	if !ok || as.Parent().Parent() != loop || c.mayBeLast(loop, fn) || code.Within(c.declOf(v), loop.Node()) || !c.unshared(v, fn) || c.saysWhy(as.Node()) {
		return false
	}
	if g != nil && !code.Within(c.declOf(g), loop.Node()) {
		return false // which may keep its first error
	}
	for next, ok := as.NextSibling(); ok; next, ok = next.NextSibling() {
		if code.Has(next.Node(), func(n ast.Node) bool {
			b, isBranch := n.(*ast.BranchStmt)
			return c.leavesRound(n) || isBranch && b.Tok == token.CONTINUE
		}) {
			return false
		}
	}
	lost := false
	code.FlowOf(c.cfgs, fn.Node()).After(as.Node(), func(step ast.Node) bool {
		if step == as.Node() {
			lost = true
			return false
		}
		return !sets(c, step, v) && !slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool { return code.Within(use.Node(), step) })
	})
	return lost
}

// mayBeLast tells whether a loop goes on until something else than that all is done ends it: it has no condition, or one that asks for an error or for what
// literals have said.
func (c *check) mayBeLast(loop, fn inspector.Cursor) bool {
	n, ok := loop.Node().(*ast.ForStmt)
	return ok && (n.Cond == nil || code.Has(n.Cond, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		return ok && c.toldElsewhere(code.Var(c.Info, id), fn)
	}))
}

// toldElsewhere tells whether a variable is an error, or one that a literal in a function has to do with.
func (c *check) toldElsewhere(v *types.Var, fn inspector.Cursor) bool {
	return v != nil && (code.IsError(v.Type()) || slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		in, _ := code.FuncAround(use)
		return in != fn && code.Within(use.Node(), fn.Node()) && c.UseOf(use) != code.Read
	}))
}
