// Errors that count only while the context lives: part of the rule swallowed.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// endedBesides gives the context of a condition that is true where there is an error and the context has ended.
func (c *check) endedBesides(cond ast.Expr) ast.Expr {
	_, ctx := c.failsAnd(cond, token.NEQ)
	return ctx
}

// failsAnd gives the error and the context of a condition that is true where there is an error and the context has ended, for !=, or lives, for ==.
func (c *check) failsAnd(cond ast.Expr, op token.Token) (err *types.Var, ctx ast.Expr) {
	both := bothOf(cond)
	if len(both) != 2 {
		return nil, nil
	}
	for _, one := range both {
		b, ok := unparen[*ast.BinaryExpr](one)
		if !ok {
			return nil, nil
		}
		if of := c.ErrOf(b.X); of != nil && isNil(b, op) {
			ctx = of
		} else if v := code.Var(c.Info, b.X); isNil(b, token.NEQ) && code.IsLocal(v) && code.IsError(v.Type()) {
			err = v
		}
	}
	if err == nil || ctx == nil {
		return nil, nil
	}
	return err, ctx
}

// onlyAlive looks at `if err != nil && ctx.Err() == nil { return err }`, and a case of a switch that is the same, behind which nil is returned: when the context has
// ended whatever went wrong comes out as success. cur is the if or the switch, branch the branch that is taken.
func (c *check) onlyAlive(cur inspector.Cursor, init ast.Stmt, cond ast.Expr, branch ast.Node, body []ast.Stmt) {
	err, ctx := c.failsAnd(cond, token.EQL)
	if err == nil || !endsIn[*ast.ReturnStmt](body) {
		return
	}
	ret := c.nilBehind(cur, err)
	fn, r := c.errFunc(cur)
	v := code.Var(c.Info, ctx)
	if ret == nil || r == nil || v == nil || v.IsField() || !c.Given(v) || c.derivedHere(v, fn) || c.boolResult(fn) {
		return
	}
	last := body[len(body)-1].(*ast.ReturnStmt)
	if len(last.Results) > 0 && isNilIdent(c.Info, last.Results[len(last.Results)-1]) || c.saysWhy(branch) || c.promised(cur) || c.Commented(ret.Pos()) {
		return
	}
	call := c.givesErr(cur, init, err)
	if call == nil {
		call = c.runsCommand(cur, init, err)
	}
	if call == nil || c.observes(call) {
		return
	}
	shape := "error"
	if serving.MatchString(nameOfFunc(fn)) || goesOnFor.MatchString(code.CalleeName(call)) && !c.isCommand(call) || c.unheard(fn, 0) || c.neverFails(fn) || c.onlyToldOf(fn) || c.service(cur, fn, ret) {
		shape = "service"
	}
	c.report(ret, shape, "the error of "+code.CalleeName(call)+" comes out as success when "+v.Name()+" has ended: return it, or context.Cause("+v.Name()+")")
}

// goesOnFor matches functions that go on until they are stopped, by their names.
var goesOnFor = regexp.MustCompile(`^(?i)(run|serve|listen|loop|watch|monitor|work|poll|consume|start|stream|subscribe|follow|tail)`)

// nameOfFunc gives the name of a declared function.
func nameOfFunc(fn inspector.Cursor) string {
	if decl, ok := fn.Node().(*ast.FuncDecl); ok {
		return decl.Name.Name
	}
	return ""
}

// runsCommand gives the call that waits for the end of a command which was made with a context, if err comes from it and what the command writes is kept in
// memory: it is one that comes to an end.
func (c *check) runsCommand(cur inspector.Cursor, init ast.Stmt, err *types.Var) *ast.CallExpr {
	call := c.errCall(cur, init, err)
	if call == nil || !c.isCommand(call) {
		return nil
	}
	cmd := code.Var(c.Info, call.Fun.(*ast.SelectorExpr).X)
	made, ok := c.Only(cmd).(*ast.CallExpr)
	if !ok || c.CtxArg(made) == nil {
		return nil
	}
	if name := code.CalleeName(call); name == "Output" || name == "CombinedOutput" {
		return call
	}
	for _, use := range c.Uses[cmd] {
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Stdout" && sel.Sel.Name != "Stderr" {
			continue
		}
		if as, ok := use.Parent().Parent().Node().(*ast.AssignStmt); ok && len(as.Rhs) == 1 && c.UseOf(use.Parent()) == code.Assigned {
			if t := c.Info.TypeOf(as.Rhs[0]); code.IsNamed(t, "bytes", "Buffer") || code.IsNamed(t, "strings", "Builder") {
				return call
			}
		}
	}
	return nil
}

// isCommand tells whether a call waits for the end of a command that a variable holds.
func (c *check) isCommand(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && code.IsLocal(code.Var(c.Info, sel.X)) && code.IsCall(c.Info, call, "os/exec", "Cmd.Run", "Cmd.Wait", "Cmd.Output", "Cmd.CombinedOutput")
}
