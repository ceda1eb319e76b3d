// Goroutines for each file of a tree. Part of the rule unbounded.

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

// walkAround gives the function around a place that is called for each file of a tree: a literal, also one in a local variable, or a function of the package
// that is there for nothing else.
func (c *check) walkAround(at inspector.Cursor) (fn inspector.Cursor, ok bool) {
	fn, ok = code.FuncAround(at)
	if !ok {
		return fn, false
	}
	if c.walks(fn) {
		return fn, true
	}
	uses := c.namedBy(fn)
	return fn, len(uses) > 0 && !slices.ContainsFunc(uses, func(use inspector.Cursor) bool { return !c.walks(use) })
}

// walks tells whether a function is given to one that calls it for each file of a tree.
func (c *check) walks(fn inspector.Cursor) bool {
	kind, _ := fn.ParentEdge()
	call, ok := fn.Parent().Node().(*ast.CallExpr)
	return ok && kind == edge.CallExpr_Args && (code.IsCall(c.Info, call, "path/filepath", "Walk", "WalkDir") || code.IsCall(c.Info, call, "io/fs", "WalkDir"))
}

// fewOf tells whether a task in the function of a walk is for some of the files only, or is waited for there: its group or the pipe that it fills is the
// function's own, the walk or the folder ends with it, a number is looked at, or somebody else sets up the group.
func (c *check) fewOf(walk inspector.Cursor, t *code.Task) bool {
	own := func(v *types.Var) bool {
		in, ok := c.DeclaredIn(v)
		return ok && in == walk
	}
	if g := code.Var(c.Info, t.Owner); t.Owner != nil && (own(g) || slices.ContainsFunc(c.Uses[g], func(use inspector.Cursor) bool {
		u, ok := use.Parent().Node().(*ast.UnaryExpr)
		return c.UseOf(use) == code.Argument || ok && u.Op == token.AND
	})) {
		return true
	}
	fills := false
	ast.Inspect(t.At.Node(), func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			v, _ := c.Info.Uses[id].(*types.Var)
			fills = fills || v != nil && code.IsNamed(v.Type(), "io", "PipeWriter") && own(v)
		}
		return !fills
	})
	return fills || code.Has(bodyOfLoop(walk), func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			return n.Pos() > t.At.Node().End() && (n.Sel.Name == "SkipAll" || n.Sel.Name == "SkipDir")
		case *ast.BinaryExpr:
			return limits(c.Info, n.Op, n.Y) || limits(c.Info, n.Op, n.X) && c.Info.Types[n.X].Value != nil
		}
		return false
	})
}
