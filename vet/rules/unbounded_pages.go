// Pages of a listing, and goroutines that wait for a slot when they have been started. Part of the rule unbounded.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// ofPage tells whether a list is part of what a call gives in each round of the loop around, and the next call is told where that ended: a listing, page
// by page, for all of which nobody waits before the next one is asked for.
func (c *check) ofPage(list ast.Expr, loop inspector.Cursor) bool {
	outer, ok := code.LoopAround(loop)
	page := rootOf(c.Info, list)
	if !ok || !code.IsLocal(page) || c.waitsIn(outer) {
		return false
	}
	made := c.Origins(page)
	if len(made) != 1 || !code.Within(made[0], outer.Node()) {
		return false
	}
	call, ok := ast.Unparen(made[0]).(*ast.CallExpr)
	return ok && gives(c.Info, call) && c.nextBegins(call, outer)
}

// nextBegins tells whether a loop sets something that the call is given, made outside of the loop, to something that the call has given.
func (c *check) nextBegins(call *ast.CallExpr, loop inspector.Cursor) bool {
	body := bodyOfLoop(loop)
	asked := func(v *types.Var) bool {
		return code.IsLocal(v) && !code.Within(c.declOf(v), body) && slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return c.mentions(e, v) })
	}
	given := func(e ast.Expr) bool {
		return code.Has(e, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return false
			}
			v, _ := c.Info.Uses[id].(*types.Var)
			return v != nil && slices.ContainsFunc(c.Origins(v), func(o ast.Expr) bool { return ast.Unparen(o) == call })
		})
	}
	for cur := range loop.Preorder((*ast.AssignStmt)(nil)) {
		as := cur.Node().(*ast.AssignStmt)
		if as.Tok != token.ASSIGN || len(as.Lhs) != len(as.Rhs) {
			continue
		}
		for i, l := range as.Lhs {
			if asked(rootOf(c.Info, l)) && given(as.Rhs[i]) {
				return true
			}
		}
	}
	return false
}

// bodyOfLoop gives what is done in each round of a loop, or in each call of a function.
func bodyOfLoop(loop inspector.Cursor) *ast.BlockStmt {
	switch n := loop.Node().(type) {
	case *ast.RangeStmt:
		return n.Body
	case *ast.FuncLit:
		return n.Body
	case *ast.FuncDecl:
		return n.Body
	}
	return loop.Node().(*ast.ForStmt).Body
}

// mentions tells whether an expression has a variable in it.
func (c *check) mentions(e ast.Node, v *types.Var) bool {
	return code.Has(e, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		return ok && c.Info.Uses[id] == types.Object(v)
	})
}

// waitsIn tells whether something in a round of a loop, but on the way out, waits for what was started, or for anything else, or pauses.
func (c *check) waitsIn(loop inspector.Cursor) (waits bool) {
	body := bodyOfLoop(loop)
	code.Shallow(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			return false
		case *ast.CallExpr:
			waits = waits || code.CalleeName(n) == "Wait"
		case *ast.UnaryExpr:
			waits = waits || n.Op == token.ARROW && c.DoneOf(n) == nil
		case *ast.RangeStmt:
			_, ok := under(c.Info.TypeOf(n.X)).(*types.Chan)
			waits = waits || ok
		}
		return true
	})
	return waits || c.pauses(body)
}

// pauses tells whether a round of a loop waits for time to pass.
func (c *check) pauses(body ast.Node) bool {
	return code.Has(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			return code.CalleeName(n) == "Sleep"
		case *ast.UnaryExpr:
			ch, ok := under(c.Info.TypeOf(n.X)).(*types.Chan)
			return ok && n.Op == token.ARROW && code.IsNamed(ch.Elem(), "time", "Time")
		}
		return false
	})
}

// takesSlot tells whether the first that a task does is to wait for a slot, which it gives back: that limits what is done at once, and not how many wait.
func (c *check) takesSlot(t *code.Task) bool {
	if t.Lit == nil {
		return false
	}
	i := slices.IndexFunc(t.Lit.Body.List, func(s ast.Stmt) bool { _, ok := s.(*ast.DeferStmt); return !ok })
	return i >= 0 && code.Has(t.Lit.Body.List[i], func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SendStmt:
			v := code.Var(c.Info, n.Chan)
			return v != nil && !code.Within(c.declOf(v), t.Lit) && c.takenFrom(t.Lit, v)
		case *ast.CallExpr:
			return code.IsCall(c.Info, n, "golang.org/x/sync/semaphore", "Weighted.Acquire")
		}
		return false
	})
}

// takenFrom tells whether a literal, or a deferred one in it, receives from a channel.
func (c *check) takenFrom(lit *ast.FuncLit, ch *types.Var) (found bool) {
	ast.Inspect(lit, func(n ast.Node) bool {
		u, ok := n.(*ast.UnaryExpr)
		found = found || ok && u.Op == token.ARROW && code.Var(c.Info, u.X) == ch
		return !found
	})
	return found
}
