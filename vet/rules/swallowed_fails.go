// Functions whose nil never said that all was done: they say it too where they have failed.

package rules

import (
	"go/ast"
	"regexp"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// neverFails tells whether a function returns no error but nil, and does so where it gives up too: it logs a failure and
// returns. Whoever calls it has nothing to learn from its nil.
func (c *check) neverFails(fn inspector.Cursor) bool {
	_, body := code.FuncParts(fn.Node())
	givesUp := false
	for cur := range fn.Preorder((*ast.ReturnStmt)(nil)) {
		ret := cur.Node().(*ast.ReturnStmt)
		if in, _ := code.FuncAround(cur); in != fn || !code.Within(ret, body) {
			continue
		}
		if len(ret.Results) == 0 || !isNilIdent(c.Info, ret.Results[len(ret.Results)-1]) {
			return false
		}
		if before, ok := cur.PrevSibling(); ok && !c.onEnd(cur) {
			es, ok := before.Node().(*ast.ExprStmt)
			givesUp = givesUp || ok && c.logsFailure(es.X)
		}
	}
	return givesUp
}

var failing = regexp.MustCompile(`^(?i)(warn|err)`)

// logsFailure tells whether an expression writes a log of something that went wrong: a warning or an error, by the name of the call or of one before it in
// the same chain.
func (c *check) logsFailure(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || !c.logs(call) {
		return false
	}
	for ok {
		if failing.MatchString(code.CalleeName(call)) {
			return true
		}
		sel, isSel := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !isSel {
			return false
		}
		call, ok = ast.Unparen(sel.X).(*ast.CallExpr)
	}
	return false
}
