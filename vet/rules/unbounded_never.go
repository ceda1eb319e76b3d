// Limits that never hold anything back: the larger of a number and the length of the list that they are for. Part of the rule unbounded.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// neverLimits reports the limit of a task's group, if it is at least the length of the list that the group's tasks are for.
func (c *check) neverLimits(t *code.Task, told map[*ast.CallExpr]bool) {
	list, limits := c.limitsFor(t)
	for _, call := range limits {
		if len(call.Args) == 1 && !told[call] && c.atLeastLen(call.Args[0], list) {
			told[call] = true
			c.report(call.Args[0], "never", "this limit is never less than the length of "+types.ExprString(list)+", and holds nothing back: min was meant, not max")
		}
	}
}

// limitsFor gives the list that a task, or a braid.Map or Each, is for, and the calls that limit how many there are at once. There is none if tasks of the
// group are started elsewhere too.
func (c *check) limitsFor(t *code.Task) (list ast.Expr, limits []*ast.CallExpr) {
	if code.IsCall(c.Info, t.Call, code.Braid, "Map", "Each") && len(t.Call.Args) > 2 {
		return t.Call.Args[1], c.limitsIn(t.Call)
	}
	g := code.Var(c.Info, t.Owner)
	loop, ok := code.LoopAround(t.At)
	if t.Owner == nil || g == nil || !ok || slices.ContainsFunc(c.Tasks, func(other *code.Task) bool {
		in, _ := code.LoopAround(other.At)
		return other.Owner != nil && code.Var(c.Info, other.Owner) == g && in != loop
	}) {
		return nil, nil
	}
	r, ok := loop.Node().(*ast.RangeStmt)
	if !ok {
		return nil, nil
	}
	for _, use := range c.Uses[g] {
		if sel, ok := use.Parent().Node().(*ast.SelectorExpr); ok && (sel.Sel.Name == "SetLimit" || sel.Sel.Name == "WithMaxGoroutines") {
			if call, ok := use.Parent().Parent().Node().(*ast.CallExpr); ok {
				limits = append(limits, call)
			}
		}
	}
	for _, e := range c.Origins(g) {
		limits = append(limits, c.limitsIn(e)...)
	}
	if run := c.bodyOf(g); run != nil && g.Kind() == types.ParamVar {
		limits = append(limits, c.limitsIn(run)...)
	}
	return r.X, limits
}

// limitsIn gives the calls in an expression, but not in literals, that say how many there may be at once.
func (c *check) limitsIn(e ast.Expr) (limits []*ast.CallExpr) {
	code.Shallow(e, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && (code.IsCall(c.Info, call, code.Braid, "Limit") || code.CalleeName(call) == "WithMaxGoroutines") {
			limits = append(limits, call)
		}
		return true
	})
	return limits
}

// atLeastLen tells whether a number is the larger of the length of a list and another, which is no constant: a constant sees to it that it is not 0.
func (c *check) atLeastLen(n, list ast.Expr) bool {
	if list == nil {
		return false
	}
	made := []ast.Expr{n}
	v := code.Var(c.Info, n)
	if code.IsLocal(v) && v.Kind() == types.LocalVar {
		var all bool
		if made, all = c.Made(v); !all {
			return false
		}
	}
	if len(made) == 2 { // n := len(list); if n < most { n = most }
		return c.isLenOf(made[0], list) && c.Info.Types[made[1]].Value == nil && c.ifLess(v, made[1])
	}
	if len(made) != 1 {
		return false
	}
	call, ok := unparen[*ast.CallExpr](made[0])
	if !ok || c.Builtin(call) != "max" {
		return false
	}
	return slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return c.isLenOf(e, list) }) &&
		!slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return c.Info.Types[e].Value != nil })
}

// ifLess tells whether a variable is set to something only where it is less than that.
func (c *check) ifLess(v *types.Var, to ast.Expr) bool {
	return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		as, ok := use.Parent().Node().(*ast.AssignStmt)
		if !ok || c.UseOf(use) != code.Assigned || len(as.Rhs) != 1 || as.Rhs[0] != to {
			return false
		}
		s, ok := use.Parent().Parent().Parent().Node().(*ast.IfStmt)
		if !ok {
			return false
		}
		cond, ok := unparen[*ast.BinaryExpr](s.Cond)
		if !ok {
			return false
		}
		less, more := cond.X, cond.Y
		if cond.Op == token.GTR || cond.Op == token.GEQ {
			less, more = more, less
		} else if cond.Op != token.LSS && cond.Op != token.LEQ {
			return false
		}
		return code.Var(c.Info, less) == v && types.ExprString(more) == types.ExprString(to)
	})
}
