// Abandon without a reason, or with nobody to take what comes too late.

package rules

import (
	"go/ast"
	"go/types"
	"regexp"
	"strings"

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
	Exempt: "A comment on the line above is a reason, as is the directive, unless it only says what is called. Results that are nothing to close may be ignored.",
	Shapes: []Shape{
		{Name: "reason", Severity: Warning, What: "no comment says why the call cannot be interrupted; one that does no more than to name what is called is none"},
		{Name: "result", Severity: Error, What: "the result is an io.Closer, and what comes too late is not closed"},
	},
	Detachable: true,
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if !code.IsCall(c.Info, call, code.Braid, "Abandon") || len(call.Args) < 3 {
			continue
		}
		if late := c.functionOf(call.Args[2]); late != nil && closes(c, call) && !c.usesParam(late, 0) {
			c.report(call.Args[2], "result", "what the abandoned call returns too late is not closed")
			continue
		}
		if text := c.textAbove(call); text != "" && c.saysWhat(text, call) {
			c.report(call, "reason", "the comment says what is called, and not why that cannot be interrupted")
			continue
		}
		if c.Commented(call.Pos()) {
			continue
		}
		c.report(call, "reason", "nothing says why this call cannot be interrupted: a comment above it should, or //braid:detached with the reason")
	}
})

// textAbove gives the comment that ends on the line above a place.
func (c *check) textAbove(n ast.Node) string {
	line := c.Fset.Position(n.Pos()).Line
	for _, g := range c.FileOf(n.Pos()).Comments {
		if c.Fset.Position(g.End()).Line == line-1 {
			return strings.TrimSpace(g.Text())
		}
	}
	return ""
}

// saysWhat tells whether a comment on an abandoned call is one short and plain sentence that has the name of what is called in it, and none of the words by
// which one says why, or for how long.
func (c *check) saysWhat(text string, abandon *ast.CallExpr) bool {
	if len(strings.Fields(text)) > 12 || reasons.MatchString(text) {
		return false
	}
	named := func(name string) bool {
		return len(name) > 3 && strings.Contains(strings.ToLower(text), strings.ToLower(name))
	}
	called := abandon.Args[1]
	lit, ok := unparen[*ast.FuncLit](called)
	if !ok {
		v, _ := called.(*ast.SelectorExpr)
		return v != nil && named(v.Sel.Name)
	}
	return code.Has(lit.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		return ok && named(code.CalleeName(call))
	})
}

// reasons matches what the reason for leaving a call behind may have in it, and what joins two sentences.
var reasons = regexp.MustCompile(`(?i)[,;:()#0-9]|n['’]t\b|\. |\b(no|not|never|none|nothing|nobody|without|cannot|can|may|might|could|would|only|just|too|if|unless|until|since|because|as|so|` +
	`while|when|where|which|long|longer|slow|slowly|late|time|ever|forever|hard|deaf|give|left|leave|leaves|behind|c|cgo|syscall|kernel|driver|firmware|legacy|old|vendor|vendor's|library|dns|resolver|nfs|` +
	`synchronous|synchronously|context|ctx|deadline|timeout|lacks?|knows?|takes?|despite|although|see|issue)\b|hang|hung|stuck|block|wait|stall|sleep|interrupt|cancel|abandon|ignor|refus|bound|abort|third[- ]party`)

// closes tells whether the value that a call returns is an io.Closer.
func closes(c *check, call *ast.CallExpr) bool {
	tuple, ok := c.Info.TypeOf(call).(*types.Tuple)
	return ok && tuple.Len() > 0 && isCloser(tuple.At(0).Type())
}
