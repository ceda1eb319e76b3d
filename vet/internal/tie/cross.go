// Regions that cross: of two groups in one list the one's begins within the other's and ends behind it. Functions
// can only lie within one another, so one of the two joins would come in the other's place.

package tie

import (
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// span is what becomes a function of its own for a finding.
type span struct {
	from, to token.Pos
	found    int    // the finding's index
	what     string // it is
}

// span notes where the new function of the last finding is.
func (g *group) span(what string) {
	if last := len(g.f.found) - 1; g.f.found[last].Edits != nil {
		g.f.spans = append(g.f.spans, span{g.place(), g.list[g.join].End(), last, what})
	}
}

// uncross leaves those as they are that cross others.
func (f *finder) uncross() {
	for i, a := range f.spans {
		for _, b := range f.spans[i+1:] {
			if a.from > b.from {
				a, b = b, a
			}
			if b.from < a.to && (a.to < b.to || a.from == b.from) {
				f.crosses(a)
				f.crosses(b)
			}
		}
	}
}

func (f *finder) crosses(s span) {
	found := &f.found[s.found]
	found.Shape, found.Edits = Reshape, nil
	found.Message = "this " + s.what + " could be braid.Run, but it and another group cross: let the join of what begins later come first"
}

// keptBy tells whether a mention of the group is in a function literal that may run at another time than where it is called:
// it is no task of the group's, and is not called in place, or by a variable of the region's that does nothing else.
func (g *group) keptBy(use inspector.Cursor) bool {
	for c := range use.Enclosing((*ast.FuncLit)(nil)) {
		lit := c.Node().(*ast.FuncLit)
		if !code.Within(lit, g.block.Node()) {
			break
		}
		switch kind, _ := c.ParentEdge(); kind {
		case edge.CallExpr_Fun: // a go statement's is looked at with its task
		case edge.CallExpr_Args:
			if g.f.Task[lit] == nil {
				return true
			}
		default:
			if !g.onlyCalled(lit, c) {
				return true
			}
		}
	}
	return false
}

// onlyCalled tells whether a literal is kept in a variable of the group's block, and that is called and no more, before the join.
func (g *group) onlyCalled(lit *ast.FuncLit, c inspector.Cursor) bool {
	var name ast.Expr
	switch p := c.Parent().Node().(type) {
	case *ast.AssignStmt:
		if len(p.Lhs) == 1 {
			name = p.Lhs[0]
		}
	case *ast.ValueSpec:
		if len(p.Names) == 1 {
			name = p.Names[0]
		}
	}
	v := code.Var(g.f.Info, name)
	if identOf(name) == nil || !code.IsLocal(v) || !code.Within(g.f.declOf(v), g.block.Node()) || g.f.Only(v) != ast.Expr(lit) {
		return false
	}
	for _, use := range g.f.Uses[v] {
		if use.Node().Pos() > g.list[g.join].Pos() {
			return false
		}
		if kind := g.f.UseOf(use); kind != code.Called && kind != code.Assigned {
			return false
		}
	}
	return true
}
