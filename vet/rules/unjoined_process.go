// Processes that are started and not waited for on some way out. Part of the rule unjoined.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// leftProcesses finds returns between the Start of a command and its Wait, in functions that make, start and wait for it themselves.
func (c *check) leftProcesses() {
	for id, obj := range c.Info.Defs {
		v, ok := obj.(*types.Var)
		if !ok || id.Name == "_" || !code.IsLocal(v) || v.Kind() != types.LocalVar || !code.IsNamed(v.Type(), "os/exec", "Cmd") || c.exempt(v.Pos()) {
			continue
		}
		if u := c.processUses(v); u != nil && !c.inMain(u.starts[0]) {
			c.leftEarly(u, "process")
		}
	}
}

// processUses gives where a command is started and waited for, if both are in sight and nobody else has it. What is done with its process, which
// may be to kill it or to let it go, counts as a wait.
func (c *check) processUses(v *types.Var) *groupUses {
	in, ok := c.DeclaredIn(v)
	made := c.Origins(v)
	if !ok || len(made) != 1 || !c.makesCommand(made[0]) {
		return nil
	}
	u, waited := &groupUses{v: v}, false
	for _, use := range c.Uses[v] {
		switch c.UseOf(use) {
		case code.Stored, code.Returned, code.MethodVal:
			return nil
		case code.Argument:
			if call, ok := use.Parent().Node().(*ast.CallExpr); !ok || !c.logs(call) {
				return nil
			}
		}
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		if !ok {
			continue
		}
		switch sel.Sel.Name {
		case "Start":
			if fn, _ := code.FuncAround(use); fn != in {
				return nil
			}
			u.starts = append(u.starts, use.Parent().Parent())
		case "Wait":
			waited = true
			u.joins = append(u.joins, use.Parent().Parent())
		case "Process":
			if !c.inLog(use) {
				u.joins = append(u.joins, use.Parent())
			}
		}
	}
	if !waited || len(u.starts) == 0 {
		return nil
	}
	return u
}

// makesCommand tells whether an expression is a new command, of os/exec or of a function of the package.
func (c *check) makesCommand(e ast.Expr) bool {
	call, ok := unparen[*ast.CallExpr](e)
	if !ok {
		return false
	}
	_, own := c.Decls[code.Callee(c.Info, call)]
	return own || code.IsCall(c.Info, call, "os/exec", "Command", "CommandContext")
}

// inLog tells whether a place is in what a log is told.
func (c *check) inLog(cur inspector.Cursor) bool {
	for up := range cur.Enclosing((*ast.CallExpr)(nil), (*ast.FuncLit)(nil)) {
		call, ok := up.Node().(*ast.CallExpr)
		return ok && c.logs(call)
	}
	return false
}

// failedStart tells whether a return is in a branch for the error of the start itself: then nothing was started.
func (c *check) failedStart(start inspector.Cursor, step ast.Node) bool {
	ret, ok := c.Root.FindNode(step)
	if !ok {
		return false
	}
	for up := range ret.Enclosing((*ast.IfStmt)(nil), (*ast.CaseClause)(nil)) {
		var conds []ast.Expr
		failed := true
		switch s := up.Node().(type) {
		case *ast.IfStmt:
			conds, failed = bothOf(s.Cond), s.Else == nil || !code.Within(step, s.Else)
		case *ast.CaseClause:
			conds = s.List
		}
		for _, cond := range conds {
			if isNil(cond, token.EQL) != failed && c.asksOf(cond, start.Node()) {
				return true
			}
		}
	}
	return false
}

// asksOf tells whether a condition has to do with the error of a call.
func (c *check) asksOf(cond ast.Expr, call ast.Node) bool {
	return code.Has(cond, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		return n == call || ok && c.lastFrom(e, call, cond.Pos())
	})
}

// lastFrom tells whether what a variable was given last, in the text before a place, comes from a call.
func (c *check) lastFrom(e ast.Expr, call ast.Node, before token.Pos) bool {
	v := code.Var(c.Info, e)
	from, last := false, token.NoPos
	for _, o := range c.Origins(v) {
		if o.Pos() > last && o.Pos() < before {
			from, last = code.Within(call, o), o.Pos()
		}
	}
	return v != nil && from
}
