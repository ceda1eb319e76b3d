// Lists whose elements all have a task at once: what braid.Map and Each are given. Part of the rule unbounded.

package rules

import (
	"go/ast"
	"go/constant"
	"regexp"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// allAtOnce looks at a braid.Map or Each, which have as many tasks at once as there are items unless they are given a Limit.
func (c *check) allAtOnce(t *code.Task) {
	list := t.Call.Args[1]
	if c.mentionsLimit(t.Call) && !c.limitIsLen(t.Call, list) || hasVarOption(c, t.Call) || t.Call.Ellipsis.IsValid() || c.checked(list, t.At) {
		return
	}
	switch {
	case c.external(list):
		c.report(list, "decoded", "a task for each of what comes from outside, as many at once as there are: give it a Limit")
	case c.ofRows(list):
		c.report(list, "rows", "a task for each row of a query, as many at once as there are: give it a Limit")
	default:
		if shape, what := c.whole(list); shape != "" {
			c.report(list, shape, "a task for each "+what+", as many at once as there are: give it a Limit")
		}
	}
}

// ofRows tells whether the function puts a value for each row of a query into a list, and the query does not say how many there are at most.
func (c *check) ofRows(list ast.Expr) bool {
	v := code.Var(c.Info, list)
	if !code.IsLocal(v) || c.inBatches(v) {
		return false
	}
	for _, use := range c.Uses[v] {
		as, ok := use.Parent().Node().(*ast.AssignStmt)
		if !ok || c.UseOf(use) != code.Assigned || len(as.Rhs) != 1 {
			continue
		}
		call, ok := ast.Unparen(as.Rhs[0]).(*ast.CallExpr)
		loop, in := code.LoopAround(use)
		if !ok || !in || c.Builtin(call) != "append" || code.Within(list, loop.Node()) {
			continue
		}
		f, ok := loop.Node().(*ast.ForStmt)
		if !ok {
			continue
		}
		if next, ok := f.Cond.(*ast.CallExpr); ok && code.IsCall(c.Info, next, "database/sql", "Rows.Next") {
			return c.asksForAll(loop)
		}
	}
	return false
}

// asksForAll tells whether the query of the function around a loop is in sight, and says nothing of how many rows it wants.
func (c *check) asksForAll(loop inspector.Cursor) bool {
	fn, _ := code.FuncAround(loop)
	asks, limits := false, false
	for cur := range fn.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if !code.IsCall(c.Info, call, "database/sql", "DB.Query", "DB.QueryContext", "Tx.Query", "Tx.QueryContext", "Conn.QueryContext") {
			continue
		}
		for _, arg := range call.Args {
			if tv := c.Info.Types[arg]; tv.Value != nil && tv.Value.Kind() == constant.String {
				asks, limits = true, limits || limiting.MatchString(constant.StringVal(tv.Value))
			}
		}
	}
	return asks && !limits
}

var limiting = regexp.MustCompile(`(?i)\b(limit|top|fetch first)\b`)
