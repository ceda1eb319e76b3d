// Whether the deadline of MoveOn cut its body short, at which nobody looks. Part of the rule handle.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// keptThoughFired reports a MoveOn whose body goes through a list and collects something of each element, if that is kept under a key behind it although it is
// ignored whether all elements had their turn. What was collected in the time there was may be of use to the caller; what is kept is taken for the whole.
func (c *check) keptThoughFired(cur inspector.Cursor, call *ast.CallExpr) {
	fn, ok := code.FuncAround(cur)
	if !ok || !ignored(cur, 0) || c.commentAbove(call, partial) {
		return
	}
	lists := c.filledFrom(call)
	flow := code.FlowOf(c.cfgs, fn.Node())
	for _, list := range lists {
		if c.asksHowMany(list) {
			continue
		}
		told := false
		flow.After(call, func(step ast.Node) bool {
			told = told || code.Has(step, func(n ast.Node) bool {
				keep, ok := n.(*ast.CallExpr)
				return ok && c.keepsByKey(keep, list)
			})
			return !told && !sets(c, step, list)
		})
		if told {
			c.report(call, "fired", fmt.Sprintf("whether the time ran out is ignored, and %s is kept as if it were the whole: keep it only if it was not cut short", list.Name()))
			return
		}
	}
}

// partial matches comments that say that not all is needed.
var partial = regexp.MustCompile(`(?i)partial|incomplete|best[- ]effort|as (many|much|far)|so far|enough`)

// filledFrom gives the variables from outside that the body of a call fills in a loop over a list, if it sets nothing else from outside, which could say
// that it has come to the end.
func (c *check) filledFrom(call *ast.CallExpr) (lists []*types.Var) {
	only := true
	for _, t := range c.Tasks {
		if t.Call != call || t.Lit == nil {
			continue
		}
		lit, ok := c.Root.FindNode(t.Lit)
		if !ok {
			continue
		}
		for at := range lit.Preorder((*ast.AssignStmt)(nil)) {
			as := at.Node().(*ast.AssignStmt)
			for _, e := range as.Lhs {
				v := rootOf(c.Info, e)
				if as.Tok == token.DEFINE || v == nil || isBlank(e) || code.Within(c.declOf(v), t.Lit) {
					continue
				}
				if !code.IsLocal(v) || !c.inLoopOverList(at) {
					only = false
				} else if !slices.Contains(lists, v) {
					lists = append(lists, v)
				}
			}
		}
	}
	if !only {
		return nil
	}
	return lists
}

// inLoopOverList tells whether a place is in a loop over a list.
func (c *check) inLoopOverList(at inspector.Cursor) bool {
	loop, ok := code.LoopAround(at)
	if !ok {
		return false
	}
	r, ok := loop.Node().(*ast.RangeStmt)
	return ok && isList(c.Info.TypeOf(r.X))
}

// isList tells whether a type is one whose elements are all there: a slice, an array or a map.
func isList(t types.Type) bool {
	switch under(t).(type) {
	case *types.Slice, *types.Array, *types.Map:
		return true
	}
	return false
}

// asksHowMany tells whether the length of a list is compared with something.
func (c *check) asksHowMany(list *types.Var) bool {
	return slices.ContainsFunc(c.Uses[list], func(use inspector.Cursor) bool {
		call, ok := use.Parent().Node().(*ast.CallExpr)
		_, compared := use.Parent().Parent().Node().(*ast.BinaryExpr)
		return ok && compared && c.Builtin(call) == "len"
	})
}

// keepsByKey tells whether a call puts a list away under a key, by its name.
func (c *check) keepsByKey(call *ast.CallExpr, list *types.Var) bool {
	if !slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return code.Var(c.Info, e) == list }) {
		return false
	}
	others := 0
	for _, arg := range call.Args {
		if !code.IsContext(c.Info.TypeOf(arg)) {
			others++
		}
	}
	return others > 1 && (keeping.MatchString(code.CalleeName(call)) || caching.MatchString(receiverText(call)+"."+code.CalleeName(call)))
}

var (
	keeping = regexp.MustCompile(`(?i)^(put|set|store|save|persist|memo)`)
	caching = regexp.MustCompile(`(?i)cache`)
)
