// Loops that skip the errors of calls that were given a context: part of the rule swallowed.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// tryAgain looks at a loop that skips the errors of calls that were given a context.
func (c *check) tryAgain(loop inspector.Cursor, endless bool) {
	if c.LooksAtCtx(loop.Node()) {
		return
	}
	fn, ok := code.FuncAround(loop)
	if !ok {
		return
	}
	found := c.skips(loop, fn, endless)
	if found == nil && endless {
		found = c.untilSuccess(loop, fn)
	}
	if found == nil {
		return
	}
	name := code.CalleeName(found.call)
	if endless {
		if hasSelect(loop) || c.endedOtherwise(loop, found.call) {
			return // some channel may end it, or what the call says besides
		}
		c.report(found.at, "spin", "when the context of "+name+" has ended it fails at once, and this loop never ends: look at the context")
		return
	}
	typ, _ := code.FuncParts(fn.Node())
	if typ.Results == nil {
		if c.reach(loop) != nil {
			c.report(found.at, "loop", "the error of "+name+" is skipped: after a cancellation the rest fails as fast, and nobody learns of it")
		}
		return
	}
	if f, r := c.errFunc(loop); r != nil && f == fn && c.behind(loop) != nil {
		c.report(found.at, "loop", "the error of "+name+" is skipped: after a cancellation the rest fails as fast, and nil is returned")
	}
}

// endedOtherwise tells whether a loop accepts connections, and so ends with its listener, or is left by what the call gives beside its error.
func (c *check) endedOtherwise(loop inspector.Cursor, call *ast.CallExpr) (ended bool) {
	for cur := range loop.Preorder((*ast.CallExpr)(nil), (*ast.AssignStmt)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.CallExpr:
			if fn := code.Callee(c.Info, n); fn != nil && strings.HasPrefix(fn.Name(), "Accept") {
				return true
			}
		case *ast.AssignStmt:
			if len(n.Rhs) != 1 || ast.Unparen(n.Rhs[0]) != ast.Expr(call) {
				continue
			}
			for _, l := range n.Lhs[:len(n.Lhs)-1] {
				v := code.Var(c.Info, l)
				if v == nil {
					continue
				}
				for _, use := range c.Uses[v] {
					for up := range use.Enclosing((*ast.IfStmt)(nil)) {
						s := up.Node().(*ast.IfStmt)
						ended = ended || code.Within(use.Node(), s.Cond) && code.Within(s, loop.Node()) && c.endsLoop(s.Body)
					}
				}
			}
		}
	}
	return ended
}

// skip is a call whose error a loop skips, and the condition that it is skipped by.
type skip struct {
	call *ast.CallExpr
	at   ast.Expr
}

// skips gives the first call of a loop that was given a context and whose error is skipped. There is none
// if some such call ends the loop, unless a call before it skips the rest of every round that fails.
func (c *check) skips(loop, fn inspector.Cursor, endless bool) (found *skip) {
	left := false  // by anything, on the way to here
	fails := false // something else ends the loop, which may know of the context
	for cur := range loop.Preorder((*ast.IfStmt)(nil), (*ast.SwitchStmt)(nil), (*ast.ReturnStmt)(nil), (*ast.BranchStmt)(nil)) {
		if in, _ := code.FuncAround(cur); in != fn {
			continue
		}
		switch n := cur.Node().(type) {
		case *ast.IfStmt:
			if c.asksClosed(n) {
				fails = fails || c.endsLoop(n.Body)
			}
		case *ast.SwitchStmt:
		default:
			left = left || c.leavesRound(n)
			continue
		}
		f := c.onFail(cur.Node())
		if f == nil {
			continue
		}
		if inner, _ := code.LoopAround(cur); inner != loop {
			continue
		}
		ends := slices.ContainsFunc(f.body, func(s ast.Stmt) bool { return c.endsLoop(s) })
		call := c.loopCall(cur, loop, f.init, f.cond)
		if call == nil {
			fails = fails || ends
			continue
		}
		if ends {
			return nil // the call ends the loop when the context has
		}
		list := f.body
		round := false
		if len(list) > 0 {
			if br, ok := list[len(list)-1].(*ast.BranchStmt); ok && br.Tok == token.CONTINUE {
				list, round = list[:len(list)-1], true
			}
		}
		if endless && c.tellsApart(f) {
			return nil // some errors end it, or the rest of the round may
		}
		if found == nil && (endless || !c.keeps(list)) && !c.saysWhy(f.branch) {
			found = &skip{call, f.cond}
			if up := cur.Parent(); round && !left && up.Parent() == loop { // every round gets here, and no further
				return found
			}
		}
	}
	if endless && (fails || left) {
		return nil // something else may end it
	}
	return found
}

// failure is a branch that is taken because there is an error.
type failure struct {
	init   ast.Stmt
	cond   ast.Expr // asks an error whether there is one
	branch ast.Node
	body   []ast.Stmt
}

