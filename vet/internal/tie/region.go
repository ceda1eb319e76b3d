// The code between a group's first task and its join becomes a function: what
// would then mean something else stands in the way.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/braid-go/braid/vet/internal/code"
)

// region gives what forbids to put the statements list[from:to] into a function
// of their own, or "".
func (g *group) region(from, to int) string {
	var why string
	no := func(s string) {
		if why == "" {
			why = s
		}
	}
	labels := map[string]bool{}
	for _, s := range g.list[from:to] {
		ast.Inspect(s, func(n ast.Node) bool {
			if l, ok := n.(*ast.LabeledStmt); ok {
				labels[l.Label.Name] = true
			}
			return true
		})
	}
	if jumps := code.Has(g.around(), func(n ast.Node) bool {
		b, ok := n.(*ast.BranchStmt)
		return ok && b.Tok == token.GOTO && labels[b.Label.Name]
	}); jumps {
		no("a goto leads to where its tasks are started")
	}
	var walk func(n ast.Node, loop, breakable bool)
	walk = func(n ast.Node, loop, breakable bool) {
		ast.Inspect(n, func(c ast.Node) bool {
			if c == n || c == nil {
				return true
			}
			switch c := c.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ReturnStmt:
				no("a return leaves the block before the join")
			case *ast.DeferStmt:
				no("a defer between its tasks and its join would run at the end of the group")
			case *ast.BranchStmt:
				switch {
				case c.Tok == token.GOTO:
					no("a goto may leave the block before the join")
				case c.Tok == token.FALLTHROUGH:
				case c.Label != nil && !labels[c.Label.Name],
					c.Label == nil && c.Tok == token.BREAK && !breakable,
					c.Label == nil && c.Tok == token.CONTINUE && !loop:
					no("a " + c.Tok.String() + " leaves the block before the join")
				}
			case *ast.CallExpr:
				if g.f.exits(c, deepest) {
					no("runtime.Goexit between its tasks and its join means something else in a function of its own")
				}
				if id, ok := ast.Unparen(c.Fun).(*ast.Ident); ok {
					switch g.f.Info.Uses[id] {
					case types.Universe.Lookup("recover"):
						no("recover means something else in a function of its own")
					case types.Universe.Lookup("panic"):
						no("a panic between its tasks and its join would wait for the tasks, and come out as a *braid.PanicError")
					}
				}
			case *ast.ForStmt, *ast.RangeStmt:
				walk(c, true, true)
				return false
			case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				walk(c, loop, true)
				return false
			}
			return true
		})
	}
	for _, s := range g.list[from:to] {
		walk(&ast.BlockStmt{List: []ast.Stmt{s}, Lbrace: s.Pos(), Rbrace: s.End()}, false, false)
	}
	start, end := g.list[from].Pos(), g.list[to-1].End()
	for id, o := range g.f.Info.Defs {
		if o == nil || id.Pos() < start || id.Pos() >= end || !scopeIs(g, o) {
			continue
		}
		if g.usedAfter(o, end) {
			no(o.Name() + ", which is declared between its tasks and its join, is used after it")
		}
	}
	no(g.redeclared(g.list[from:to]))
	no(g.ended())
	return why
}

// redeclared tells of a variable from before that one of the statements sets by :=, which in a function of
// its own would declare another.
func (g *group) redeclared(list []ast.Stmt) string {
	for _, s := range list {
		for l, ok := s.(*ast.LabeledStmt); ok; l, ok = s.(*ast.LabeledStmt) {
			s = l.Stmt
		}
		as, ok := s.(*ast.AssignStmt)
		if !ok || as.Tok != token.DEFINE {
			continue
		}
		for _, l := range as.Lhs {
			if o := g.f.Info.Uses[identOf(l)]; o != nil && o.Pos() < list[0].Pos() {
				return o.Name() + " is set between its tasks and its join by :=, which would declare another variable there"
			}
		}
	}
	return ""
}

// scopeIs tells whether an object is declared by a statement of the list itself.
func scopeIs(g *group, o types.Object) bool {
	s := o.Parent()
	return s != nil && s == g.f.pass.Pkg.Scope().Innermost(g.list[g.made].Pos())
}

func (g *group) usedAfter(o types.Object, end token.Pos) bool {
	if v, ok := o.(*types.Var); ok {
		for _, use := range g.f.Uses[v] {
			if use.Node().Pos() >= end {
				return true
			}
		}
		return false
	}
	for id, u := range g.f.Info.Uses {
		if u == o && id.Pos() >= end {
			return true
		}
	}
	return false
}
