// A call under a fresh context in a task of a group, where another task of the same group has the same function work under the group's. Part of the
// rule background.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// unlikeSibling tells whether a task fails by a call that is given a fresh context, and another task of its group calls the same function with one that can
// end: both are parts of the same work. What has done something under a context before may have to finish or to undo that.
func (c *check) unlikeSibling(arg, at inspector.Cursor, call *ast.CallExpr) bool {
	t, fn := c.TaskAround(arg), code.Callee(c.Info, call)
	if t == nil || t.Owner == nil || fn == nil || c.endingNow(arg, call) || settles.MatchString(fn.Name()) || c.observes(call) || c.KeepsCtx(fn) || !c.failsBy(chained(at)) || code.Has(t.Lit, func(n ast.Node) bool {
		before, ok := n.(*ast.CallExpr)
		return ok && before.End() < call.Pos() && c.CtxArg(before) != nil && !c.observes(before)
	}) {
		return false
	}
	g := code.Var(c.Info, t.Owner)
	return g != nil && slices.ContainsFunc(c.Tasks, func(other *code.Task) bool {
		return other != t && other.Lit != nil && other.Owner != nil && code.Var(c.Info, other.Owner) == g && code.Has(other.Lit, func(n ast.Node) bool {
			like, ok := n.(*ast.CallExpr)
			return ok && code.Callee(c.Info, like) == fn && c.CtxArg(like) != nil
		})
	})
}

// chained gives the last of the calls that are made of what a call gives: of f(x) in f(x).Run() that of Run.
func chained(call inspector.Cursor) inspector.Cursor {
	for {
		kind, _ := call.ParentEdge()
		up, _ := call.Parent().ParentEdge()
		if kind != edge.SelectorExpr_X || up != edge.CallExpr_Fun {
			return call
		}
		call = call.Parent().Parent()
	}
}

// forSibling tells whether a variable is declared in a task as a fresh context, whatever its name, and given to no more than calls that are unlike those of
// another task.
func (c *check) forSibling(cur inspector.Cursor, v *types.Var) bool {
	if as := cur.Parent().Node().(*ast.AssignStmt); as.Tok != token.DEFINE || ending.MatchString(v.Name()) && !plainName.MatchString(v.Name()) {
		return false
	}
	if _, all := c.Made(v); !all || len(c.Origins(v)) != 1 || len(c.Uses[v]) == 0 {
		return false
	}
	return !slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		call, ok := use.Parent().Node().(*ast.CallExpr)
		return !ok || c.UseOf(use) != code.Argument || c.TaskAround(use) != c.TaskAround(cur) || !c.unlikeSibling(use, use.Parent(), call)
	})
}

// plainName matches names that say no more of a context than what it is.
var plainName = regexp.MustCompile(`(?i)^(bg|background)(ctx|context)?$`)
