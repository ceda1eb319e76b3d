// Groups in a field that nobody waits for, while another way tells when what they count has ended. Part of the rule unjoined.

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

// endsTold tells whether each function that a group in a field counts closes a channel when it ends, and some other function of the package receives from
// that, or hands it to whoever asks: so it is known when they have ended.
func (c *check) endsTold(u *groupUses) bool {
	counted := map[ast.Node]bool{}
	for _, done := range u.dones {
		fn, ok := c.goroutineOf(done)
		if !ok {
			return false
		}
		counted[fn] = true
	}
	for _, start := range u.starts {
		if fn := c.countedBy(start); fn != nil {
			counted[fn] = true
		} else if code.CalleeName(start.Node().(*ast.CallExpr)) != "Add" || len(u.dones) == 0 {
			return false
		}
	}
	for fn := range counted {
		if !slices.ContainsFunc(c.closesLast(fn), func(ch *types.Var) bool { return c.heardElsewhere(ch, fn) }) {
			return false
		}
	}
	return len(counted) > 0
}

// goroutineOf gives the function that a goroutine runs which has a place in it: the literal, or the declared function.
func (c *check) goroutineOf(cur inspector.Cursor) (ast.Node, bool) {
	if t := c.TaskAround(cur); t != nil {
		return t.Lit, true
	}
	decl, _ := code.DeclAround(cur)
	return decl, decl != nil
}

// countedBy gives the function that is started with a group: the argument of its Go, or that of the first go statement behind its Add.
func (c *check) countedBy(start inspector.Cursor) ast.Node {
	call := start.Node().(*ast.CallExpr)
	for _, t := range c.Tasks {
		if t.Call == call {
			return c.bodyOfTask(t)
		}
	}
	if kind, _ := start.ParentEdge(); kind != edge.ExprStmt_X || code.CalleeName(call) != "Add" {
		return nil
	}
	for next, ok := start.Parent().NextSibling(); ok; next, ok = next.NextSibling() {
		for _, t := range c.Tasks {
			if t.At == next && t.Kind == code.Bare {
				return c.bodyOfTask(t)
			}
		}
	}
	return nil
}

// bodyOfTask gives the literal or the function of the package that a task runs, or nil.
func (c *check) bodyOfTask(t *code.Task) ast.Node {
	if t.Lit != nil {
		return t.Lit
	}
	var fn *types.Func
	switch e := ast.Unparen(t.Fn).(type) {
	case *ast.Ident:
		fn, _ = c.Info.Uses[e].(*types.Func)
	case *ast.SelectorExpr:
		fn, _ = c.Info.Uses[e.Sel].(*types.Func)
	}
	if fn == nil {
		return nil
	}
	if decl, ok := c.Decls[fn.Origin()]; ok {
		return decl.Node()
	}
	return nil
}

// closesLast gives the channels that a function closes when it ends: deferred in its own statements, or by its last one if it returns nowhere.
func (c *check) closesLast(fn ast.Node) (list []*types.Var) {
	_, body := code.FuncParts(fn)
	add := func(call *ast.CallExpr) {
		if c.Builtin(call) == "close" {
			list = append(list, code.Var(c.Info, call.Args[0]))
		}
	}
	for i, s := range body.List {
		switch s := s.(type) {
		case *ast.DeferStmt:
			add(s.Call)
			if lit, ok := ast.Unparen(s.Call.Fun).(*ast.FuncLit); ok {
				for _, inner := range lit.Body.List {
					if es, ok := inner.(*ast.ExprStmt); ok {
						if call, ok := es.X.(*ast.CallExpr); ok {
							add(call)
						}
					}
				}
			}
		case *ast.ExprStmt:
			call, ok := s.X.(*ast.CallExpr)
			if ok && i == len(body.List)-1 && !code.Has(body, func(n ast.Node) bool { _, returns := n.(*ast.ReturnStmt); return returns }) {
				add(call)
			}
		}
	}
	return list
}

// heardElsewhere tells whether some function but this one receives from a channel, or an exported one returns it.
func (c *check) heardElsewhere(ch *types.Var, fn ast.Node) bool {
	return ch != nil && slices.ContainsFunc(c.Uses[ch.Origin()], func(use inspector.Cursor) bool {
		decl, _ := code.DeclAround(use)
		if decl == nil || code.Within(use.Node(), fn) || c.InTest(use.Node().Pos()) {
			return false
		}
		at := use
		if kind, _ := at.ParentEdge(); kind == edge.SelectorExpr_Sel {
			at = at.Parent()
		}
		switch kind, _ := at.ParentEdge(); kind {
		case edge.UnaryExpr_X:
			return at.Parent().Node().(*ast.UnaryExpr).Op == token.ARROW
		case edge.RangeStmt_X:
			return true
		case edge.ReturnStmt_Results:
			return decl.Name.IsExported()
		}
		return false
	})
}