// onFail gives the branch of an if without else that is taken because of an error, or that of a switch which asks no more than whether there is one.
func (c *check) onFail(n ast.Node) *failure {
	switch n := n.(type) {
	case *ast.IfStmt:
		if isNil(n.Cond, token.NEQ) && n.Else == nil {
			return &failure{n.Init, n.Cond, n, n.Body.List}
		}
	case *ast.SwitchStmt:
		if n.Tag != nil || len(n.Body.List) > 2 {
			return nil
		}
		var asks, fails *failure
		for _, s := range n.Body.List {
			clause := s.(*ast.CaseClause)
			switch {
			case len(clause.List) == 0:
				fails = &failure{n.Init, nil, clause, clause.Body}
			case len(clause.List) == 1 && isNil(clause.List[0], token.NEQ):
				return &failure{n.Init, clause.List[0], clause, clause.Body}
			case len(clause.List) == 1 && isNil(clause.List[0], token.EQL):
				asks = &failure{n.Init, clause.List[0], clause, clause.Body}
			}
		}
		if asks != nil && fails != nil {
			fails.cond = asks.cond
			return fails
		}
	}
	return nil
}

// tellsApart tells whether a branch for an error goes on to the next round only for some errors.
func (c *check) tellsApart(f *failure) bool {
	err := code.Var(c.Info, ast.Unparen(f.cond).(*ast.BinaryExpr).X)
	return slices.ContainsFunc(f.body, func(in ast.Stmt) bool {
		inner, ok := in.(*ast.IfStmt)
		return ok && err != nil && code.Has(inner.Cond, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			return ok && c.Info.Uses[id] == types.Object(err)
		})
	})
}

// asksClosed tells whether an if statement asks whether a channel is closed.
func (c *check) asksClosed(s *ast.IfStmt) bool {
	u, ok := ast.Unparen(s.Cond).(*ast.UnaryExpr)
	if !ok || u.Op != token.NOT {
		return false
	}
	v := code.Var(c.Info, u.X)
	return v != nil && slices.ContainsFunc(c.Origins(v), func(e ast.Expr) bool {
		r, ok := ast.Unparen(e).(*ast.UnaryExpr)
		return ok && r.Op == token.ARROW
	})
}

// untilSuccess gives the call that was given a context and whose success is the only way out of a loop.
func (c *check) untilSuccess(loop, fn inspector.Cursor) (found *skip) {
	for cur := range loop.Preorder((*ast.ReturnStmt)(nil), (*ast.BranchStmt)(nil), (*ast.CallExpr)(nil)) {
		if in, _ := code.FuncAround(cur); in != fn || !c.leavesRound(cur.Node()) {
			continue
		}
		s, ok := cur.Parent().Parent().Node().(*ast.IfStmt)
		if !ok || found != nil || !code.Within(cur.Node(), s.Body) || !isNil(s.Cond, token.EQL) || s.Else != nil || cur.Parent().Parent().Parent().Parent() != loop {
			return nil
		}
		call := c.loopCall(cur.Parent().Parent(), loop, s.Init, s.Cond)
		if call == nil || c.saysWhy(s) {
			return nil
		}
		found = &skip{call, s.Cond}
	}
	return found
}

// loopCall gives the call whose error an if or a switch of a loop asks for by a condition, if that was given a context
// from outside the loop.
func (c *check) loopCall(cur, loop inspector.Cursor, init ast.Stmt, cond ast.Expr) *ast.CallExpr {
	call := c.givesErr(cur, init, code.Var(c.Info, ast.Unparen(cond).(*ast.BinaryExpr).X))
	if call == nil {
		return nil
	}
	v := code.Var(c.Info, c.CtxArg(call))
	if v == nil || v.IsField() || code.Within(c.declOf(v), loop.Node()) {
		return nil
	}
	return call
}

// endsLoop tells whether something in a branch leaves the loop around it.
func (c *check) endsLoop(body ast.Node) (ends bool) {
	code.Shallow(body, func(n ast.Node) bool {
		ends = ends || c.leavesRound(n)
		return !ends
	})
	return ends
}

// leavesRound tells whether a node may leave the loop it is in: it returns, jumps elsewhere than to the next round, perhaps to that of a
// loop around, or ends the program or the goroutine.
func (c *check) leavesRound(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return n.Tok != token.CONTINUE || n.Label != nil && !c.ownRound(n)
	case *ast.CallExpr:
		switch code.CalleeName(n) {
		case "panic", "Fatal", "Fatalf", "Exit", "Fatalln", "Goexit":
			return true
		}
	}
	return false
}

// ownRound tells whether the label of a jump is that of the innermost loop around it.
func (c *check) ownRound(n *ast.BranchStmt) bool {
	cur, ok := c.Root.FindNode(n)
	if !ok {
		return false
	}
	loop, ok := code.LoopAround(cur)
	if !ok {
		return false
	}
	s, ok := loop.Parent().Node().(*ast.LabeledStmt)
	return ok && s.Label.Name == n.Label.Name
}

func hasSelect(loop inspector.Cursor) bool {
	for range loop.Preorder((*ast.SelectStmt)(nil)) {
		return true
	}
	return false
}
