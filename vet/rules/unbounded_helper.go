// Functions that start a goroutine whenever they are called. Part of the rule unbounded.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// helped gives a task for each call of a function that starts this task whenever it is called: one of the package, or a literal that is all that a local variable
// ever holds.
func (c *check) helped(t *code.Task) (tasks []*code.Task) {
	fn, ok := code.FuncAround(t.At)
	if _, looped := code.LoopAround(t.At); !ok || looped || c.exempt(t.At.Node().Pos()) || !c.alwaysStarts(fn, t) {
		return nil
	}
	for _, use := range c.namedBy(fn) {
		if kind, _ := use.ParentEdge(); kind != edge.CallExpr_Fun {
			continue
		}
		call := use.Parent()
		if kind, _ := call.ParentEdge(); kind == edge.GoStmt_Call || kind == edge.DeferStmt_Call {
			continue
		}
		by := *t
		by.At, by.Call = call, call.Node().(*ast.CallExpr)
		if t.Owner != nil {
			if by.Owner = c.givenAs(t.Owner, fn, by.Call); by.Owner == nil {
				continue
			}
		}
		tasks = append(tasks, &by)
	}
	return tasks
}

// namedBy gives the mentions of a declared function or method, or of the local variable that only ever holds a literal.
func (c *check) namedBy(fn inspector.Cursor) (uses []inspector.Cursor) {
	var of types.Object
	switch n := fn.Node().(type) {
	case *ast.FuncDecl:
		of = c.Info.Defs[n.Name]
	case *ast.FuncLit:
		if as, ok := fn.Parent().Node().(*ast.AssignStmt); ok && len(as.Lhs) == 1 {
			if v := code.Var(c.Info, as.Lhs[0]); code.IsLocal(v) && v.Kind() == types.LocalVar && c.Only(v) == ast.Expr(n) {
				of = v
			}
		}
	}
	for _, use := range c.Uses[of] {
		if kind, _ := use.ParentEdge(); kind == edge.SelectorExpr_Sel {
			use = use.Parent()
		}
		uses = append(uses, use)
	}
	return uses
}

// alwaysStarts tells whether a function comes to where it starts a task whenever it is called, and nothing in it holds it back or waits.
func (c *check) alwaysStarts(fn inspector.Cursor, t *code.Task) bool {
	_, body := code.FuncParts(fn.Node())
	direct := false
	for _, s := range body.List {
		if code.Within(t.At.Node(), s) {
			switch s.(type) {
			case *ast.GoStmt, *ast.ExprStmt:
				direct = true
			}
			break
		}
		if code.Has(s, func(n ast.Node) bool { _, returns := n.(*ast.ReturnStmt); return returns }) {
			return false
		}
	}
	return direct && !c.heldBack(body, t) && !code.Has(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectStmt:
			return true
		case *ast.UnaryExpr:
			return n.Op == token.ARROW
		case *ast.RangeStmt:
			_, ok := under(c.Info.TypeOf(n.X)).(*types.Chan)
			return ok
		}
		return false
	})
}

// givenAs gives what a call gives a function as its group: the argument, or the group itself if that is none of its parameters; nil if that cannot be known.
func (c *check) givenAs(group ast.Expr, fn inspector.Cursor, call *ast.CallExpr) ast.Expr {
	v := code.Var(c.Info, group)
	if v == nil || !code.IsLocal(v) || !code.IsParam(c.Info, v) {
		return group
	}
	typ, _ := code.FuncParts(fn.Node())
	if in, _ := c.DeclaredIn(v); in != fn {
		return group
	}
	for i, arg := range call.Args {
		if p, ok := code.ParamAt(c.Info, typ, i); ok && p == v {
			return arg
		}
	}
	return nil
}

// byHelper tells whether a task is started by a function that is called for it.
func (c *check) byHelper(t *code.Task) bool { return !code.Within(t.Fn, t.At.Node()) }
