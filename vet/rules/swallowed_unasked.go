// Errors that only end something or let it be, and that nobody asks for afterwards: part of the rule swallowed.

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

// onlySuccess looks at `if err == nil { … }` behind a call that was given a context, where nil is returned whatever the error is: it is
// `if err != nil { return nil }` the other way round. What is only logged where there is none says that nothing hangs on the call.
func (c *check) onlySuccess(cur inspector.Cursor, s *ast.IfStmt) {
	err := c.absent(s.Cond)
	if err == nil || s.Else != nil || !c.keeps(s.Body.List) {
		return
	}
	ret := c.nilBehind(cur, err)
	fn, r := c.errFunc(cur)
	if ret == nil || r == nil || c.boolResult(fn) || c.saysWhy(s) || c.Commented(ret.Pos()) {
		return
	}
	call := c.givesErr(cur, s.Init, err)
	if call == nil || c.observes(call) {
		return
	}
	shape := "error"
	if c.unheard(fn, 0) || c.neverFails(fn) || c.failsAtEnd(call) && c.service(cur, fn, ret) {
		shape = "service"
	}
	c.report(ret, shape, "the error of "+code.CalleeName(call)+", a cancellation of "+r.Name()+" among them, comes out as success")
}

// absent gives the error that a condition, or one of those that have all to be true, says to be nil.
func (c *check) absent(cond ast.Expr) *types.Var {
	for _, one := range bothOf(cond) {
		if isNil(one, token.EQL) {
			if v := code.Var(c.Info, ast.Unparen(one).(*ast.BinaryExpr).X); code.IsLocal(v) && code.IsError(v.Type()) {
				return v
			}
		}
	}
	return nil
}

// nilBehind gives the return with nil that follows a statement, with nothing but logs in between, none of which has the error in it.
func (c *check) nilBehind(at inspector.Cursor, err *types.Var) *ast.ReturnStmt {
	for next, ok := at.NextSibling(); ok; next, ok = next.NextSibling() {
		s, isStmt := next.Node().(ast.Stmt)
		if ret, isReturn := s.(*ast.ReturnStmt); isReturn {
			return c.nilReturn([]ast.Stmt{ret})
		}
		if !isStmt || c.keeps([]ast.Stmt{s}) || slices.ContainsFunc(c.Uses[err], func(use inspector.Cursor) bool { return code.Within(use.Node(), s) }) {
			return nil
		}
	}
	return nil
}

// leftForNil gives the return with nil for the error behind a loop over a sequence with errors that a branch leaves, also behind the loops around that. It
// may give a part of the result, as if that were the whole.
func (c *check) leftForNil(cur inspector.Cursor, body []ast.Stmt) *ast.ReturnStmt {
	leave, ok := body[len(body)-1].(*ast.BranchStmt)
	if !ok || leave.Tok != token.BREAK || leave.Label != nil {
		return nil
	}
	loop := cur.Parent().Parent()
	if s, ok := loop.Node().(*ast.RangeStmt); !ok || s.Value == nil || s.Tok != token.DEFINE {
		return nil
	}
	for {
		if ret := c.behind(loop); ret != nil {
			return ret
		}
		if kind, _ := loop.ParentEdge(); kind == edge.LabeledStmt_Stmt {
			loop = loop.Parent()
		}
		outer := loop.Parent().Parent()
		if !c.runsOn(loop) || outer.Node() == nil || c.LooksAtCtx(outer.Node()) {
			return nil
		}
		if s, ok := outer.Node().(*ast.RangeStmt); !ok || !code.Within(loop.Node(), s.Body) {
			return nil
		}
		loop = outer
	}
}

// runsOn tells whether what follows a statement in its block never leaves that.
func (c *check) runsOn(at inspector.Cursor) bool {
	for next, ok := at.NextSibling(); ok; next, ok = next.NextSibling() {
		if c.endsLoop(next.Node()) {
			return false
		}
	}
	return true
}
