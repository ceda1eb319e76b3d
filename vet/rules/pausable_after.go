// What a return at a sleep would leave out. Part of the rule pausable.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
	"github.com/braid-go/braid/vet/internal/tie"
)

// changes tells whether the rule tie changes the declared function around a place. A return that is written into it in the same run may be none for
// what becomes of it; a second run sees that.
func changes(tied []tie.Finding, cur inspector.Cursor) bool {
	decl, _ := code.DeclAround(cur)
	return decl != nil && slices.ContainsFunc(tied, func(f tie.Finding) bool {
		return slices.ContainsFunc(f.Edits, func(e analysis.TextEdit) bool { return decl.Pos() <= e.Pos && e.Pos < decl.End() })
	})
}

// anothers tells whether the context in reach is that of a function around: a literal may be called for what it does, whatever
// has become of that context.
func (c *check) anothers(r *code.Reach) bool {
	lit, ok := r.Func.Node().(*ast.FuncLit)
	return ok && code.CtxParam(c.Info, lit.Type) != r.Ctx
}

// leftOut says what a return at a place would leave out that somebody counts on, or "". A function without results cannot say that it was
// cut short: there nothing may follow but the next round of an endless loop.
func (c *check) leftOut(cur inspector.Cursor, silent bool) string {
	fn, _ := code.FuncAround(cur)
	typ, body := code.FuncParts(fn.Node())
	if silent && !endlessAround(cur, body) {
		return ", but a return would leave out the rest, and nobody would know"
	}
	if c.resultsUsed(typ) {
		return ", but a return would lose the results so far"
	}
	flow := code.FlowOf(c.cfgs, fn.Node())
	if flow == nil {
		return ", but what follows is not known"
	}
	ways, what := c.waysOut(body), ""
	flow.After(cur.Node(), func(step ast.Node) bool {
		if e, ok := step.(ast.Expr); ok && isChan(c.Info.TypeOf(e)) {
			what = "a wait" // for what a loop ranges over
		}
		if !ways[step] {
			ast.Inspect(step, func(n ast.Node) bool {
				if what == "" {
					what = c.countedOn(n, fn)
				}
				return what == ""
			})
		}
		return what == ""
	})
	if what == "" {
		return ""
	}
	return ", but a return would leave out " + what
}

func isChan(t types.Type) bool {
	_, ok := under(t).(*types.Chan)
	return ok
}

// endlessAround tells whether the outermost loop around a place, in its function, ends by nothing but a break or a return, and is the last that is done.
func endlessAround(cur inspector.Cursor, body *ast.BlockStmt) bool {
	loop, ok := code.LoopAround(cur)
	for ok {
		out, more := code.LoopAround(loop)
		if !more {
			break
		}
		loop = out
	}
	if !ok {
		return false
	}
	f, isFor := loop.Node().(*ast.ForStmt)
	return isFor && f.Cond == nil && endsWith(loop, body)
}

// resultsUsed tells whether results have names, the error aside, and are used by them.
func (c *check) resultsUsed(typ *ast.FuncType) bool {
	if typ.Results == nil {
		return false
	}
	for _, f := range typ.Results.List {
		for _, name := range f.Names {
			v, ok := c.Info.Defs[name].(*types.Var)
			if ok && !code.IsError(v.Type()) && len(c.Uses[v]) > 0 {
				return true
			}
		}
	}
	return false
}

// waysOut gives the communications of selects that go on without them at the end of a context, or at once.
func (c *check) waysOut(body *ast.BlockStmt) map[ast.Node]bool {
	out := map[ast.Node]bool{}
	code.Shallow(body, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectStmt)
		if !ok || !slices.ContainsFunc(s.Body.List, func(s ast.Stmt) bool {
			comm := s.(*ast.CommClause).Comm
			es, ok := comm.(*ast.ExprStmt)
			return comm == nil || ok && c.DoneOf(es.X) != nil
		}) {
			return true
		}
		for _, s := range s.Body.List {
			if comm := s.(*ast.CommClause).Comm; comm != nil {
				out[comm] = true
			}
		}
		return true
	})
	return out
}

// countedOn says what a node does that somebody outside of its function may wait for, or see, or "".
func (c *check) countedOn(n ast.Node, fn inspector.Cursor) string {
	var changed []ast.Expr
	switch n := n.(type) {
	case *ast.SendStmt:
		return "a send"
	case *ast.UnaryExpr:
		if ch, ok := under(c.Info.TypeOf(n.X)).(*types.Chan); ok && n.Op == token.ARROW && c.DoneOf(n) == nil && !code.IsNamed(ch.Elem(), "time", "Time") {
			return "a wait"
		}
	case *ast.CallExpr:
		switch name := code.CalleeName(n); name {
		case "Wait":
			return "a wait"
		case "close", "Close", "Done", "Unlock", "Signal", "Broadcast":
			if c.DoneOf(n) == nil {
				return "a call of " + name
			}
		}
		switch c.Builtin(n) {
		case "delete", "copy", "clear":
			if !c.ownPart(n.Args[0], fn) {
				return "what it does to what outlives the function"
			}
		}
	case *ast.AssignStmt:
		changed = n.Lhs
	case *ast.IncDecStmt:
		changed = []ast.Expr{n.X}
	}
	if slices.ContainsFunc(changed, func(e ast.Expr) bool { return !c.own(e, fn) }) {
		return "an assignment to what outlives the function"
	}
	return ""
}

// own tells whether what is assigned to is gone when the function has returned, or is its error.
func (c *check) own(e ast.Expr, fn inspector.Cursor) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return c.ownPart(e, fn)
	}
	v, ok := c.Info.ObjectOf(id).(*types.Var)
	return !ok || declaredIn(v, fn)
}

func declaredIn(v *types.Var, fn inspector.Cursor) bool {
	return fn.Node().Pos() <= v.Pos() && v.Pos() < fn.Node().End()
}

// ownPart tells whether the parts of something are gone when the function has returned: it is, or points to, what the function has made itself.
func (c *check) ownPart(e ast.Expr, fn inspector.Cursor) bool {
	for {
		switch n := ast.Unparen(e).(type) {
		case *ast.SelectorExpr:
			e = n.X
			continue
		case *ast.IndexExpr:
			e = n.X
			continue
		case *ast.StarExpr:
			e = n.X
			continue
		}
		break
	}
	v := code.Var(c.Info, e)
	if v == nil || !code.IsLocal(v) || code.IsParam(c.Info, v) || !declaredIn(v, fn) {
		return false
	}
	switch under(v.Type()).(type) {
	case *types.Basic, *types.Array:
		return true
	}
	made := c.Origins(v)
	return len(made) > 0 && !slices.ContainsFunc(made, func(o ast.Expr) bool {
		switch o := ast.Unparen(o).(type) {
		case *ast.CompositeLit:
			return false
		case *ast.UnaryExpr:
			_, lit := ast.Unparen(o.X).(*ast.CompositeLit)
			return o.Op != token.AND || !lit
		case *ast.CallExpr:
			name := c.Builtin(o)
			return name != "make" && name != "new" && name != "append"
		}
		return true
	})
}
