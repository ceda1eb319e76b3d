// Cancel functions in a field that another one takes the place of. Part of the rule cancel.

package rules

import (
	"go/ast"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// onceAgain matches names of methods that do again what was done before.
var onceAgain = regexp.MustCompile(`^(?i:re)(?i:connect|dial|start|subscribe|establish|join|spawn|launch|schedule|watch|attach|arm|new($|[A-Z])|run($|[A-Z])|open)`)

// replaced reports the assignment of a cancel function to a field by a method that does something again, by its name, and neither calls the one that was there nor
// ends the context before it returns.
func (c *check) replaced(cur inspector.Cursor, lhs ast.Expr, v *types.Var, name string) {
	fn, ok := code.FuncAround(cur)
	if !ok {
		return
	}
	decl, ok := fn.Node().(*ast.FuncDecl)
	if !ok || decl.Recv == nil || len(decl.Recv.List[0].Names) == 0 || !onceAgain.MatchString(decl.Name.Name) {
		return
	}
	if !v.IsField() {
		if lhs = c.soleField(v, fn); lhs == nil {
			return
		}
	}
	sel, ok := unparen[*ast.SelectorExpr](lhs)
	if !ok || c.objectOf(sel) != c.Info.Defs[decl.Recv.List[0].Names[0]] {
		return
	}
	field := code.Var(c.Info, sel).Origin()
	if c.endsFirst(decl, field, 0) || c.LooksAtCtx(decl.Body) {
		return
	}
	for _, use := range c.Uses[c.Info.Defs[decl.Name]] { // whoever calls it
		if caller, _ := code.DeclAround(use); caller == nil || caller != decl && c.endsFirst(caller, field, 0) {
			return
		}
	}
	c.report(lhs, "replaced", "the cancel function that "+field.Name()+" has from the call before is lost: call it first, or the context of "+name+" stays until its parent ends")
}

// soleField gives the field that a cancel function is put into, if that is all that is done with it but to call it where the function fails.
func (c *check) soleField(cancel *types.Var, fn inspector.Cursor) (field ast.Expr) {
	_, body := code.FuncParts(fn.Node())
	for _, use := range c.released(cancel, false) {
		in, _ := code.FuncAround(use)
		as, ok := use.Parent().Node().(*ast.AssignStmt)
		switch {
		case in == fn && c.UseOf(use) == code.Called && !code.Deferred(use) && onTheWayOut(use) && !slices.Contains(body.List, ast.Stmt(stmtOf(use))):
		case ok && field == nil && in == fn && len(as.Lhs) == len(as.Rhs):
			field = as.Lhs[slices.Index(as.Rhs, use.Node().(ast.Expr))]
		default:
			return nil
		}
	}
	return field
}

// stmtOf gives the statement that is the call of a mentioned function, or nil.
func stmtOf(use inspector.Cursor) *ast.ExprStmt {
	s, _ := use.Parent().Parent().Node().(*ast.ExprStmt)
	return s
}

// endsFirst tells whether a function does more with a field than to set it, or calls what may: something that ends things, by its name, or a function of
// the package that does.
func (c *check) endsFirst(decl *ast.FuncDecl, field *types.Var, depth int) (found bool) {
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if v, _ := c.Info.Uses[n.Sel].(*types.Var); v != nil && v.Origin() == field {
				at, ok := c.Root.FindNode(n.Sel)
				found = found || !ok || c.UseOf(at) != code.Assigned
			}
		case *ast.CallExpr:
			fn := code.Callee(c.Info, n)
			if isCancel(c.Info.TypeOf(n.Fun)) || fn != nil && fn.Pkg() != nil && (fn.Pkg().Path() == "context" || fn.Pkg().Path() == "sync") {
				return true
			}
			called, ok := c.Decls[fn]
			found = found || ending.MatchString(code.CalleeName(n)) || cancels.MatchString(code.CalleeName(n)) ||
				ok && depth < 2 && called.Node() != ast.Node(decl) && c.endsFirst(called.Node().(*ast.FuncDecl), field, depth+1)
		}
		return !found
	})
	return found
}
