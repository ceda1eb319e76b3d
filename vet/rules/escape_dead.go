// What is dead with a group's context though it is another thing: contexts that were made of it, and functions that work with it. Part of the rule escape.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// usesDead tells of the first use, in a step behind a join or at it, of the group's context or of what is dead with it. At the join itself that is what comes
// after it, or is returned together with its error.
func (c *escaper) usesDead(step ast.Node, join *ast.CallExpr, g, ctx *types.Var, fn inspector.Cursor) (told bool) {
	line := c.Fset.Position(join.Pos()).Line
	ast.Inspect(step, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || told {
			return !told
		}
		v, _ := c.Info.Uses[id].(*types.Var)
		at, found := c.Root.FindNode(id)
		if v == nil || !found || code.Within(join, step) && id.Pos() < join.Pos() && !c.isReturned(at) {
			return true
		}
		if v != ctx {
			told = c.deadWith(at, v, ctx, fn, line)
		} else if c.needsLive(at) {
			told = true
			c.tell(id, "after", fmt.Sprintf("%s belongs to %s, and is dead since the Wait in line %d: use the context around it", ctx.Name(), g.Name(), line))
		}
		return true
	})
	return told
}

// isReturned tells whether something, or a context with a value that is made of it, is returned.
func (c *escaper) isReturned(use inspector.Cursor) bool {
	if kind, _ := use.ParentEdge(); kind == edge.CallExpr_Args && code.IsCall(c.Info, use.Parent().Node().(*ast.CallExpr), "context", "WithValue") {
		return c.isReturned(use.Parent())
	}
	return c.UseOf(use) == code.Returned
}

// deadWith tells of a mention, behind the Wait of a group, of what is dead with the group's context.
func (c *escaper) deadWith(use inspector.Cursor, v, ctx *types.Var, fn inspector.Cursor, line int) bool {
	declared, ok := c.DeclaredIn(v)
	if v == ctx || !code.IsLocal(v) || !ok || declared != fn {
		return false
	}
	how := c.UseOf(use)
	switch {
	case code.IsContext(v.Type()) && c.madeWhileAlive(v, ctx, 0):
		if !c.needsLive(use) && how != code.Returned {
			return false
		}
		c.tell(use.Node(), "after", fmt.Sprintf("%s is made of %s, and is dead with that since the Wait in line %d: make it of the context around", v.Name(), ctx.Name(), line))
	case how == code.Called && c.worksWithDead(v, ctx, true), (how == code.Returned || c.isKept(use, fn)) && c.worksWithDead(v, ctx, false):
		c.tell(use.Node(), "after", fmt.Sprintf("%s works with %s, which is dead since the Wait in line %d: give it a context as an argument", v.Name(), ctx.Name(), line))
	default:
		return false
	}
	return true
}

// isKept tells whether a mention stores something in what outlives a function.
func (c *escaper) isKept(use, fn inspector.Cursor) bool {
	shape, _ := c.sink(use, block{fn.Node(), "the function"})
	return shape == "stored" || shape == "sent"
}

// madeWhileAlive tells whether a variable holds nothing but a context that was made of a group's, which ends it.
func (c *escaper) madeWhileAlive(v, ctx *types.Var, depth int) bool {
	made := c.Origins(v)
	if len(made) != 1 || depth > 3 {
		return false
	}
	call := callOf(made[0])
	if !ends(c.Info, call) && !code.IsCall(c.Info, call, "context", "WithValue") || call.Pos() < c.groupMade(ctx) {
		return false
	}
	of := code.Var(c.Info, call.Args[0])
	return of == ctx || code.IsLocal(of) && of != v && c.madeWhileAlive(of, ctx, depth+1)
}

// worksWithDead tells whether a variable holds nothing but a literal that hands a context to calls which need it alive; if always, without a return before.
func (c *escaper) worksWithDead(v, ctx *types.Var, always bool) bool {
	lit, ok := c.Only(v).(*ast.FuncLit)
	return ok && c.needs(lit, ctx, always)
}

