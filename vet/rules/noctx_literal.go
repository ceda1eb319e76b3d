// Commands and requests that are made as literals: they have no context, and none can be put into them. Part of the rule noctx.

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

// madeBare looks at a literal of exec.Cmd or http.Request, or a new one, that a variable of the function holds and that is run, or sent, there.
func (c *check) madeBare(cur inspector.Cursor, typ types.Type) {
	command, request := code.IsNamed(typ, "os/exec", "Cmd"), code.IsNamed(typ, "net/http", "Request")
	if !command && !request {
		return
	}
	v := c.literalHeldBy(cur)
	if v == nil || c.exempt(cur.Node().Pos()) {
		return
	}
	r := c.reach(cur)
	if r == nil || r.Request && command || c.ofOwn(r) || c.MentionsCtx(cur.Node()) {
		return
	}
	shape, better := "http", "http.NewRequestWithContext"
	if command {
		shape, better = "twin", "exec.CommandContext"
	}
	if command && !c.runsBare(cur, v) || request && !c.sendsBare(v) {
		return
	}
	if decl, _ := code.DeclAround(cur); decl != nil && cleaning.MatchString(decl.Name.Name) {
		shape = "cleanup"
	}
	c.report(cur.Node(), shape, "what is made so does not know "+r.Name()+": use "+better)
}

// literalHeldBy gives the local variable that a literal, a pointer to it or a new object is all that is ever assigned to.
func (c *check) literalHeldBy(cur inspector.Cursor) *types.Var {
	at := cur
	if u, ok := at.Parent().Node().(*ast.UnaryExpr); ok && u.Op == token.AND {
		at = at.Parent()
	}
	v := c.keptIn(at)
	if !code.IsLocal(v) || c.Only(v) == nil {
		return nil
	}
	return v
}

// runsBare tells whether a command is waited for where it was made, and nobody else has it, ends its process or sits before it.
func (c *check) runsBare(cur inspector.Cursor, cmd *types.Var) bool {
	if c.Escapes(cmd) || c.hasTerminal(cmd) || code.Has(cur.Node(), isStdin) {
		return false
	}
	here, _ := code.FuncAround(cur)
	waited := false
	for _, use := range c.Uses[cmd] {
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		if !ok {
			continue
		}
		switch sel.Sel.Name {
		case "Process", "Cancel":
			return false
		case "Run", "Wait", "Output", "CombinedOutput":
			in, _ := code.FuncAround(use)
			waited = waited || in == here
		}
	}
	return waited
}

// sendsBare tells whether all that is done with a request, but to look at it and fill it in, is to send it by a client.
func (c *check) sendsBare(req *types.Var) bool {
	sent := false
	other := slices.ContainsFunc(c.Uses[req], func(use inspector.Cursor) bool {
		switch c.UseOf(use) {
		case code.Argument:
			call, ok := use.Parent().Node().(*ast.CallExpr)
			if kind, _ := use.ParentEdge(); kind == edge.UnaryExpr_X {
				call, ok = use.Parent().Parent().Node().(*ast.CallExpr)
			}
			if ok && code.IsCall(c.Info, call, "net/http", "Client.Do", "Transport.RoundTrip", "RoundTripper.RoundTrip") {
				sent = true
				return false
			}
			return true
		case code.Method:
			sel := use.Parent().Node().(*ast.SelectorExpr)
			return sel.Sel.Name == "WithContext" || sel.Sel.Name == "Clone"
		case code.Stored, code.Returned, code.MethodVal:
			return true
		}
		return false
	})
	return sent && !other
}

// isStdin tells whether a node is the program's own input.
func isStdin(n ast.Node) bool {
	sel, ok := n.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Stdin"
}
