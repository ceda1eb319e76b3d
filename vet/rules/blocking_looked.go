// Waits of functions that look at their context, but not while they wait. Part of the rule blocking.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// asksInRound tells whether the loop around a place asks, in a statement before it, whether the context has ended, and is left then.
func (c *check) asksInRound(cur inspector.Cursor) bool {
	loop, ok := code.LoopAround(cur)
	if !ok {
		return false
	}
	return slices.ContainsFunc(bodyOfLoop(loop).List, func(s ast.Stmt) bool {
		n, ok := s.(*ast.IfStmt)
		return ok && n.End() < cur.Node().Pos() && c.endedCond(n) != nil && (endsIn[*ast.ReturnStmt](n.Body.List) || endsIn[*ast.BranchStmt](n.Body.List))
	})
}

// fromElsewhere tells whether a local variable holds a channel that the function has not made: the loop over others' channels gives it. What a request has
// in it to be answered over mostly has room.
func (c *check) fromElsewhere(v *types.Var) bool {
	made := c.Origins(v)
	return len(made) > 0 && !slices.ContainsFunc(made, func(e ast.Expr) bool {
		if u, ok := ast.Unparen(e).(*ast.CallExpr); ok && c.Builtin(u) == "make" {
			return true
		}
		if _, ok := unparen[*ast.SelectorExpr](e); ok {
			return true
		}
		w := rootOf(c.Info, e)
		return code.IsLocal(w) && !code.IsParam(c.Info, w)
	})
}

// flock reports a wait for the lock on a file.
func (c *check) flock(cur inspector.Cursor, call *ast.CallExpr) {
	if t := c.TaskAround(cur); t != nil && t.Kind == code.Bare { // whoever started it may go on
		return
	}
	if r := c.reach(cur); r != nil && !r.Request && c.Given(r.Ctx) && !c.exempt(call.Pos()) && c.locksFile(call) {
		c.report(call, "flock", "this waits until nobody else has the lock, and "+r.Name()+" cannot end it: try with LOCK_NB, again and again until it does")
	}
}

// lookedOver reports a loop over a channel of the object's own that nothing closes: to look at the context in each round does not help
// when there are no more.
func (c *check) lookedOver(cur inspector.Cursor, n *ast.RangeStmt) {
	v := code.Var(c.Info, n.X)
	r := c.reach(cur)
	if r == nil || r.Request || !c.Given(r.Ctx) || c.saysOver(n.X) || c.exempt(n.Pos()) {
		return
	}
	if f := c.FieldChan(v); f == nil || len(f.Closes) > 0 {
		return
	}
	c.report(n.X, "looked", "this loop over "+v.Name()+" looks at "+r.Name()+" only when something comes, and nothing closes the channel: select on its Done beside it")
}

// askedBefore tells whether a function asks whether its context has ended before a place, and not in the loop around that.
func (c *check) askedBefore(cur inspector.Cursor) bool {
	fn, ok := code.FuncAround(cur)
	loop, in := code.LoopAround(cur)
	if !ok || !in || c.LooksAtCtx(loop.Node()) {
		return false
	}
	for at := range fn.Preorder((*ast.IfStmt)(nil)) {
		if n := at.Node().(*ast.IfStmt); n.End() < loop.Node().Pos() && c.endedCond(n) != nil {
			return true
		}
	}
	return false
}

// locksFile tells whether a call waits until nobody else has a lock on a file.
func (c *check) locksFile(call *ast.CallExpr) bool {
	if !code.IsCall(c.Info, call, "syscall", "Flock") && !code.IsCall(c.Info, call, "golang.org/x/sys/unix", "Flock") || len(call.Args) != 2 {
		return false
	}
	how, known := code.IntValue(c.Info, call.Args[1])
	lockNB, unlock := int64(4), int64(8) // LOCK_NB and LOCK_UN, wherever there is a flock
	return known && how&lockNB == 0 && how&unlock == 0
}

// heededElsewhere tells whether another function of the package waits for the same with a channel in a field, to send or to receive, and for the end of a context
// that it was given besides: so nobody counts on it that the wait is short. A goroutine that nobody waits for may have its own reason to go on, and time passes by itself.
func (c *check) heededElsewhere(cur inspector.Cursor, v *types.Var, send bool) bool {
	if v == nil || !v.IsField() || v.Pkg() != c.Pkg || isTimeChan(v.Type()) {
		return false
	}
	if t := c.TaskAround(cur); t != nil && (t.Kind == code.Bare || t.Kind == code.Timer) {
		return false
	}
	here, _ := code.DeclAround(cur)
	return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		for up := range use.Enclosing((*ast.CommClause)(nil), (*ast.FuncLit)(nil)) {
			clause, ok := up.Node().(*ast.CommClause)
			if !ok || clause.Comm == nil || !code.Within(use.Node(), clause.Comm) {
				return false
			}
			s, sends := clause.Comm.(*ast.SendStmt)
			if sends != send || sends && !code.Within(use.Node(), s.Chan) {
				return false
			}
			decl, _ := code.DeclAround(use)
			return decl != here && slices.ContainsFunc(up.Parent().Node().(*ast.BlockStmt).List, func(other ast.Stmt) bool {
				ctx, is := c.DoneClause(other.(*ast.CommClause))
				return is && code.IsLocal(ctx) && c.Given(ctx)
			})
		}
		return false
	})
}

// oneHeeded tells whether a clause of a select is for what another function waits for with the end of a context beside it.
func (c *check) oneHeeded(cur inspector.Cursor, n *ast.SelectStmt) bool {
	return slices.ContainsFunc(n.Body.List, func(s ast.Stmt) bool {
		if send, ok := s.(*ast.CommClause).Comm.(*ast.SendStmt); ok {
			return c.heededElsewhere(cur, code.Var(c.Info, send.Chan), true)
		}
		ch := received(s.(*ast.CommClause))
		return ch != nil && !c.saysOver(ch) && c.heededElsewhere(cur, code.Var(c.Info, ch), false)
	})
}
