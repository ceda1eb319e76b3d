// Abandon without a reason, or with nobody to take what comes too late.

package rules

import (
	"go/ast"
	"go/types"

	"github.com/braid-go/braid/vet/internal/code"
)

// AbandonRule finds calls of braid.Abandon that say neither why nor what becomes of the result.
var AbandonRule = register(&Rule{
	Name:  "abandon",
	Title: "a call is abandoned without a reason",
	Why: "`braid.Abandon` is the one way to leave a call running: its goroutine belongs to nobody from then on. There are calls that cannot be interrupted, and a reader has to be told why this is one. " +
		"What such a call returns when it ends at last is given to the second function, which has to dispose of it.",
	Wrong: `
func resolve(ctx context.Context, lookup func() (net.Conn, error)) (net.Conn, error) {
	return braid.Abandon(ctx, lookup, func(net.Conn, error) {})
}
`,
	Right: `
func resolve(ctx context.Context, lookup func() (net.Conn, error)) (net.Conn, error) {
	// The C library's resolver cannot be interrupted.
	return braid.Abandon(ctx, lookup, func(conn net.Conn, err error) {
		if err == nil {
			conn.Close()
		}
	})
}
`,
	Exempt: "A comment on the line above is a reason, as is the directive. Results that are nothing to close may be ignored.",
	Shapes: []Shape{
		{Name: "reason", Severity: Warning, What: "no comment says why the call cannot be interrupted"},
		{Name: "result", Severity: Error, What: "the result is an io.Closer, and what comes too late is not closed"},
	},
	Detachable: true,
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if !code.IsCall(c.Info, call, code.Braid, "Abandon") || len(call.Args) < 3 {
			continue
		}
		if lit, ok := ast.Unparen(call.Args[2]).(*ast.FuncLit); ok && closes(c, call) && !c.usesParam(lit, 0) {
			c.report(lit, "result", "what the abandoned call returns too late is not closed")
			continue
		}
		if c.Commented(call.Pos()) {
			continue
		}
		c.report(call, "reason", "nothing says why this call cannot be interrupted: a comment above it should, or //braid:detached with the reason")
	}
})

// closes tells whether the value that a call returns is an io.Closer.
func closes(c *check, call *ast.CallExpr) bool {
	tuple, ok := c.Info.TypeOf(call).(*types.Tuple)
	return ok && tuple.Len() > 0 && isCloser(tuple.At(0).Type())
}
