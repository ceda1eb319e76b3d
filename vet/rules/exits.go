// Calls that end the program.

package rules

import (
	"go/ast"
	"regexp"

	"github.com/braid-go/braid/vet/internal/code"
)

// endsProgram tells whether a step is a call that ends the program.
func (c *check) endsProgram(step ast.Node) bool {
	s, ok := step.(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := ast.Unparen(s.X).(*ast.CallExpr)
	return ok && c.exits(call, 0)
}

// exits tells whether a call ends the program.
func (c *check) exits(call *ast.CallExpr, depth int) bool {
	if fatal.MatchString(code.CalleeName(call)) || code.IsCall(c.Info, call, "os", "Exit") || code.IsCall(c.Info, call, "syscall", "Exit") {
		return true
	}
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok { // log.Fatal().Msg(…)
		if inner, ok := ast.Unparen(sel.X).(*ast.CallExpr); ok && c.exits(inner, depth) {
			return true
		}
	}
	decl, ok := c.Decls[code.Callee(c.Info, call)]
	if !ok || depth > 1 {
		return false
	}
	body := decl.Node().(*ast.FuncDecl).Body
	if !endsIn[*ast.ExprStmt](body.List) || code.Has(body, func(n ast.Node) bool { _, returns := n.(*ast.ReturnStmt); return returns }) {
		return false
	}
	last, ok := body.List[len(body.List)-1].(*ast.ExprStmt).X.(*ast.CallExpr)
	return ok && c.exits(last, depth+1)
}

// fatal matches the functions of loggers that end the program, and none that do so only if something has failed.
var fatal = regexp.MustCompile(`^(Fatal(f|ln|w|Ctx|Context|Contextf|Depth)?|Exit(f|ln)?)$`)