// needs tells whether a literal, when it is called, hands a context to a call that needs it alive, and does not ask before whether it is.
func (c *escaper) needs(lit *ast.FuncLit, ctx *types.Var, always bool) bool {
	if c.LooksAtCtx(lit) {
		return false
	}
	for _, use := range c.Uses[ctx] {
		in, _ := code.FuncAround(use)
		kind, _ := use.ParentEdge()
		if in.Node() != lit || kind != edge.CallExpr_Args || !c.needsLive(use) || code.Deferred(use) {
			continue
		}
		if !always || !code.Has(lit, func(n ast.Node) bool {
			ret, ok := n.(*ast.ReturnStmt)
			return ok && ret.End() < use.Node().Pos()
		}) {
			return true
		}
	}
	return false
}

// keptFunction finds literals with the group's context that the function keeps in an object before the Wait. Those of a group that goes on serving are of use
// as long as that goes on: here no task does more than to ask for something, and none has to do with what is kept.
func (c *escaper) keptFunction(use inspector.Cursor, g, ctx *types.Var, fn inspector.Cursor, join *ast.CallExpr) {
	lit, ok := c.literalIn(use, block{fn.Node(), ""})
	if !ok || lit.Node().Pos() > join.Pos() {
		return
	}
	if c.sentFunction(lit, fn, ctx) {
		c.tell(use.Node(), "sent", fmt.Sprintf("the context of a group (%s) is in a function that is sent over a channel: it is dead after the Wait in line %d", ctx.Name(), c.Fset.Position(join.Pos()).Line))
		return
	}
	as, ok := lit.Parent().Node().(*ast.AssignStmt)
	if !ok || len(as.Lhs) != 1 {
		return
	}
	sel, ok := ast.Unparen(as.Lhs[0]).(*ast.SelectorExpr)
	if !ok {
		return
	}
	field, root := code.Var(c.Info, sel), rootOf(c.Info, sel)
	if root == nil || !field.IsField() || root.Kind() != types.RecvVar && root.Kind() != types.ParamVar || !c.needs(lit.Node().(*ast.FuncLit), ctx, false) {
		return
	}
	if !c.onlyAskFor(g, ctx) || c.reaches(root, field, as, join) {
		return
	}
	c.tell(use.Node(), "stored", fmt.Sprintf("the context of a group (%s) is kept in a function that is stored in what outlives it: it is dead after the Wait in line %d", ctx.Name(), c.Fset.Position(join.Pos()).Line))
}

// onlyAskFor tells whether all tasks of a group are in sight, and each asks for something with the group's context, looks at what it gets, and waits for
// nothing else.
func (c *escaper) onlyAskFor(g, ctx *types.Var) bool {
	tasks := 0
	for _, t := range c.Tasks {
		if t.Owner == nil || code.Var(c.Info, t.Owner) != g {
			continue
		}
		if t.Lit == nil {
			return false
		}
		lit, ok := c.Root.FindNode(t.Lit)
		if !ok || code.Has(t.Lit, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ForStmt, *ast.SelectStmt, *ast.SendStmt:
				return true
			case *ast.UnaryExpr:
				return n.Op == token.ARROW
			case *ast.RangeStmt:
				_, ok := under(c.Info.TypeOf(n.X)).(*types.Chan)
				return ok
			}
			return false
		}) {
			return false
		}
		asks := false
		for at := range lit.Preorder((*ast.CallExpr)(nil)) {
			call := at.Node().(*ast.CallExpr)
			if slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return code.Var(c.Info, e) == ctx }) {
				if !c.asksFor(at, call) {
					return false
				}
				asks = true
			}
		}
		if !asks {
			return false
		}
		tasks++
	}
	return tasks > 0
}

// reaches tells whether a function that keeps something in a field of an object may come to it again before a join: by the field, which it sets anew or
// calls, or by whoever has the object itself.
func (c *escaper) reaches(object, field *types.Var, kept *ast.AssignStmt, join *ast.CallExpr) bool {
	return slices.ContainsFunc(c.Uses[object], func(use inspector.Cursor) bool {
		if code.Within(use.Node(), kept) || use.Node().Pos() < kept.Pos() && c.TaskAround(use) == nil {
			return false
		}
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		if !ok {
			return use.Node().Pos() < join.Pos()
		}
		f, isField := c.Info.Uses[sel.Sel].(*types.Var)
		return f == field || !isField && use.Node().Pos() < join.Pos()
	})
}
