// Clauses for the end of a context that go round again. Part of the rule busyloop.

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

// deadDone reports a clause for ctx.Done() from which an endless loop goes round
// again, without having done anything that could make the next round another one.
func (c *check) deadDone(loop *ast.ForStmt) {
	if loop.Cond != nil {
		return
	}
	for i, s := range loop.Body.List {
		if l, ok := s.(*ast.LabeledStmt); ok {
			s = l.Stmt
		}
		sel, ok := s.(*ast.SelectStmt)
		if !ok {
			continue
		}
		for _, cl := range sel.Body.List {
			cl := cl.(*ast.CommClause)
			ctx, is := c.DoneClause(cl)
			if !is || ctx == nil || c.changes(cl.Body) || code.Within(c.declOf(ctx), loop) {
				continue
			}
			if !c.falls(cl.Body) || c.endsOther(sel, cl) || !c.harmless(loop.Body.List[i+1:]) || !c.harmless(loop.Body.List[:i]) {
				continue
			}
			c.report(cl, "done", "when "+ctx.Name()+" has ended this loop runs hot: the clause leaves the select, not the loop")
		}
	}
}

// endsOther tells whether a clause calls anything but a log, where another clause of the select leaves the loop: it may be that which lets that one go on.
func (c *check) endsOther(sel *ast.SelectStmt, clause *ast.CommClause) bool {
	other := slices.ContainsFunc(sel.Body.List, func(s ast.Stmt) bool {
		cl := s.(*ast.CommClause)
		return cl != clause && leaves(cl.Body)
	})
	return other && slices.ContainsFunc(clause.Body, func(s ast.Stmt) bool {
		es, ok := s.(*ast.ExprStmt)
		if !ok {
			return false
		}
		call, ok := es.X.(*ast.CallExpr)
		return ok && !c.logs(call)
	})
}

// changes tells whether statements assign to anything, or call what may: then the
// next round may be another one.
func (c *check) changes(list []ast.Stmt) (changes bool) {
	for _, s := range list {
		code.Shallow(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt, *ast.IncDecStmt, *ast.SendStmt, *ast.SelectStmt, *ast.ReturnStmt, *ast.GoStmt, *ast.UnaryExpr:
				changes = true
			case *ast.CallExpr:
				if !c.logs(n) && !ending.MatchString(code.CalleeName(n)) && c.ErrOf(n) == nil {
					changes = true
				}
			}
			return !changes
		})
	}
	return changes
}

// falls tells whether a clause's body runs to the end of the select.
func (c *check) falls(list []ast.Stmt) bool {
	if len(list) == 0 {
		return true
	}
	if slices.ContainsFunc(list, func(s ast.Stmt) bool { return c.endsProgram(s) }) {
		return false
	}
	switch s := list[len(list)-1].(type) {
	case *ast.BranchStmt:
		return s.Label == nil && s.Tok != token.GOTO
	case *ast.ReturnStmt:
		return false
	}
	return true
}

// harmless tells whether what is beside the select in the loop neither leaves it
// nor blocks.
func (c *check) harmless(list []ast.Stmt) bool {
	ok := true
	for _, s := range list {
		code.Shallow(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ReturnStmt, *ast.BranchStmt, *ast.SelectStmt, *ast.UnaryExpr, *ast.SendStmt:
				ok = false
			case *ast.CallExpr:
				switch code.CalleeName(n) {
				case "panic", "Exit", "Fatal", "Fatalf", "Goexit":
					ok = false
				}
			}
			return ok
		})
	}
	return ok
}

// onlyCounts tells whether a statement does no more than to count the rounds of a loop, for whoever looks at the count some time: no condition asks for it.
func (c *check) onlyCounts(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.IncDecStmt:
		v := code.Var(c.Info, s.X)
		return v != nil && (code.IsLocal(v) && c.askedNowhere(v) || c.neverAsked(v))
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		return ok && c.onlyCounted(call)
	}
	return false
}

// askedNowhere tells whether a local variable is only counted up or down, given a first value, or told to a call.
func (c *check) askedNowhere(v *types.Var) bool {
	return !slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		kind, _ := use.ParentEdge()
		return kind != edge.IncDecStmt_X && kind != edge.CallExpr_Args && kind != edge.ReturnStmt_Results
	})
}
