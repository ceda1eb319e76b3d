// Tasks of an errgroup that wait for the end of what the group's context is made of. Part of the rule wrongctx.

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

// meansOuter tells whether a task that mentions what its group's context is made of may well mean that: it is about the end of things, or waits for the end of
// it where a task that fails is heard of otherwise.
func (c *check) meansOuter(use inspector.Cursor, t *code.Task, v, own *types.Var) bool {
	at := use
	if wait, ok := doneWait(use); ok {
		if c.asksEnd(t, own) || c.leftOtherwise(wait, t, own) || c.endedByTask(v) || !c.othersFail(t) {
			return true
		}
		at = wait
	}
	return c.amongEndings(at)
}

// asksEnd tells whether a task asks a context for its end.
func (c *check) asksEnd(t *code.Task, ctx *types.Var) bool {
	return slices.ContainsFunc(c.Uses[ctx], func(use inspector.Cursor) bool {
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		return ok && code.Within(sel, t.Lit) && (sel.Sel.Name == "Done" || sel.Sel.Name == "Err")
	})
}

// doneWait gives the statement that waits for the end of a context that is mentioned: <-ctx.Done(), or a select that has this for a clause.
func doneWait(use inspector.Cursor) (inspector.Cursor, bool) {
	sel, ok := use.Parent().Node().(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Done" {
		return use, false
	}
	received := use.Parent().Parent().Parent()
	u, ok := received.Node().(*ast.UnaryExpr)
	if !ok || u.Op != token.ARROW {
		return use, false
	}
	stmt := received.Parent()
	if _, ok := stmt.Node().(*ast.ExprStmt); !ok {
		return use, false
	}
	if kind, _ := stmt.ParentEdge(); kind == edge.CommClause_Comm {
		return stmt.Parent().Parent().Parent(), true // the clause, the body, the select
	}
	return stmt, true
}

// leftOtherwise tells whether a select has a clause that receives from a channel, not that of a timer or a context, and may leave the function: who closes it,
// or sends to it, may do so because the group has ended. What the function was given for this task alone comes from somebody who knows no group: where the task
// works with the group's context otherwise, it means to end with that.
func (c *check) leftOtherwise(wait inspector.Cursor, t *code.Task, own *types.Var) bool {
	s, ok := wait.Node().(*ast.SelectStmt)
	works := c.handsOwn(t, own)
	return ok && slices.ContainsFunc(s.Body.List, func(stmt ast.Stmt) bool {
		clause := stmt.(*ast.CommClause)
		if _, done := c.DoneClause(clause); done || clause.Comm == nil {
			return false
		}
		return code.Has(clause.Comm, func(n ast.Node) bool {
			u, ok := n.(*ast.UnaryExpr)
			return ok && u.Op == token.ARROW && !isTimer(c.Info, u.X) && !(works && c.givenFor(u.X, t))
		}) && slices.ContainsFunc(clause.Body, func(s ast.Stmt) bool {
			return code.Has(s, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ReturnStmt:
					return true
				case *ast.BranchStmt:
					return n.Label != nil
				}
				return false
			})
		})
	})
}

// handsOwn tells whether a task hands a context to a call that works under it.
func (c *check) handsOwn(t *code.Task, ctx *types.Var) bool {
	return slices.ContainsFunc(c.Uses[ctx], func(use inspector.Cursor) bool {
		kind, _ := use.ParentEdge()
		return kind == edge.CallExpr_Args && code.Within(use.Node(), t.Lit) && c.worksUnder(use)
	})
}

// givenFor tells whether a channel is a parameter of the function around, which nothing but a task has anything to do with.
func (c *check) givenFor(ch ast.Expr, t *code.Task) bool {
	id, ok := ast.Unparen(ch).(*ast.Ident)
	if !ok {
		return false
	}
	v := code.Var(c.Info, id)
	return v != nil && code.IsParam(c.Info, v) && !code.Within(c.declOf(v), t.Lit) && !slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		return !code.Within(use.Node(), t.Lit)
	})
}

// endedByTask tells whether the cancel function of a context is used in another way than to be deferred by the function that made it: a task that ends may
// call it.
func (c *check) endedByTask(ctx *types.Var) bool {
	return slices.ContainsFunc(c.Origins(ctx), func(e ast.Expr) bool {
		at, ok := c.Root.FindNode(e)
		if !ok {
			return false
		}
		as, ok := at.Parent().Node().(*ast.AssignStmt)
		if !ok || len(as.Lhs) != 2 || len(as.Rhs) != 1 || !isCancel(c.Info.TypeOf(as.Lhs[1])) || isBlank(as.Lhs[1]) {
			return false
		}
		cancel := code.Var(c.Info, as.Lhs[1])
		fn, _ := code.FuncAround(at)
		return !code.IsLocal(cancel) || slices.ContainsFunc(c.released(cancel, false), func(use inspector.Cursor) bool {
			in, _ := code.FuncAround(use)
			return in != fn || !code.Deferred(use)
		})
	})
}

// othersFail tells whether another task of the same group may fail, so that the group's context ends and the one around does not.
func (c *check) othersFail(t *code.Task) bool {
	if t.Owner == nil {
		return true
	}
	g := code.Var(c.Info, t.Owner)
	if g == nil || c.Escapes(g) {
		return true
	}
	return slices.ContainsFunc(c.Tasks, func(other *code.Task) bool {
		if other.Owner == nil || code.Var(c.Info, other.Owner) != g || other.Lit != nil && returnsNil(other.Lit.Body) {
			return false
		}
		_, looped := code.LoopAround(other.At)
		return other != t || looped
	})
}
